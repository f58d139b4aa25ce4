package scenarios

import (
	"crypto/sha256"
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
	h := sha256.New()
	for _, p := range parts {
		n := len(p)
		h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
