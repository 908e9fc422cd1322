package httpd

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
)

// The users of the engine.
const (
	Writer = "writer"
	Reader = "reader"
)

// Secrets are the passwords of the two users.
type Secrets struct {
	Writer string
	Reader string
}

// user says who asks: Writer, Reader, or "" for nobody known.
func (s *Server) user(r *http.Request, query url.Values) string {
	name, password, ok := r.BasicAuth()
	if !ok {
		name, password = r.Header.Get("X-ClickHouse-User"), r.Header.Get("X-ClickHouse-Key")
	}
	if name == "" {
		name, password = query.Get("user"), query.Get("password")
	}
	switch {
	case name == Writer && same(password, s.secrets.Writer):
		return Writer
	case name == Reader && same(password, s.secrets.Reader):
		return Reader
	}
	return ""
}

// same compares in constant time, also for texts of different length. An empty
// secret matches nothing.
func same(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && secret != ""
}

// loopbackHost says whether the Host header names this machine's loopback. A web
// page that got a foreign name to resolve to loopback is refused by it.
func loopbackHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	if name == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(trimBrackets(name))
	return err == nil && address.IsLoopback()
}

func trimBrackets(name string) string {
	if len(name) > 1 && name[0] == '[' && name[len(name)-1] == ']' {
		return name[1 : len(name)-1]
	}
	return name
}
