package pipeline

import (
	"context"
	"sync/atomic"
	"time"
)

// Limits is what all pipelines of a worker share: memory for records, and places for
// inserts that run at the same time.
type Limits struct {
	memory  int64
	used    atomic.Int64
	inserts chan struct{}
}

// NewLimits makes limits of memory bytes of records and a number of simultaneous inserts.
// Zero gives the defaults: 128 MiB and 2.
func NewLimits(memory int64, inserts int) *Limits {
	if memory <= 0 {
		memory = 128 << 20
	}
	if inserts <= 0 {
		inserts = 2
	}
	return &Limits{memory: memory, inserts: make(chan struct{}, inserts)}
}

func (l *Limits) take(bytes int64)    { l.used.Add(bytes) }
func (l *Limits) release(bytes int64) { l.used.Add(-bytes) }

// over says that reading must stop. The allowance is for blocks that must be read to their
// end before they can be shipped and so give memory back.
func (l *Limits) over(allowance int64) bool { return l.used.Load() > l.memory+allowance }

// relaxed says that a paused source may read again.
func (l *Limits) relaxed(allowance int64) bool { return l.used.Load() < (l.memory+allowance)/2 }

// await waits until the limits are no longer over, for a second at most.
func (l *Limits) await(ctx context.Context, allowance int64) {
	deadline := time.NewTimer(time.Second)
	defer deadline.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for l.over(allowance) {
		select {
		case <-look.C:
		case <-deadline.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// insert takes a place for an insert and gives the function that leaves it.
func (l *Limits) insert(ctx context.Context) (leave func(), err error) {
	select {
	case l.inserts <- struct{}{}:
		return func() { <-l.inserts }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
