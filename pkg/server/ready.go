package server

import (
	"context"
	"sync"
	"time"
)

// readiness asks the engine whether it answers, and remembers the result for a
// moment: the probe needs no token, so it must not be a way to load the engine.
type readiness struct {
	check func(context.Context) error
	now   func() time.Time

	mu   sync.Mutex
	last error
	at   time.Time
}

func (r *readiness) get(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.at.IsZero() && r.now().Sub(r.at) < readyCached {
		return r.last
	}
	// The result is for all who ask, so it does not depend on who asked first.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTime)
	defer cancel()
	r.last, r.at = r.check(ctx), r.now()
	return r.last
}

// reachable is nil when ClickHouse answers for the user's tables.
func (s *Server) reachable(ctx context.Context) error {
	_, err := s.engine.Tables(ctx)
	return err
}
