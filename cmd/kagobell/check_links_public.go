package main

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// errPrivate refuses an address that is not on the public internet. What a template says must not make the machine that
// checks it knock on doors inside the shop's network.
var errPrivate = errors.New("not a public address: refused")

// reserved are the blocks of the IANA special-purpose registries (RFC 6890) that netip has no word for. Those that carry
// an IPv4 address inside (NAT64, 6to4, Teredo, IPv4-compatible) could lead to a private one.
var reserved = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	"5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// publicOnly is nil for an address of the public internet.
func publicOnly(address netip.Addr) error {
	address = address.Unmap().WithZone("")
	if !address.IsGlobalUnicast() || address.IsPrivate() {
		return errPrivate
	}
	for _, block := range reserved {
		if block.Contains(address) {
			return errPrivate
		}
	}
	return nil
}

// guard asks allow about every address that a connection is about to be made to: after the name was resolved, so that
// no name leads anywhere that its first answer did not, and again at each redirect.
func guard(allow func(netip.Addr) error) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		target, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w (%w)", errPrivate, err)
		}
		return allow(target.Addr())
	}
}
