package pipeline

import (
	"sync"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// item is a record, or, when rec is nil, the news that the partition was read up to position.
type item struct {
	rec      *aurora.Record
	position int64
}

// queue carries items from the poll goroutine to a partition's builder. It never makes
// the poll goroutine wait; the memory budget bounds it.
type queue struct {
	mu    sync.Mutex
	items []item
	ready chan struct{}
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

// put appends and wakes the builder.
func (q *queue) put(items []item) {
	q.mu.Lock()
	q.items = append(q.items, items...)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take empties the queue.
func (q *queue) take() []item {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}
