package pipeline

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// partition is one assignment of one partition: a builder that turns records into blocks,
// and a shipper that takes finished blocks through announce, insert, ledger and advance.
// The builder fills the next block while the shipper works on the one before; at most one
// block is announced at a time.
type partition struct {
	r      *Runner
	id     int32
	serial uint64
	queue  *queue
	blocks chan *batch
	// stop asks for the open block to be finished and no other to be begun.
	stop chan struct{}
	// ctx ends when the assignment has ended: whatever is open is left to the next owner.
	ctx    context.Context
	cancel context.CancelFunc
	built  chan struct{}
	done   chan struct{}

	// Owned by the poll goroutine.
	inbox []item

	// Owned by the builder.
	cur      *batch
	position int64 // everything before it was read, or is known to be nothing
	until    int64 // the last offset of the block to replay; idle when there is none

	resumed   resumption
	next      atomic.Int64 // committed: everything before it is accounted for
	high      atomic.Int64 // the end of the partition when it was last looked at
	replaying atomic.Bool
	counts    counts
}

// counts are sums over the epoch: what the ledger had, and what was added since.
type counts struct{ stored, dead, tombstones atomic.Int64 }

func (c *counts) add(e aurora.LedgerEntry) {
	c.stored.Add(e.Stored)
	c.dead.Add(e.Dead)
	c.tombstones.Add(e.Tombstones)
}

func newPartition(r *Runner, res resumption, serial uint64, high int64) *partition {
	p := &partition{
		r: r, id: res.Partition, serial: serial, queue: newQueue(), blocks: make(chan *batch),
		stop: make(chan struct{}), built: make(chan struct{}), done: make(chan struct{}),
		position: res.Next, until: res.Replay, resumed: res,
	}
	p.ctx, p.cancel = context.WithCancel(r.work)
	p.next.Store(res.Next)
	p.high.Store(high)
	p.replaying.Store(res.Replay != idle)
	p.counts.add(aurora.LedgerEntry{Stored: res.Mark.Stored, Dead: res.Mark.DeadLetters, Tombstones: res.Mark.Tombstones})
	return p
}

// start runs builder and shipper; done is closed when both have ended.
func (p *partition) start() {
	p.r.spawn(func() {
		defer close(p.built)
		p.build()
	})
	p.r.spawn(func() {
		defer close(p.done)
		p.ship()
		p.cancel()
		<-p.built
	})
}

// build reads the queue until the partition is stopped. What it has not handed over by
// then is dropped: it was not announced.
func (p *partition) build() {
	defer p.drop()
	var todo []item
	if !p.begin(idle) {
		return
	}
	for {
		todo = p.consume(todo)
		var out chan *batch
		due, wait := p.due()
		if due {
			out = p.blocks
		}
		var in chan struct{}
		if len(todo) == 0 {
			in = p.queue.ready
		}
		timer := time.NewTimer(wait)
		select {
		case out <- p.cur:
			last := p.cur.span.Last
			p.cur = nil // it is the shipper's now
			if !p.begin(last) {
				p.forget(todo)
				return
			}
		case <-in:
			todo = p.queue.take()
		case <-timer.C:
		case <-p.stop:
			p.forget(todo)
			return
		case <-p.ctx.Done():
			p.forget(todo)
			return
		}
		timer.Stop()
	}
}

// begin starts the block after the one that ended at last (idle: the first one).
func (p *partition) begin(last int64) bool {
	first := p.resumed.Next
	if last != idle {
		first = last + 1
		p.until = idle
		p.replaying.Store(false)
	}
	rows, err := p.r.block()
	if err != nil {
		p.r.fail(err)
		return false
	}
	p.cur = &batch{span: aurora.Range{Partition: p.id, First: first, Last: first - 1}, rows: rows, replay: p.until != idle}
	if p.position > first { // the replay before it was ended by a position beyond its end
		p.cur.span.Last, p.cur.since = p.position-1, time.Now()
	}
	p.position = max(p.position, first)
	return true
}

// consume takes items into the block until it is sealed; it gives what is left over.
func (p *partition) consume(todo []item) []item {
	for len(todo) > 0 && !p.sealed() {
		if !p.accept(todo[0]) {
			return todo
		}
		todo[0] = item{}
		todo = todo[1:]
	}
	return todo
}

// accept takes one item; false leaves it for the next block.
func (p *partition) accept(it item) bool {
	if it.rec == nil {
		p.reach(it.position)
		return true
	}
	if it.rec.Offset < p.position {
		p.r.limits.release(weight(it.rec)) // delivered before, by a prefetch of an older position
		return true
	}
	if p.until != idle && it.rec.Offset > p.until {
		p.reach(it.rec.Offset) // the record at the end of the replay is gone: the position ends it
		return false
	}
	dead := len(p.cur.letters)
	p.cur.add(p.r.pipeline, it.rec)
	p.reach(it.rec.Offset + 1)
	p.r.judge(len(p.cur.letters) - dead)
	return true
}

// reach moves the position, and with it the end of the block: to the position, but never
// beyond the end of a replay.
func (p *partition) reach(position int64) {
	if position <= p.position {
		return
	}
	p.position = position
	last := position - 1
	if p.until != idle {
		last = min(last, p.until)
	}
	p.cur.span.Last = max(p.cur.span.Last, last)
	if p.cur.since.IsZero() {
		p.cur.since = time.Now()
	}
}

// sealed says that the block may not grow any more. A replay ends at its announced end
// and nowhere else, whatever the bounds are by now.
func (p *partition) sealed() bool {
	if p.until != idle {
		return p.cur.span.Last == p.until
	}
	return p.cur.full(p.r.pipeline.Batch)
}

// due says that the block should be shipped; if not, when to look again.
func (p *partition) due() (bool, time.Duration) {
	const never = time.Hour
	if p.sealed() {
		return true, never
	}
	if p.until != idle || p.cur.span.Offsets() == 0 {
		return false, never
	}
	left := time.Until(p.cur.since.Add(p.r.batchWait()))
	if p.r.limits.over(0) { // reading has stopped: the block will not grow, and holds memory
		return true, never
	}
	return left <= 0, min(max(left, time.Millisecond), 50*time.Millisecond)
}

// drop gives back what the block that was not handed over holds.
func (p *partition) drop() {
	if p.cur != nil {
		p.r.limits.release(p.cur.bytes)
	}
	p.forget(p.queue.take())
}

func (p *partition) forget(items []item) {
	for _, it := range items {
		if it.rec != nil {
			p.r.limits.release(weight(it.rec))
		}
	}
}
