package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
)

// requestInfo names a request. It is the one thing that travels in a context:
// it belongs to the request, not to the program.
type requestInfo struct{ id, path string }

type requestKey struct{}

func requestOf(ctx context.Context) requestInfo {
	info, _ := ctx.Value(requestKey{}).(requestInfo)
	return info
}

// middleware is what every request passes, outermost first: name and log,
// rescue, headers, host, origin, size.
func (s *Server) middleware(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, refusal(r.Context(), http.StatusForbidden, "the request comes from another site"))
	}))
	if s.base.Scheme == "https" {
		_ = origin.AddTrustedOrigin(s.base.String()) // behind a proxy the Host header may differ from it
	}
	return s.name(s.rescue(s.secure(s.checkHost(origin.Handler(limitBody(next))))))
}

func (s *Server) name(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := requestInfo{id: randomText(8), path: r.URL.Path}
		w.Header().Set("X-Request-Id", info.id)
		recorded := &statusWriter{ResponseWriter: w}
		start := time.Now()
		next.ServeHTTP(recorded, r.WithContext(context.WithValue(r.Context(), requestKey{}, info)))
		s.log.Debug("request", "request_id", info.id, "method", r.Method, "path", info.path,
			"status", recorded.status, "duration_ms", time.Since(start).Milliseconds())
	})
}

// rescue answers a panic with a problem; the stack goes to the log only.
func (s *Server) rescue(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, isError := cause.(error); isError && errors.Is(err, http.ErrAbortHandler) {
				panic(cause) // net/http's own way to end an answer
			}
			s.log.Error("panic in a handler", "request_id", requestOf(r.Context()).id, "err", cause, "stack", string(debug.Stack()))
			writeProblem(w, refusal(r.Context(), http.StatusInternalServerError, ""))
		}()
		next.ServeHTTP(w, r)
	})
}

// secure sets the headers of every answer. Pages replace the policy by their own.
func (s *Server) secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		if s.base.Scheme == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// checkHost refuses names that are not ours, so that a foreign name that
// resolves to this machine (DNS rebinding) reaches nothing. Probes are exempt:
// load balancers send an address as Host.
func (s *Server) checkHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		probe := r.URL.Path == "/livez" || r.URL.Path == "/readyz"
		if !probe && !s.knowsHost(r.Host) {
			writeProblem(w, refusal(r.Context(), http.StatusForbidden, "the Host header names another server"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) knowsHost(header string) bool {
	host := (&url.URL{Host: header}).Hostname()
	switch strings.ToLower(host) {
	case "":
		return false
	case "localhost", "127.0.0.1", "::1", strings.ToLower(s.base.Hostname()):
		return true
	}
	bound, asked := net.ParseIP(s.host), net.ParseIP(host)
	return bound != nil && !bound.IsUnspecified() && bound.Equal(asked)
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBody {
			writeProblem(w, refusal(r.Context(), http.StatusRequestEntityTooLarge, ""))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody+1)
		next.ServeHTTP(w, r)
	})
}

// writeProblem answers outside huma: for middleware and unknown paths.
func writeProblem(w http.ResponseWriter, p *Problem) {
	for key, values := range p.GetHeaders() {
		w.Header()[key] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// randomText gives n random bytes in hexadecimal.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the process instead
	return hex.EncodeToString(b)
}
