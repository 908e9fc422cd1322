package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// assignPatience is how long an assignment tries again to reach broker and store before
// the pipeline starts over. Poll does not return meanwhile.
const assignPatience = 30 * time.Second

// Assigned decides where each partition goes on and starts it. It is called by the source, inside Poll.
func (r *Runner) Assigned(ids []int32) ([]aurora.Mark, error) {
	start, err := r.assign(ids)
	if err != nil {
		r.fail(err)
		return nil, err
	}
	r.assigned.Store(true)
	return start, nil
}

func (r *Runner) assign(ids []int32) ([]aurora.Mark, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	seen, err := r.evidence(ids)
	if err != nil {
		return nil, err
	}
	r.release(ids, true) // an assignment that was never revoked
	start := make([]aurora.Mark, 0, len(ids))
	parts := make([]*partition, 0, len(ids))
	for _, id := range ids {
		res, err := r.resume(seen[id])
		if err != nil {
			return nil, err
		}
		parts = append(parts, newPartition(r, res, 0, seen[id].High))
		start = append(start, aurora.Mark{Partition: id, Offset: res.Read})
	}
	for _, p := range parts {
		p.serial = r.committer.own(p.id)
		r.mu.Lock()
		r.parts[p.id] = p
		r.mu.Unlock()
		r.log.Info("partition assigned", "partition", p.id, "next", p.resumed.Next, "replay", p.resumed.Replay)
		p.start()
	}
	r.paused = false // a new assignment starts unpaused; hold pauses it again if need be
	return start, nil
}

func (r *Runner) resume(e evidence) (resumption, error) {
	if r.breakage.noIntent { // as a consumer without the protocol would: wherever the offset stands
		next := max(e.Mark.Offset, 0)
		return resumption{Partition: e.Mark.Partition, Next: next, Read: next, Replay: idle, Mark: e.Marks, Adopt: aurora.Range{Last: -1}}, nil
	}
	return resume(r.pipeline, e)
}

// evidence asks broker and store for all they know of the partitions. What is away for a
// moment is asked again.
func (r *Runner) evidence(ids []int32) (map[int32]evidence, error) {
	ctx, cancel := context.WithTimeout(r.work, assignPatience)
	defer cancel()
	for wait := newBackoff(100*time.Millisecond, 5*time.Second); ; {
		seen, err := r.look(ctx, ids)
		if err == nil {
			r.troubles.clear("assignment")
			return seen, nil
		}
		if classOf(err) != aurora.SinkRetry {
			return nil, err
		}
		r.troubles.set("assignment", err)
		if wait.pause(ctx, nil) != nil {
			return nil, err
		}
	}
}

func (r *Runner) look(ctx context.Context, ids []int32) (map[int32]evidence, error) {
	marks, err := r.source.Committed(ids)
	if err != nil {
		return nil, fmt.Errorf("committed offsets: %w", err)
	}
	r.hit(PointAssignCommitted)
	stored, err := r.store.StoredMarks(ctx, r.pipeline)
	if err != nil {
		return nil, fmt.Errorf("stored offsets: %w", err)
	}
	seen := make(map[int32]evidence, len(ids))
	for _, id := range ids {
		e := evidence{Mark: aurora.Mark{Partition: id, Offset: -1}, Marks: aurora.NoMarks(id)}
		if i := slices.IndexFunc(marks, func(m aurora.Mark) bool { return m.Partition == id }); i >= 0 {
			e.Mark = marks[i]
		}
		if m, ok := stored[id]; ok {
			e.Marks = m
		}
		if e.Low, e.High, err = r.source.Bounds(id); err != nil {
			return nil, fmt.Errorf("bounds of partition %d: %w", id, err)
		}
		seen[id] = e
	}
	return seen, nil
}

// Revoked gives partitions up. It is called by the source, inside Poll or Close.
func (r *Runner) Revoked(ids []int32, lost bool) error {
	r.release(ids, lost)
	return nil
}

// release ends assignments. Unless they are lost the open blocks are finished first,
// within the drain time; what is not finished then is cancelled, and its intent stays for
// the next owner.
func (r *Runner) release(ids []int32, lost bool) {
	var parts []*partition
	for _, id := range ids {
		if p := r.parts[id]; p != nil {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return
	}
	if !lost {
		r.hit(PointRevokeDraining)
		r.drainAll(parts)
	}
	for _, p := range parts {
		p.cancel()
		r.committer.disown(p.id, p.serial)
		p.forget(p.inbox)
		p.inbox = nil
		r.mu.Lock()
		delete(r.parts, p.id)
		r.mu.Unlock()
	}
	r.log.Info("partitions given up", "count", len(parts), "lost", lost)
}

func (r *Runner) drainAll(parts []*partition) {
	for _, p := range parts {
		close(p.stop)
	}
	deadline := time.NewTimer(r.drain)
	defer deadline.Stop()
	for _, p := range parts {
		select {
		case <-p.done:
		case <-deadline.C:
			return
		}
	}
}

// owned lists the partitions this member owns.
func (r *Runner) owned() []int32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make([]int32, 0, len(r.parts))
	for id := range r.parts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
