package jsontext

import (
	"bytes"
	"net/netip"
)

// UUID reads the 36 characters of a UUID, in either case.
func UUID(text []byte) (id [16]byte, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, false
	}
	n := 0
	for i := 0; i < 36; i += 2 {
		if text[i] == '-' {
			i++
		}
		high, low := digit16(text[i]), digit16(text[i+1])
		if high|low > 15 {
			return id, false
		}
		id[n] = high<<4 | low
		n++
	}
	return id, true
}

func digit16(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

// IPv4 reads an address of four decimal numbers.
func IPv4(text []byte) (uint32, bool) {
	if len(text) < 7 || len(text) > 15 {
		return 0, false
	}
	addr, err := netip.ParseAddr(string(text))
	if err != nil || !addr.Is4() {
		return 0, false
	}
	b := addr.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]), true
}

// IPv6 reads an address with colons and without a zone.
func IPv6(text []byte) (ip [16]byte, ok bool) {
	if len(text) < 2 || len(text) > 45 || bytes.IndexByte(text, ':') < 0 {
		return ip, false
	}
	addr, err := netip.ParseAddr(string(text))
	if err != nil || addr.Zone() != "" {
		return ip, false
	}
	return addr.As16(), true
}
