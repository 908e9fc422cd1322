package server

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// site is the exported web UI. Pages are HTML with a content security policy of
// their own; everything else is an asset. Paths are looked up in maps made at
// the start, so no request reaches a file system.
type site struct {
	pages  map[string]page  // by directory path: "", "query"
	assets map[string]asset // by file path
}

type page struct {
	html    []byte
	scripts string // the hashes of the inline scripts, as the policy lists them
}

type asset struct {
	content, gz []byte
	mediaType   string
	etag        string
}

const notFoundPage = "404"

func newSite(root fs.FS) (*site, error) {
	s := &site{pages: map[string]page{}, assets: map[string]asset{}}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		s.add(name, content)
		return nil
	})
	if err == nil && len(s.pages) == 0 {
		err = errors.New("no index.html")
	}
	if err != nil {
		return nil, &aurora.Error{Code: aurora.CodeInternal, Title: "cannot read the web UI in this binary", Detail: err.Error(), Hint: "build it again with `make build`", Err: err}
	}
	return s, nil
}

func (s *site) add(name string, content []byte) {
	switch {
	case strings.HasPrefix(path.Base(name), ".keep"):
	case strings.HasSuffix(name, ".html.gz"): // HTML is compressed per answer: it carries a nonce
	case strings.HasSuffix(name, ".html"):
		key := strings.TrimSuffix(strings.TrimSuffix(name, "index.html"), ".html")
		s.pages[strings.Trim(key, "/")] = page{html: content, scripts: scriptHashes(content)}
	case strings.HasSuffix(name, ".gz"):
		plain := strings.TrimSuffix(name, ".gz")
		a := s.assets[plain]
		a.gz = content
		s.assets[plain] = a
	default:
		a := s.assets[name]
		sum := sha256.Sum256(content)
		a.content, a.mediaType, a.etag = content, mediaType(name), `"`+hex.EncodeToString(sum[:16])+`"`
		s.assets[name] = a
	}
}

// mediaType does not ask the machine's own table, which differs from host to host.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".ico":
		return "image/x-icon"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".json", ".webmanifest":
		return "application/json"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

var scriptElement = regexp.MustCompile(`(?is)<script(\s[^>]*)?>(.*?)</script>`)

// scriptHashes lists the hashes of the inline scripts of a page.
func scriptHashes(html []byte) string {
	var hashes strings.Builder
	for _, match := range scriptElement.FindAllSubmatch(html, -1) {
		if bytes.Contains(match[1], []byte("src=")) || len(match[2]) == 0 {
			continue
		}
		sum := sha256.Sum256(match[2])
		hashes.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	return hashes.String()
}

// policy is the content security policy of a page. The nonce is for styles only.
func (p page) policy(nonce string) string {
	return "default-src 'self'; script-src 'self'" + p.scripts + "; style-src 'self' 'nonce-" + nonce + "'; " +
		"img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeProblem(w, refusal(r.Context(), http.StatusMethodNotAllowed, "pages are only read"))
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if p, found := s.pages[name]; found && name != notFoundPage {
		if name != "" && !strings.HasSuffix(r.URL.Path, "/") {
			target := "/" + name + "/"
			if r.URL.RawQuery != "" {
				target += "?" + r.URL.RawQuery
			}
			http.Redirect(w, r, target, http.StatusPermanentRedirect)
			return
		}
		p.write(w, r, http.StatusOK)
		return
	}
	if a, found := s.assets[name]; found && a.content != nil {
		a.write(w, r, name)
		return
	}
	s.missing(w, r)
}

// missing answers a page for people and a line for anything else: a missing
// script must not become an HTML page.
func (s *site) missing(w http.ResponseWriter, r *http.Request) {
	p, found := s.pages[notFoundPage]
	if !found || strings.HasPrefix(r.URL.Path, "/_next/") {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("not found\n"))
		return
	}
	p.write(w, r, http.StatusNotFound)
}

func (p page) write(w http.ResponseWriter, r *http.Request, status int) {
	var random [16]byte
	_, _ = rand.Read(random[:])
	nonce := base64.RawURLEncoding.EncodeToString(random[:])
	html := bytes.Replace(p.html, []byte("<head>"), []byte(`<head><meta name="csp-nonce" content="`+nonce+`">`), 1)
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy(nonce))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		compressed := gzip.NewWriter(w)
		_, _ = compressed.Write(html)
		_ = compressed.Close()
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(html)
}

func (a asset) write(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("Vary", "Accept-Encoding")
	if strings.HasPrefix(name, "_next/static/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", a.etag)
		if r.Header.Get("If-None-Match") == a.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if a.gz != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(a.gz)
		return
	}
	_, _ = w.Write(a.content)
}

func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(name, "gzip") && !strings.HasSuffix(strings.ReplaceAll(quality, " ", ""), "q=0") {
			return true
		}
	}
	return false
}
