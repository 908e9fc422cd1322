package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/server"
)

const (
	address = "127.0.0.1:8360"
	token   = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

// fakeEngine answers with what a test puts into it.
type fakeEngine struct {
	err    error
	ask    func(context.Context, aurora.Question, func(aurora.Step)) (aurora.Answer, error)
	query  func(aurora.Statement, aurora.Limits) (aurora.Answer, error)
	tables []aurora.Table
	pipes  []aurora.Pipeline
}

func (f *fakeEngine) Status(context.Context) (aurora.Status, error) {
	return aurora.Status{Health: aurora.Healthy, Pipelines: f.pipes}, f.err
}

func (f *fakeEngine) Pipelines(context.Context) ([]aurora.Pipeline, error) { return f.pipes, f.err }

func (f *fakeEngine) Tables(context.Context) ([]aurora.Table, error) { return f.tables, f.err }

func (f *fakeEngine) Ask(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error) {
	if f.ask != nil {
		return f.ask(ctx, q, progress)
	}
	return aurora.Answer{Question: q.Text}, f.err
}

func (f *fakeEngine) Query(_ context.Context, s aurora.Statement, l aurora.Limits) (aurora.Answer, error) {
	if f.query != nil {
		return f.query(s, l)
	}
	return aurora.Answer{Statement: s}, f.err
}

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixture is a server with its log and its clock.
type fixture struct {
	*server.Server
	engine *fakeEngine
	clock  *clock
	log    *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func testUI() fstest.MapFS {
	return fstest.MapFS{
		"index.html":                    {Data: []byte(`<html><head><script src="/a.js"></script></head><body><script>boot()</script><script>go("x")</script></body></html>`)},
		"query/index.html":              {Data: []byte(`<html><head></head><body>query</body></html>`)},
		"404.html":                      {Data: []byte(`<html><head></head><body>no such page</body></html>`)},
		"query/index.txt":               {Data: []byte(`payload`)},
		"_next/static/chunks/app.js":    {Data: []byte(`console.log(1)`)},
		"_next/static/chunks/app.js.gz": {Data: []byte("\x1f\x8bpretend")},
		".keep":                         {Data: nil},
	}
}

func newFixture(t *testing.T, change func(*server.Config)) *fixture {
	t.Helper()
	f := &fixture{engine: &fakeEngine{}, clock: newClock(), log: &syncBuffer{}}
	c := server.Config{
		Engine: f.engine, UI: testUI(), Address: address, Token: token, Version: "test",
		Log: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: f.clock.Now,
	}
	if change != nil {
		change(&c)
	}
	s, err := server.New(c)
	if err != nil {
		t.Fatal(err)
	}
	f.Server = s
	return f
}

// request makes a request with the token; change may alter it.
func request(method, path, body string, change func(*http.Request)) *http.Request {
	r := httptest.NewRequest(method, "http://"+address+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if change != nil {
		change(r)
	}
	return r
}

func (f *fixture) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, r)
	return w.Result()
}

func (f *fixture) get(path string) *http.Response { return f.do(request("GET", path, "", nil)) }

func (f *fixture) post(path, body string) *http.Response {
	return f.do(request("POST", path, body, nil))
}

func stranger(r *http.Request) { r.Header.Del("Authorization") }

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func decode[T any](t *testing.T, r *http.Response) T {
	t.Helper()
	var v T
	content := text(t, r)
	if err := json.Unmarshal([]byte(content), &v); err != nil {
		t.Fatalf("%v in %q", err, content)
	}
	return v
}

func wantStatus(t *testing.T, r *http.Response, status int) {
	t.Helper()
	if r.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", r.StatusCode, status, text(t, r))
	}
}
