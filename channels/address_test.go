package channels

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kagobell/scenarios"
)

// carrierAddresses are what Japanese mobile carriers gave out, and how RFC 5321
// wants them written.
var carrierAddresses = map[string]string{
	"taro..yamada.@docomo.ne.jp": `"taro..yamada."@docomo.ne.jp`,
	"taro.yamada.@docomo.ne.jp":  `"taro.yamada."@docomo.ne.jp`,
	".taro@ezweb.ne.jp":          `".taro"@ezweb.ne.jp`,
	"ta...ro-_/?+@ezweb.ne.jp":   `"ta...ro-_/?+"@ezweb.ne.jp`,
	"..@docomo.ne.jp":            `".."@docomo.ne.jp`,
	"taro.yamada@docomo.ne.jp":   "taro.yamada@docomo.ne.jp",
}

// TestCarrierAddressOnTheWire looks at the very command and header.
func TestCarrierAddressOnTheWire(t *testing.T) {
	peer := newRawPeer(t, func(s *rawSession) { s.polite(nil, func(string) string { return "" }) })
	s := sender(t, Options{SMTP: peer.options()})
	d := delivery("cart_first", scenarios.ChannelEmail)
	for address, written := range carrierAddresses {
		d.Buyer.Email = address
		if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent || o.Suppress {
			t.Errorf("%s: %+v", address, o)
		}
		if !slices.Contains(peer.heard(), "RCPT TO:<"+written+">") {
			t.Errorf("%s: no RCPT TO:<%s> among %q", address, written, peer.heard())
		}
		for _, name := range []string{"", "佐藤 花子", `Hanako "H\A" Sato`} {
			e, err := newEnvelope(&scenarios.Rendered{To: address}, testFrom, name, d.Message.ID, testNow)
			if err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			field := written
			if name != "" {
				field = "<" + written + ">"
			}
			if header, _, _ := strings.Cut(string(e.message), "\r\nSubject:"); !strings.HasSuffix(header, " "+field) {
				t.Errorf("%s: the header ends in %q", address, header[max(0, len(header)-60):])
			}
		}
	}
}

// TestCarrierAddressArrives asks a server and a reader of headers that others
// wrote what they understand.
func TestCarrierAddressArrives(t *testing.T) {
	for address := range carrierAddresses {
		for _, name := range []string{"", "佐藤 花子", `Hanako "H\A" Sato`} {
			peer := newMailPeer(t, nil)
			s := sender(t, Options{SMTP: peer.options()})
			d := delivery("cart_first", scenarios.ChannelEmail)
			d.Buyer.Email, d.Buyer.Name = address, name
			if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent {
				t.Fatalf("%s: %+v", address, o)
			}
			got := peer.only(t)
			header, _, _ := got.parts(t)
			to, err := header.AddressList("To")
			if got.to != address || err != nil || len(to) != 1 || to[0].Address != address || to[0].Name != name {
				t.Errorf("%s: RCPT TO %s, To %v: %v", address, got.to, to, err)
			}
		}
	}
}

// TestCarrierAddressRefused: only the server bars an address, and what is kept
// of its answer does not hold it.
func TestCarrierAddressRefused(t *testing.T) {
	for answer, want := range map[string]string{
		`550 5.1.1 <"taro..yamada."@docomo.ne.jp>: user unknown`: "550 5.1.1 <<address>>: user unknown",
		`550 5.1.1 taro..yamada. is unknown`:                     "550 5.1.1 <name> is unknown",
	} {
		peer := newRawPeer(t, func(s *rawSession) {
			s.polite(nil, func(command string) string {
				if strings.HasPrefix(command, "RCPT") {
					return answer
				}
				return ""
			})
		})
		s := sender(t, Options{SMTP: peer.options()})
		d := delivery("cart_first", scenarios.ChannelEmail)
		d.Buyer.Email = "taro..yamada.@docomo.ne.jp"
		if o := s.Send(context.Background(), d); o.Reason != scenarios.ReasonHardBounce || !o.Suppress || o.Detail != want {
			t.Errorf("outcome %+v", o)
		}
	}
}
