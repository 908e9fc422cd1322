package httpd

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tagPrefix   = "aurora:"
	displayName = "aurora"
	// writerSlots and readerSlots bound the statements at work, separately, so that
	// no number of questions can keep the ingestion from writing.
	writerSlots = 64
	readerSlots = 32
	slotWait    = 5 * time.Second
	killEvery   = 250 * time.Millisecond
)

// Options are what a server needs.
type Options struct {
	Secrets Secrets
	Log     *slog.Logger
}

// Server is the HTTP handler. Until Open it answers 503.
type Server struct {
	secrets  Secrets
	log      *slog.Logger
	opened   atomic.Pointer[opened]
	serial   atomic.Uint64
	active   atomic.Int64 // statements at work, with all that belongs to them
	slots    map[string]chan struct{}
	sessions sessions
	root     sync.Mutex // one statement at a time on the root connection
}

// opened is the engine with what is known of it.
type opened struct {
	engine   Engine
	root     Conn
	version  string
	timezone string
}

// New makes a server without an engine.
func New(o Options) *Server {
	return &Server{
		secrets: o.Secrets, log: o.Log,
		slots: map[string]chan struct{}{
			Writer: make(chan struct{}, writerSlots), Reader: make(chan struct{}, readerSlots),
		},
		sessions: sessions{kept: map[string]*session{}},
	}
}

// Open lets the server answer from the engine. The root connection kills
// statements whose client went away; it stays the caller's to close.
func (s *Server) Open(engine Engine, root Conn, version, timezone string) {
	s.opened.Store(&opened{engine: engine, root: root, version: version, timezone: timezone})
}

// Drain waits until no statement is at work, or ctx ends. Requests that come
// meanwhile are the caller's to keep away.
func (s *Server) Drain(ctx context.Context) error {
	for s.active.Load() > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// Close gives back the connections of the sessions. Call it when no request is
// at work any more.
func (s *Server) Close() { s.sessions.closeAll() }

func (s *Server) version() string {
	if e := s.opened.Load(); e != nil {
		return e.version
	}
	return "unknown"
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !loopbackHost(r.Host) {
		http.Error(w, "this engine answers to loopback names only", http.StatusForbidden)
		return
	}
	values := r.URL.Query()
	w.Header().Set("X-ClickHouse-Server-Display-Name", displayName)
	switch {
	case r.URL.Path == "/ping", r.URL.Path == "/" && isPlainGet(r, values):
		s.ping(w)
	case r.URL.Path != "/":
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodPost && r.Method != http.MethodHead:
		http.Error(w, "use GET or POST", http.StatusMethodNotAllowed)
	default:
		s.statement(w, r, values)
	}
}

func isPlainGet(r *http.Request, values url.Values) bool {
	return r.Method != http.MethodPost && !values.Has("query")
}

func (s *Server) ping(w http.ResponseWriter) {
	if s.opened.Load() == nil {
		http.Error(w, "the engine is starting", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "Ok.\n")
}

// statement authenticates, parses and runs one statement, and logs it.
func (s *Server) statement(w http.ResponseWriter, r *http.Request, values url.Values) {
	e := s.opened.Load()
	if e == nil {
		s.ping(w)
		return
	}
	s.active.Add(1)
	defer s.active.Add(-1)
	w.Header().Set("X-ClickHouse-Timezone", e.timezone)
	user := s.user(r, values)
	if user == "" {
		s.fail(w, authFailed)
		return
	}
	started := time.Now()
	rq, err := s.parse(r, user, values)
	defer rq.close()
	w.Header().Set("X-ClickHouse-Query-Id", rq.id)
	if err == nil {
		err = s.serve(w, rq, e)
	}
	code := 0
	if err != nil {
		code = codeOf(err)
		if !isWritten(err) {
			s.fail(w, err)
		}
	}
	s.log.Debug("statement", "id", rq.id, "user", user, "code", code, "took", time.Since(started))
}

// serve runs a parsed request on a connection of its own.
func (s *Server) serve(w http.ResponseWriter, rq *request, e *opened) error {
	if isHello(rq) {
		return s.hello(w, rq, e)
	}
	release, err := s.slot(rq)
	if err != nil {
		return err
	}
	defer release()
	conn, back, err := s.conn(rq, e)
	if err != nil {
		return err
	}
	defer back()
	if rq.insert != nil {
		return s.insertData(w, rq, conn)
	}
	return s.run(w, rq, conn)
}

// slot waits for a free place among the statements at work.
func (s *Server) slot(rq *request) (func(), error) {
	slots := s.slots[rq.user]
	timer := time.NewTimer(slotWait)
	defer timer.Stop()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-rq.http.Context().Done():
		return nil, rq.http.Context().Err()
	case <-timer.C:
		return nil, &exception{202, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many simultaneous queries; try again in a moment"}
	}
}

// watch kills the statement when ctx ends before the returned function is called.
// It repeats itself, because a statement that has not begun cannot be killed.
func (s *Server) watch(ctx context.Context, rq *request) (done func()) {
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() { // ends with the statement
		defer close(stopped)
		select {
		case <-ended:
			return
		case <-ctx.Done():
		}
		for {
			s.kill("= " + quote(rq.tag))
			select {
			case <-ended:
				return
			case <-time.After(killEvery):
			}
		}
	}()
	return func() { close(ended); <-stopped }
}

// KillAll kills every statement of every client; the engine is about to stop.
func (s *Server) KillAll() { s.kill("LIKE " + quote(tagPrefix+"%")) }

func (s *Server) kill(condition string) {
	e := s.opened.Load()
	if e == nil {
		return
	}
	s.root.Lock()
	defer s.root.Unlock()
	result, err := e.root.Query("KILL QUERY WHERE Settings['log_comment'] "+condition+" ASYNC", "Null", nil)
	if err != nil {
		s.log.Warn("kill a statement", "error", err)
		return
	}
	result.Close()
}
