package pipeline

import (
	"context"
	"slices"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// lookEvery is the interval at which ends of partitions and rates are looked at.
const lookEvery = 2 * time.Second

// rate is the number of rows stored a second, over the last interval.
type rate struct {
	at     time.Time
	stored int64
	perSec float64
}

func (r *rate) look(now time.Time, stored int64) {
	if passed := now.Sub(r.at).Seconds(); !r.at.IsZero() && passed > 0 && stored >= r.stored {
		r.perSec = float64(stored-r.stored) / passed
	}
	r.at, r.stored = now, stored
}

// watch looks at the ends of the owned partitions until ctx ends.
func (r *Runner) watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		var stored int64
		for _, p := range r.current() {
			if _, high, err := r.source.Bounds(p.id); err == nil {
				p.high.Store(high)
			}
			stored += p.counts.stored.Load()
		}
		r.mu.Lock()
		r.rate.look(time.Now(), stored)
		r.mu.Unlock()
	}
}

func (r *Runner) current() []*partition {
	r.mu.Lock()
	defer r.mu.Unlock()
	parts := make([]*partition, 0, len(r.parts))
	for _, p := range r.parts {
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b *partition) int { return int(a.id) - int(b.id) })
	return parts
}

// Status tells what the pipeline does in this worker. It asks nobody and never waits.
func (r *Runner) Status() aurora.PipelineStatus {
	s := aurora.PipelineStatus{State: aurora.StateRunning, Updated: time.Now()}
	if !r.assigned.Load() {
		s.State = aurora.StateStarting
	}
	for _, p := range r.current() {
		if p.replaying.Load() {
			s.State = aurora.StateStarting
		}
		ps := aurora.PartitionStatus{Partition: p.id, Worker: r.worker, Next: p.next.Load(), End: p.high.Load()}
		ps.End = max(ps.End, ps.Next)
		ps.Lag = ps.End - ps.Next
		s.Lag += ps.Lag
		s.Stored += p.counts.stored.Load()
		s.Dead += p.counts.dead.Load()
		s.Tombstones += p.counts.tombstones.Load()
		s.Partitions = append(s.Partitions, ps)
	}
	r.mu.Lock()
	s.RowsPerSecond = r.rate.perSec
	r.mu.Unlock()
	if err := r.troubles.first(); err != nil {
		describe(&s, aurora.StateRetrying, err)
	}
	return s
}

// describe puts an error into a status.
func describe(s *aurora.PipelineStatus, state aurora.State, err error) {
	e := aurora.AsError(err)
	s.State, s.LastError, s.Hint = state, e.Error(), e.Hint
}
