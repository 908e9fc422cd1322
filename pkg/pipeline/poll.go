package pipeline

import (
	"context"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

const (
	chunk        = 512                    // records handed to a builder at once
	flushEvery   = 10 * time.Millisecond  // or after this time
	pollIdle     = 100 * time.Millisecond // a poll with nothing in hand
	pauseEvery   = 5 * time.Second        // at most one pause in this time: frequent ones leak memory in librdkafka
	recordLimit  = 16 << 20               // the largest record
	authAttempts = 3                      // refused sign-ins before the pipeline fails: no lock-out storm
)

// poll reads the source until ctx ends or the pipeline fails. It hands records to the
// builders and never waits for decoding or inserting, but for a second at most when the
// memory budget is used up.
func (r *Runner) poll(ctx context.Context) {
	flushed := time.Now()
	dirty := false
	for ctx.Err() == nil && r.work.Err() == nil {
		timeout := pollIdle
		if dirty {
			timeout = flushEvery
		}
		event := r.source.Poll(timeout)
		dirty = r.route(event) || dirty
		if dirty && (event == nil || time.Since(flushed) > flushEvery) {
			r.flush()
			flushed, dirty = time.Now(), false
		}
		r.hold(ctx)
	}
}

// route puts an event into the inbox of its partition.
func (r *Runner) route(event aurora.SourceEvent) bool {
	switch e := event.(type) {
	case *aurora.Record:
		return r.deposit(e.Partition, item{rec: e})
	case aurora.PartitionEnd:
		return r.deposit(e.Partition, item{position: e.Position})
	case aurora.SourceProblem:
		r.problem(e)
	}
	return false
}

func (r *Runner) deposit(id int32, it item) bool {
	r.troubles.clear("source")
	r.refused = 0
	p := r.parts[id] // only this goroutine writes the map
	if p == nil {
		return false // given up while the record was on its way
	}
	if it.rec != nil {
		r.limits.take(weight(it.rec))
	}
	p.inbox = append(p.inbox, it)
	if len(p.inbox) >= chunk {
		p.queue.put(p.inbox)
		p.inbox = p.inbox[:0]
	}
	return true
}

// flush hands every inbox to its builder.
func (r *Runner) flush() {
	for _, p := range r.parts {
		if len(p.inbox) > 0 {
			p.queue.put(p.inbox)
			p.inbox = p.inbox[:0]
		}
	}
}

// problem sorts what the source reports: what heals by itself is shown, the rest ends the pipeline.
func (r *Runner) problem(e aurora.SourceProblem) {
	if e.Fatal {
		r.fail(e.Err)
		return
	}
	switch e.Err.Code {
	case aurora.CodeKafkaAuth:
		if r.refused++; r.refused >= authAttempts {
			r.fail(e.Err)
			return
		}
	case aurora.CodeTopicUnknown, aurora.CodeOffsetGap, aurora.CodeKafkaDenied, aurora.CodeMemberFenced:
		r.fail(e.Err)
		return
	}
	r.troubles.set("source", e.Err)
}

// hold applies back-pressure: over the budget it stops polling, for a second at most; if
// that does not help, ClickHouse is away and the partitions are paused, so that polling
// can go on for the sake of rebalances.
func (r *Runner) hold(ctx context.Context) {
	allowance := r.allowance()
	if r.paused {
		if r.limits.relaxed(allowance) {
			r.resumeReading()
		}
		return
	}
	if !r.limits.over(allowance) {
		return
	}
	r.flush()
	r.limits.await(ctx, allowance)
	if r.limits.over(allowance) && time.Since(r.pausedAt) > pauseEvery {
		r.pauseReading()
	}
}

// allowance is memory beyond the budget for blocks that are replayed: they cannot be
// shipped, and give nothing back, before their announced end is read. Small records weigh
// several times their bytes.
func (r *Runner) allowance() int64 {
	var n int64
	for _, p := range r.parts {
		if p.replaying.Load() {
			n += 4 * (int64(r.pipeline.Batch.Bytes) + recordLimit)
		}
	}
	return n
}

func (r *Runner) pauseReading() {
	if err := r.source.Pause(r.owned()); err != nil {
		r.log.Debug("pause", "error", err)
		return
	}
	r.paused, r.pausedAt = true, time.Now()
	r.log.Info("reading paused until ClickHouse takes what is in memory")
}

func (r *Runner) resumeReading() {
	if err := r.source.Resume(r.owned()); err != nil {
		r.log.Debug("resume", "error", err)
		return
	}
	r.paused = false
	r.log.Info("reading resumed")
}
