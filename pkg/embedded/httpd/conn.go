package httpd

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// roles of the users inside the engine.
var roles = map[string]string{Writer: "rw", Reader: "ask"}

// conn gives a connection prepared for the request: database, role, settings,
// in this order, because the role may not see the database and readonly may not
// set anything. The returned function gives the connection back.
func (s *Server) conn(rq *request, e *opened) (Conn, func(), error) {
	name := rq.values.Get("session_id")
	if name != "" && rq.user != Writer {
		return nil, nil, readOnly("sessions are not for the reader")
	}
	conn, back, err := s.sessions.conn(name, e.engine)
	if err != nil {
		return nil, nil, err
	}
	if err := prepare(conn, rq); err != nil {
		back()
		return nil, nil, err
	}
	return conn, back, nil
}

func prepare(conn Conn, rq *request) error {
	asksOnly := rq.http.Method != http.MethodPost && !rq.values.Has("session_id")
	settings, err := assignments(rq.user, rq.tag, rq.values, asksOnly)
	if err != nil {
		return err
	}
	role := roles[rq.user]
	if asked := rq.values.Get("role"); rq.user == Writer && asked == roles[Reader] {
		role = asked
	}
	for _, sql := range []string{
		"USE " + quoteName(rq.database()),
		"SET ROLE " + quoteName(role),
		"SET " + strings.Join(settings, ", "),
	} {
		if err := discard(conn.Query(sql, "Null", nil)); err != nil {
			return err
		}
	}
	return nil
}

func discard(result Result, err error) error {
	if err != nil {
		return err
	}
	result.Close()
	return nil
}

const (
	maxSessions = 64
	sessionLife = 60 * time.Second
)

// sessions are connections that clients keep by name, for temporary tables.
type sessions struct {
	mu   sync.Mutex
	kept map[string]*session
}

type session struct {
	conn Conn
	busy bool
	used time.Time
}

func (s *sessions) conn(name string, engine Engine) (Conn, func(), error) {
	if name == "" {
		conn, err := engine.Connect()
		if err != nil {
			return nil, nil, err
		}
		return conn, conn.Close, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeIdle()
	kept := s.kept[name]
	if kept == nil {
		if len(s.kept) >= maxSessions {
			return nil, nil, &exception{202, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many sessions; they end after 60 seconds without use"}
		}
		conn, err := engine.Connect()
		if err != nil {
			return nil, nil, err
		}
		kept = &session{conn: conn}
		s.kept[name] = kept
	}
	if kept.busy {
		return nil, nil, &exception{373, "SESSION_IS_LOCKED", "Session " + name + " is locked by a concurrent client"}
	}
	kept.busy = true
	return kept.conn, func() { s.back(kept) }, nil
}

func (s *sessions) back(kept *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept.busy, kept.used = false, time.Now()
}

// closeIdle ends what was not used for long. It runs when a session is asked for,
// so that no goroutine is needed; at most maxSessions wait for it.
func (s *sessions) closeIdle() {
	for name, kept := range s.kept {
		if !kept.busy && time.Since(kept.used) > sessionLife {
			kept.conn.Close()
			delete(s.kept, name)
		}
	}
}

func (s *sessions) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, kept := range s.kept {
		if !kept.busy {
			kept.conn.Close()
		}
		delete(s.kept, name)
	}
}
