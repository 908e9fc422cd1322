package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The lifetimes of what lets a client in, and the patience with wrong guesses.
const (
	codeLife    = 10 * time.Minute
	sessionLife = 24 * time.Hour
	maxGuesses  = 10
	guessWindow = time.Minute
	maxCodes    = 100
	maxSessions = 1000
	maxGuessers = 10_000
)

type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// gate knows who may enter: programs by the bearer token, browsers by a session
// cookie. It keeps digests only, in memory, so everything ends with the process.
type gate struct {
	token  digest
	cookie string
	secure bool
	now    func() time.Time

	mu       sync.Mutex
	codes    map[digest]time.Time // end of validity
	sessions map[digest]time.Time
	guesses  map[string][]time.Time // wrong attempts by client
}

func newGate(token, cookie string, secure bool, now func() time.Time) *gate {
	return &gate{
		token: digestOf(token), cookie: cookie, secure: secure, now: now,
		codes: map[digest]time.Time{}, sessions: map[digest]time.Time{}, guesses: map[string][]time.Time{},
	}
}

// NewToken makes a bearer token of 256 random bits.
func NewToken() string { return randomText(32) }

// cookieName is different for every port, because cookies are not.
func cookieName(base *url.URL) string {
	if base.Scheme == "https" {
		return "__Host-aurora"
	}
	return "aurora_" + base.Port()
}

// identity is who a request comes from.
type identity struct {
	Kind    string // "token" or "session"
	Expires time.Time
}

// identify finds who sent the request; ok is false for strangers.
func (g *gate) identify(r *http.Request) (id identity, ok bool) {
	if scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " "); found && strings.EqualFold(scheme, "Bearer") {
		return identity{Kind: "token"}, g.tokenFits(token)
	}
	cookie, err := r.Cookie(g.cookie)
	if err != nil {
		return identity{}, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	end, found := g.sessions[digestOf(cookie.Value)]
	return identity{Kind: "session", Expires: end}, found && g.now().Before(end)
}

func (g *gate) tokenFits(token string) bool {
	given := digestOf(token)
	return token != "" && subtle.ConstantTimeCompare(given[:], g.token[:]) == 1
}

// newCode makes a one-time code for a browser.
func (g *gate) newCode() string {
	code := randomText(32)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.remember(g.codes, digestOf(code), codeLife, maxCodes)
	return code
}

// redeem trades a one-time code for a session; each code works once.
func (g *gate) redeem(code string) (*http.Cookie, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := digestOf(code)
	end, found := g.codes[key]
	delete(g.codes, key)
	if !found || !g.now().Before(end) {
		return nil, false
	}
	return g.session(), true
}

// exchange trades the bearer token for a session.
func (g *gate) exchange(token string) (*http.Cookie, bool) {
	if !g.tokenFits(token) {
		return nil, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.session(), true
}

// session starts a session; the caller holds the lock.
func (g *gate) session() *http.Cookie {
	value := randomText(32)
	g.remember(g.sessions, digestOf(value), sessionLife, maxSessions)
	return &http.Cookie{
		Name: g.cookie, Value: value, Path: "/", MaxAge: int(sessionLife.Seconds()),
		HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteStrictMode,
	}
}

// forget ends the session of a request and gives the cookie that clears it.
func (g *gate) forget(r *http.Request) *http.Cookie {
	if cookie, err := r.Cookie(g.cookie); err == nil {
		g.mu.Lock()
		delete(g.sessions, digestOf(cookie.Value))
		g.mu.Unlock()
	}
	return &http.Cookie{Name: g.cookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteStrictMode}
}

// remember adds a secret, drops what has ended, and the oldest when there are too many.
func (g *gate) remember(all map[digest]time.Time, key digest, life time.Duration, limit int) {
	now := g.now()
	var oldest digest
	for k, end := range all {
		if !now.Before(end) {
			delete(all, k)
		} else if first, found := all[oldest]; !found || end.Before(first) {
			oldest = k
		}
	}
	if len(all) >= limit {
		delete(all, oldest)
	}
	all[key] = now.Add(life)
}

// locked says for how long a client that guessed too often has to wait.
func (g *gate) locked(client string) (time.Duration, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	recent := g.recent(client)
	if len(recent) < maxGuesses {
		return 0, false
	}
	return recent[0].Add(guessWindow).Sub(g.now()), true
}

// guessed counts a wrong attempt of a client.
func (g *gate) guessed(client string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.guesses) >= maxGuessers {
		clear(g.guesses) // bounded memory matters more than the count of a crowd
	}
	g.guesses[client] = append(g.recent(client), g.now())
}

func (g *gate) recent(client string) []time.Time {
	var recent []time.Time
	for _, at := range g.guesses[client] {
		if g.now().Sub(at) < guessWindow {
			recent = append(recent, at)
		}
	}
	return recent
}
