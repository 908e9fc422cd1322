package server_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aurora-analytics/aurora/pkg/server"
	"github.com/aurora-analytics/aurora/webui"
)

func hash(script string) string {
	sum := sha256.Sum256([]byte(script))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func TestPagesAreServedWithTheirOwnPolicy(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := f.do(request("GET", "/", "", stranger)) // pages need no sign-in; what they ask for does
	wantStatus(t, r, 200)
	csp := r.Header.Get("Content-Security-Policy")
	for _, script := range []string{`boot()`, `go("x")`} {
		if !strings.Contains(csp, hash(script)) {
			t.Errorf("the policy lacks the hash of %s: %s", script, csp)
		}
	}
	if strings.Count(csp, "sha256-") != 2 {
		t.Errorf("the policy allows more than the page holds: %s", csp)
	}
	nonce := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(csp)
	if nonce == nil || !strings.Contains(text(t, r), `<meta name="csp-nonce" content="`+nonce[1]+`">`) {
		t.Errorf("the page does not know the nonce of %s", csp)
	}
	if again := f.get("/").Header.Get("Content-Security-Policy"); again == csp {
		t.Error("the nonce is used twice")
	}
	if r.Header.Get("Cache-Control") != "no-cache" || r.Header.Get("ETag") != "" {
		t.Errorf("a page with a nonce may be kept: %v", r.Header)
	}
}

func TestPathsOfTheSite(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	tests := []struct {
		path     string
		status   int
		location string
		body     string
	}{
		{"/query/", 200, "", "query"},
		{"/query", 308, "/query/", ""},
		{"/query?q=a+b", 308, "/query/?q=a+b", ""},
		{"//query", 308, "/query/", ""},
		{"//evil.example/%2e%2e/query", 404, "", "no such page"},
		{"/nothing/", 404, "", "no such page"},
		{"/404/", 404, "", "no such page"},
		{"/404.html", 404, "", "no such page"},
		{"/.keep", 404, "", "no such page"},
		{"/../../etc/passwd", 404, "", "no such page"},
		{"/%2e%2e/%2e%2e/etc/passwd", 404, "", "no such page"},
		{"/_next/static/chunks/old.js", 404, "", "not found\n"},
		{"/query/index.txt", 200, "", "payload"},
	}
	for _, tt := range tests {
		r := f.get(tt.path)
		if r.StatusCode == http.StatusTemporaryRedirect || r.StatusCode == http.StatusMovedPermanently {
			// ServeMux cleans unusual paths first; follow it once.
			if location := r.Header.Get("Location"); strings.HasPrefix(location, "//") || !strings.HasPrefix(location, "/") {
				t.Errorf("%s leads away to %s", tt.path, location)
			}
			r = f.get(r.Header.Get("Location"))
		}
		if r.StatusCode != tt.status || r.Header.Get("Location") != tt.location || !strings.Contains(text(t, r), tt.body) {
			t.Errorf("%s answers %d to %q", tt.path, r.StatusCode, r.Header.Get("Location"))
		}
	}
	wantStatus(t, f.do(request("POST", "/query/", "", nil)), 405)
}

func TestAssetsAreCachedAndCompressed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := f.get("/_next/static/chunks/app.js")
	if r.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("headers %v", r.Header)
	}
	if r.Header.Get("Content-Encoding") != "" || text(t, r) != "console.log(1)" {
		t.Error("compressed for a client that did not ask")
	}
	zipped := func(accept string) *http.Response {
		return f.do(request("GET", "/_next/static/chunks/app.js", "", func(r *http.Request) { r.Header.Set("Accept-Encoding", accept) }))
	}
	if r := zipped("br, gzip;q=0.8"); r.Header.Get("Content-Encoding") != "gzip" || text(t, r) != "\x1f\x8bpretend" {
		t.Error("the compressed file is not used")
	}
	if r := zipped("gzip;q=0, identity"); r.Header.Get("Content-Encoding") != "" {
		t.Error("compressed for a client that refused it")
	}
	payload := f.get("/query/index.txt")
	again := f.do(request("GET", "/query/index.txt", "", func(r *http.Request) { r.Header.Set("If-None-Match", payload.Header.Get("ETag")) }))
	wantStatus(t, again, http.StatusNotModified)
	page := f.do(request("GET", "/", "", func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") }))
	unzipped, err := gzip.NewReader(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	if html, err := io.ReadAll(unzipped); err != nil || !strings.Contains(string(html), "boot()") {
		t.Errorf("page %q, %v", html, err)
	}
}

func TestAnEmptySiteIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := server.New(server.Config{UI: fstest.MapFS{}, Address: address}); err == nil {
		t.Error("a server without pages starts")
	}
}

// Whatever this binary holds, placeholder or export, can be served under the policy.
func TestTheEmbeddedPagesFitThePolicy(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *server.Config) { c.UI = webui.Files() })
	for _, path := range []string{"/", "/query/", "/login/"} {
		r := f.get(path)
		html := text(t, r)
		if path != "/" && !webui.Built() {
			continue
		}
		wantStatus(t, r, 200)
		if found := regexp.MustCompile(`\s(style|on[a-z]+)="`).FindString(html); found != "" {
			t.Errorf("%s holds an attribute%s that the policy forbids", path, found)
		}
		if strings.Contains(html, "<style") || strings.Contains(html, "javascript:") {
			t.Errorf("%s holds inline style or script addresses", path)
		}
	}
}
