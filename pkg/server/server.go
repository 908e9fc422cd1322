package server

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Engine is what the server asks of Aurora. Every method may be called by many
// requests at once, works until its context ends, and gives errors that are or
// wrap [*aurora.Error].
type Engine interface {
	Status(ctx context.Context) (aurora.Status, error)
	Pipelines(ctx context.Context) ([]aurora.Pipeline, error)
	Tables(ctx context.Context) ([]aurora.Table, error)
	// Ask answers a question; progress is called as each stage ends, before Ask returns.
	Ask(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error)
	Query(ctx context.Context, s aurora.Statement, l aurora.Limits) (aurora.Answer, error)
}

// Config is what a server is made of.
type Config struct {
	Engine Engine
	// UI is the exported web UI: its root holds index.html.
	UI fs.FS
	// Address is the address the listener is bound to, "127.0.0.1:8360" say.
	Address string
	// PublicURL is the address people use when a proxy stands before the server; empty without one.
	PublicURL string
	// Token is the bearer token for programs; only its hash is kept.
	Token   string
	Version string
	Log     *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Server answers HTTP requests. Make one with [New].
type Server struct {
	engine  Engine
	auth    *gate
	base    *url.URL
	host    string // the host the listener is bound to
	ready   readiness
	version string
	log     *slog.Logger
	mux     *recorder
	spec    []byte
	handler http.Handler
}

// The bounds of a request. An answer may take as long as a model needs, a
// header may not.
const (
	headerTime  = 5 * time.Second
	readTime    = 30 * time.Second
	answerTime  = 90 * time.Second
	writeTime   = answerTime + 30*time.Second
	idleTime    = 2 * time.Minute
	graceTime   = 10 * time.Second
	maxBody     = 1 << 20
	maxHeader   = 64 << 10
	readyTime   = 2 * time.Second
	readyCached = time.Second
)

// New makes a server. It starts nothing: see [Server.Serve].
func New(c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	base, err := baseURL(c.Address, c.PublicURL)
	if err != nil {
		return nil, err
	}
	host, _, _ := net.SplitHostPort(c.Address)
	s := &Server{
		engine: c.Engine, base: base, host: host, version: c.Version, log: c.Log, mux: newRecorder(),
		auth: newGate(c.Token, cookieName(base), base.Scheme == "https", c.Now),
	}
	s.ready = readiness{check: s.reachable, now: c.Now}
	pages, err := newSite(c.UI)
	if err != nil {
		return nil, err
	}
	if err := s.routes(pages); err != nil {
		return nil, err
	}
	s.handler = s.middleware(s.mux)
	return s, nil
}

// baseURL is where people open the server.
func baseURL(address, public string) (*url.URL, error) {
	if public == "" {
		return &url.URL{Scheme: "http", Host: address}, nil
	}
	u, err := url.Parse(public)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, aurora.Usage("%q is not a public URL", "write it as https://analytics.example.com", public)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Handler gives the whole server as a handler.
func (s *Server) Handler() http.Handler { return s.handler }

// Spec gives the OpenAPI document of the API, as YAML.
func (s *Server) Spec() []byte { return s.spec }

// URL is where people open the server.
func (s *Server) URL() string { return s.base.String() }

// LoginURL makes a link that signs a browser in: once, within ten minutes.
func (s *Server) LoginURL() string {
	u := *s.base
	u.Path, u.RawQuery = "/auth", url.Values{"code": {s.auth.newCode()}}.Encode()
	return u.String()
}

// Serve answers requests on l until ctx ends. Then it lets running requests
// finish, for ten seconds at most, and closes the rest.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	// Requests outlive ctx, which ends where the grace begins.
	requests, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	h := &http.Server{
		Handler: s.handler, BaseContext: func(net.Listener) context.Context { return requests },
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(l) }() // ends with Shutdown or Close
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
	defer cancel()
	err := h.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("requests were cut at the end of the grace period")
		abort()
		err = h.Close()
	}
	if served := <-served; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	return err
}
