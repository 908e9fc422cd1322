package llm

import (
	"sync"
	"time"
)

// The breaker opens after this many failures in a row, for this long.
const (
	breakerAfter = 3
	breakerFor   = time.Minute
)

// breaker leaves an endpoint alone that cannot be reached, so that questions do
// not wait for it one after the other.
type breaker struct {
	mu     sync.Mutex
	failed int
	until  time.Time
}

func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Before(b.until)
}

// note counts a failed connection, and forgets all when one worked. A call that
// the asker gave up says nothing about the endpoint.
func (b *breaker) note(err error, givenUp bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case err != nil && givenUp:
	case err != nil && connection(err):
		if b.failed++; b.failed >= breakerAfter {
			b.failed, b.until = 0, time.Now().Add(breakerFor)
		}
	default:
		b.failed = 0
	}
}
