package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

const simSeeds = 250

// TestSimulation runs the real Runner against a broker and a ClickHouse in memory, with
// workers killed at every point of the protocol, bodies that take effect partly or long
// after their sender died, commits that fail after they had their effect, members that
// sleep past their session, and rebalances; and then counts every offset. Time is the
// bubble's, so that hours of back-off pass at once. The schedule of goroutines is not part of the
// seed: a seed is a kind of run, not a recording.
func TestSimulation(t *testing.T) {
	t.Parallel()
	points := map[string]int{}
	crashes, dropped := 0, 0
	for seed := range uint64(simSeeds) {
		w, err := simulate(t, seed, breakage{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if problems := w.check(); len(problems) > 0 {
			t.Fatalf("seed %d: %d problems, the first: %s", seed, len(problems), strings.Join(problems[:min(8, len(problems))], "\n"))
		}
		for point, n := range w.atPoint {
			points[point] += n
		}
		crashes += w.crashes
		dropped += w.doubleHit
	}
	t.Logf("%d seeds, %d crashes, %d parts dropped by their token; crashes at %v", simSeeds, crashes, dropped, points)
	for _, point := range []string{PointAssignCommitted, PointIntentBefore, PointIntentAfter, PointInsertBefore, PointInsertMid,
		PointInsertAfter, PointDeadAfter, PointLedgerAfter, PointAdvanceBefore, PointAdvanceAfter, PointRevokeDraining} {
		if points[point] == 0 {
			t.Errorf("no crash at %s in %d seeds", point, simSeeds)
		}
	}
	if dropped == 0 {
		t.Error("no insert was ever repeated: the runs prove nothing")
	}
}

// TestSimulationFindsDoubles takes one half of the protocol away and wants rows twice: a
// check that cannot fail proves nothing.
func TestSimulationFindsDoubles(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]breakage{
		"without the intent": {noIntent: true},
		"without the token":  {noToken: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(simSeeds) {
				w, _ := simulate(t, seed, b) // it may well stop on what it finds
				for _, problem := range w.check() {
					if strings.Contains(problem, "of kind 0 is stored 2 times") {
						t.Logf("seed %d: %s", seed, problem)
						return
					}
				}
			}
			t.Errorf("no row is stored twice in %d seeds", simSeeds)
		})
	}
}

// simulate produces records while workers come, go and die, then lets the rest be delivered.
func simulate(t *testing.T, seed uint64, b breakage) (w *world, err error) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		w = newWorld(seed, 1+int(seed%4))
		w.breakage = b
		err = w.live()
		w.disband()
		if err == nil && !w.finished() {
			err = fmt.Errorf("a commit went back: %v", w.committed)
		}
	})
	return w, err
}

// live is a run: a time of faults, then a time of calm until everything is delivered.
func (w *world) live() error {
	w.join()
	for range 60 {
		w.produce(20)
		time.Sleep(w.upTo(800 * time.Millisecond))
		w.disturb()
		if err := w.revive(); err != nil {
			return err
		}
	}
	w.mu.Lock()
	w.calm = true
	w.mu.Unlock()
	for begun := time.Now(); !w.finished(); time.Sleep(time.Second) {
		if err := w.revive(); err != nil {
			return err
		}
		if time.Since(begun) > 10*time.Minute {
			return fmt.Errorf("stuck at %v", w.committed)
		}
	}
	return nil
}

// disturb does one of the things that happen to a cluster.
func (w *world) disturb() {
	w.mu.Lock()
	what := w.rng.IntN(12)
	var m *member
	if len(w.members) > 0 {
		m = w.members[w.rng.IntN(len(w.members))]
	}
	n := len(w.members)
	w.mu.Unlock()
	switch {
	case m == nil:
	case what == 0:
		m.kill()
	case what == 1 && n < 4:
		w.join()
	case what == 2 && n > 1:
		m.cancel() // a graceful stop
	case what == 3:
		w.rebalance()
	case what == 4: // sleeps past its session while its inserts go on
		w.mu.Lock()
		m.sleep = 20 * time.Second
		w.mu.Unlock()
		time.Sleep(time.Second)
		w.expel(m)
	case what == 5:
		w.mu.Lock()
		w.sinkDown = time.Now().Add(time.Duration(w.rng.IntN(20)) * time.Second)
		w.mu.Unlock()
	}
}

// join starts a worker.
func (w *world) join() {
	ctx, cancel := context.WithCancel(context.Background())
	m := &member{w: w, cancel: cancel, done: make(chan error, 1), mine: map[int32]int64{}, ended: map[int32]int64{}}
	w.mu.Lock()
	m.name = fmt.Sprintf("worker-%d", w.rng.IntN(1000))
	w.members = append(w.members, m)
	w.all = append(w.all, m)
	w.mu.Unlock()
	r := NewRunner(Options{Pipeline: w.pipeline, Worker: m.name, Store: m, NewBlock: newSimBlock, Failpoint: m.at,
		Connect: func(_ context.Context, _ aurora.Pipeline, reb Rebalancer) (Source, error) {
			m.reb = reb
			return m, nil
		}})
	r.breakage = w.breakage
	go func() { m.done <- r.Run(ctx) }()
	w.rebalance()
}

// revive takes ended workers out of the group and starts others in their place. A worker
// that ended by itself for another reason than its death is a failure.
func (w *world) revive() error {
	w.mu.Lock()
	members := append([]*member(nil), w.members...)
	w.mu.Unlock()
	for _, m := range members {
		select {
		case err := <-m.done:
			m.done <- err
			if err != nil && !m.killed() && !errors.Is(err, errDead) {
				return fmt.Errorf("%s ended: %w", m.name, err)
			}
			w.expel(m)
		default:
		}
	}
	w.mu.Lock()
	n := len(w.members)
	w.mu.Unlock()
	if n == 0 {
		w.join()
	}
	return nil
}

// disband lets every worker leave and every late body arrive.
func (w *world) disband() {
	for _, m := range w.all {
		m.cancel()
		w.ends = append(w.ends, <-m.done)
	}
	w.late.Wait()
}
