package pipeline

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// backoff is a growing pause with jitter.
type backoff struct{ next, limit time.Duration }

func newBackoff(first, limit time.Duration) *backoff { return &backoff{next: first, limit: limit} }

// pause waits for half to the whole of the next pause, or until ctx ends or stop is
// closed, which may be nil.
func (b *backoff) pause(ctx context.Context, stop <-chan struct{}) error {
	d := b.next/2 + rand.N(b.next/2+1)
	b.next = min(2*b.next, b.limit)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-stop:
		return errNotOwned
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unknownTries is how often a failure that nobody has classified is tried again.
const unknownTries = 5

// classOf says what a failed write means. Connection errors are tried again without end.
func classOf(err error) aurora.SinkClass {
	var sink *aurora.SinkError
	if errors.As(err, &sink) {
		return sink.Class
	}
	if errors.Is(err, context.DeadlineExceeded) || aurora.AsError(err).ExitStatus() == aurora.ExitConnection {
		return aurora.SinkRetry
	}
	return aurora.SinkUnknown
}

// troubles is what stands in a pipeline's way right now, by where it was met.
type troubles struct {
	mu    sync.Mutex
	items map[string]error
	order []string
}

func (t *troubles) set(where string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.items == nil {
		t.items = map[string]error{}
	}
	if _, known := t.items[where]; !known {
		t.order = append(t.order, where)
	}
	t.items[where] = err
}

func (t *troubles) clear(where string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.items[where]; !known {
		return
	}
	delete(t.items, where)
	for i, w := range t.order {
		if w == where {
			t.order = append(t.order[:i:i], t.order[i+1:]...)
			break
		}
	}
}

// first is the trouble that has lasted longest; nil if there is none.
func (t *troubles) first() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.order) == 0 {
		return nil
	}
	return t.items[t.order[0]]
}
