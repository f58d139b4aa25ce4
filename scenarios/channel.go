package scenarios

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// Channel is a way to reach a buyer.
type Channel string

// The channels. The outbox is not one of them: it stands in for any of them.
const (
	ChannelEmail Channel = "email"
	ChannelLine  Channel = "line"
	ChannelDM    Channel = "dm"
)

// Channels lists all channels.
var Channels = []Channel{ChannelEmail, ChannelLine, ChannelDM}

// Valid tells whether c is a known channel.
func (c Channel) Valid() bool {
	return c == ChannelEmail || c == ChannelLine || c == ChannelDM
}

// AddressHash names an address without giving it away: 32 hexadecimal digits.
// E-mail addresses are compared without case, as every provider of note does.
func AddressHash(c Channel, address string) string {
	address = strings.TrimSpace(address)
	if address == "" {
		return ""
	}
	if c == ChannelEmail {
		address = strings.ToLower(address)
	}
	return identifier(string(c), address)
}

// identifier derives a fixed-length name from its parts, so that deciding the
// same twice names the same rows. The parts are length-prefixed: no two lists
// of parts run together.
func identifier(parts ...string) string {
	var usual [256]byte // long enough for nearly all, and not on the heap
	text := usual[:0]
	for _, p := range parts {
		text = binary.BigEndian.AppendUint32(text, uint32(len(p)))
		text = append(text, p...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
