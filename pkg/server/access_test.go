package server_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/server"
)

// signIn redeems a new link and gives the cookie.
func signIn(t *testing.T, f *fixture) *http.Cookie {
	t.Helper()
	link, err := url.Parse(f.LoginURL())
	if err != nil {
		t.Fatal(err)
	}
	r := f.do(request("GET", link.RequestURI(), "", stranger))
	wantStatus(t, r, http.StatusSeeOther)
	if len(r.Cookies()) != 1 || r.Header.Get("Location") != "/" {
		t.Fatalf("cookies %v, location %q", r.Cookies(), r.Header.Get("Location"))
	}
	return r.Cookies()[0]
}

func with(cookie *http.Cookie) func(*http.Request) {
	return func(r *http.Request) {
		stranger(r)
		r.AddCookie(cookie)
	}
}

func TestALinkSignsInOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	link, _ := url.Parse(f.LoginURL())
	head := request("HEAD", link.RequestURI(), "", stranger)
	if r := f.do(head); len(r.Cookies()) != 0 {
		t.Error("a preview of the link signed in")
	}
	first := f.do(request("GET", link.RequestURI(), "", stranger))
	if len(first.Cookies()) != 1 {
		t.Fatal("the link does not sign in")
	}
	second := f.do(request("GET", link.RequestURI(), "", stranger))
	if len(second.Cookies()) != 0 || second.Header.Get("Location") != "/login/?reason=code" {
		t.Errorf("the link works twice: %v", second.Header)
	}
}

func TestALinkEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	link, _ := url.Parse(f.LoginURL())
	f.clock.Advance(10 * time.Minute)
	if r := f.do(request("GET", link.RequestURI(), "", stranger)); len(r.Cookies()) != 0 {
		t.Error("an old link signs in")
	}
}

func TestTheCookieIsBoundToThisServer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	cookie := signIn(t, f)
	if cookie.Name != "aurora_8360" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" {
		t.Errorf("cookie %+v", cookie)
	}
	wantStatus(t, f.do(request("GET", "/api/v1/tables", "", with(cookie))), 200)
	wantStatus(t, newFixture(t, nil).do(request("GET", "/api/v1/tables", "", with(cookie))), 401)
	f.clock.Advance(24 * time.Hour)
	wantStatus(t, f.do(request("GET", "/api/v1/tables", "", with(cookie))), 401)
}

func TestSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	cookie := signIn(t, f)
	who := decode[server.Session](t, f.do(request("GET", "/api/v1/session", "", with(cookie))))
	if who.Kind != "session" || !who.Expires.Equal(f.clock.Now().Add(24*time.Hour)) {
		t.Errorf("session %+v", who)
	}
	out := f.do(request("DELETE", "/api/v1/session", "", with(cookie)))
	wantStatus(t, out, 204)
	if len(out.Cookies()) != 1 || out.Cookies()[0].MaxAge >= 0 {
		t.Errorf("cookies %v", out.Cookies())
	}
	wantStatus(t, f.do(request("GET", "/api/v1/session", "", with(cookie))), 401)
}

func TestTheTokenIsTradedForASession(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := f.do(request("POST", "/api/v1/session", `{"token":"`+token+`"}`, stranger))
	wantStatus(t, r, 200)
	wantStatus(t, f.do(request("GET", "/api/v1/status", "", with(r.Cookies()[0]))), 200)
	who := decode[server.Session](t, f.get("/api/v1/session"))
	if who.Kind != "token" || who.Version != "test" {
		t.Errorf("session %+v", who)
	}
}

func TestGuessingIsSlow(t *testing.T) {
	t.Parallel()
	guesses := map[string]func(*fixture) *http.Response{
		"token": func(f *fixture) *http.Response {
			return f.do(request("POST", "/api/v1/session", `{"token":"wrong"}`, stranger))
		},
		"link": func(f *fixture) *http.Response {
			return f.do(request("GET", "/auth?code=wrong", "", stranger))
		},
		"bearer": func(f *fixture) *http.Response {
			return f.do(request("GET", "/api/v1/tables", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer wrong") }))
		},
	}
	for name, guess := range guesses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			for i := range 10 {
				if r := guess(f); r.StatusCode == http.StatusTooManyRequests {
					t.Fatalf("refused after %d guesses", i)
				}
			}
			r := guess(f)
			wantStatus(t, r, http.StatusTooManyRequests)
			if r.Header.Get("Retry-After") != "60" {
				t.Errorf("Retry-After %q", r.Header.Get("Retry-After"))
			}
			wantStatus(t, f.get("/api/v1/tables"), 200) // who has the token is not locked out
			f.clock.Advance(time.Minute)
			if r := guess(f); r.StatusCode == http.StatusTooManyRequests {
				t.Error("still locked after a minute")
			}
		})
	}
}

func TestOnlyOwnHostNamesAreServed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ask := func(path, host string) int {
		return f.do(request("GET", path, "", func(r *http.Request) { r.Host = host })).StatusCode
	}
	for _, host := range []string{"127.0.0.1:8360", "localhost:8360", "LOCALHOST", "[::1]:8360", "127.0.0.1"} {
		if got := ask("/api/v1/tables", host); got != 200 {
			t.Errorf("Host %s answers %d", host, got)
		}
	}
	spoofed := []string{
		"evil.example", "evil.example:8360", "127.0.0.1.evil.example", "localhost.evil.example", "evil.localhost", "localhost.", "0.0.0.0:8360",
		"127.0.0.2", "10.0.0.1", "[::]", "[::ffff:10.0.0.1]", "169.254.169.254", "127.0.0.1@evil.example", "evil.example#127.0.0.1", "", " ", "2130706433", "0x7f.1", "localhost%00", "aurora",
	}
	for _, host := range spoofed {
		for _, path := range []string{"/api/v1/tables", "/", "/auth?code=x"} {
			if got := ask(path, host); got != 403 {
				t.Errorf("Host %q on %s answers %d, want 403", host, path, got)
			}
		}
		if got := ask("/livez", host); got != 200 {
			t.Errorf("the probe refuses Host %q", host)
		}
	}
}

func TestCrossSiteRequestsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	cookie := signIn(t, f)
	bodies := map[string]string{"/api/v1/questions": `{"question":"x"}`, "/api/v1/sql": `{"sql":"SELECT 1"}`, "/api/v1/session/links": ""}
	for path, body := range bodies {
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"} {
			r := f.do(request("POST", path, body, func(r *http.Request) {
				with(cookie)(r)
				r.Header.Set(name, value)
			}))
			if r.StatusCode != http.StatusForbidden || r.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s with %s: %s answers %d", path, name, value, r.StatusCode)
			}
		}
		own := f.do(request("POST", path, body, func(r *http.Request) {
			with(cookie)(r)
			r.Header.Set("Origin", "http://"+address)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}))
		wantStatus(t, own, 200)
	}
}

func TestBehindAProxyTheCookieIsSecure(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *server.Config) { c.Address, c.PublicURL = "0.0.0.0:8360", "https://data.example.com" })
	if !strings.HasPrefix(f.LoginURL(), "https://data.example.com/auth?code=") {
		t.Errorf("link %s", f.LoginURL())
	}
	atProxy := func(change func(*http.Request)) func(*http.Request) {
		return func(r *http.Request) {
			change(r)
			r.Host = "data.example.com"
		}
	}
	link, _ := url.Parse(f.LoginURL())
	r := f.do(request("GET", link.RequestURI(), "", atProxy(stranger)))
	if len(r.Cookies()) != 1 || r.Cookies()[0].Name != "__Host-aurora" || !r.Cookies()[0].Secure {
		t.Fatalf("cookies %v", r.Cookies())
	}
	if r.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
	wantStatus(t, f.do(request("GET", "/api/v1/tables", "", atProxy(with(r.Cookies()[0])))), 200)
	wantStatus(t, f.do(request("GET", "/api/v1/tables", "", func(r *http.Request) { r.Host = "0.0.0.0:8360" })), 403)
	if _, err := server.New(server.Config{UI: testUI(), Address: address, PublicURL: "data.example.com"}); err == nil {
		t.Error("a public URL without a scheme is accepted")
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	status := func(path string) int { return f.do(request("GET", path, "", stranger)).StatusCode }
	if status("/livez") != 200 || status("/readyz") != 200 {
		t.Error("a healthy server is not ready")
	}
	f.engine.err = &aurora.Error{Code: aurora.CodeClickHouseAway, Title: "away", Hint: "aurora up"}
	if status("/readyz") != 200 {
		t.Error("the probe asks the engine more than once a second")
	}
	f.clock.Advance(time.Second)
	if status("/readyz") != 503 || status("/livez") != 200 {
		t.Error("a server without ClickHouse must be alive and not ready")
	}
	f.engine.err = nil
	f.clock.Advance(time.Second)
	if status("/readyz") != 200 {
		t.Error("not ready again after ClickHouse came back")
	}
}

// Shutting down lets a running request finish.
func TestServeStopsGracefully(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, func(c *server.Config) { c.Address = listener.Addr().String() })
	asked, release := make(chan struct{}), make(chan struct{})
	f.engine.ask = func(ctx context.Context, q aurora.Question, _ func(aurora.Step)) (aurora.Answer, error) {
		close(asked)
		select {
		case <-release:
		case <-ctx.Done():
		}
		return aurora.Answer{Question: q.Text}, ctx.Err()
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- f.Serve(ctx, listener) }()
	answered := make(chan string, 1)
	go func() {
		r := request("POST", "/api/v1/questions", `{"question":"slow"}`, nil)
		call, _ := http.NewRequest(http.MethodPost, "http://"+listener.Addr().String()+"/api/v1/questions", r.Body)
		call.Header = r.Header
		response, err := http.DefaultClient.Do(call)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = response.Body.Close() }()
		answered <- response.Status
	}()
	<-asked
	stop()
	for { // the port closes at once; the request does not
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			break
		}
		_ = c.Close()
	}
	close(release)
	if got := <-answered; got != "200 OK" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	want := map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY"}
	for _, path := range []string{"/", "/query/", "/nothing", "/_next/static/chunks/app.js", "/api/v1/tables", "/api/v1/nothing", "/livez", "/auth"} {
		h := f.get(path).Header
		for name, value := range want {
			if h.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), value)
			}
		}
		if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("X-Request-Id") == "" {
			t.Errorf("%s: no request id", path)
		}
	}
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, request("GET", "/api/v1/tables", "", nil))
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("data may be cached: %q", w.Header().Get("Cache-Control"))
	}
}
