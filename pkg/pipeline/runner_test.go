package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// solo is one runner in a calm world, with a store that can be told to fail.
type solo struct {
	*member
	mu      sync.Mutex
	insert  func(rows []place, store func()) error // replaces the insert; nil: just store
	inserts []aurora.Range                         // ranges of the inserts, from their tokens' rows
	sizes   []int
}

func (s *solo) InsertBlock(ctx context.Context, table string, columns []string, native []byte, token string) error {
	rows := unpack(native)
	s.mu.Lock()
	s.inserts = append(s.inserts, aurora.Range{Partition: rows[0].partition, First: rows[0].offset, Last: rows[len(rows)-1].offset})
	s.sizes = append(s.sizes, len(rows))
	fail := s.insert
	s.mu.Unlock()
	store := func() { s.w.store(rows, token, false) }
	if fail != nil {
		return fail(rows, store)
	}
	return s.member.InsertBlock(ctx, table, columns, native, token)
}

// slots makes a world with one partition that holds the slots.
func slots(log ...slot) *world {
	w := newWorld(1, 1)
	w.calm = true
	w.pipeline.Batch = aurora.DefaultBatch()
	w.logs[0] = log
	return w
}

func many(n int, s slot) []slot { return slices.Repeat([]slot{s}, n) }

// drive runs a runner until the condition holds, or for at most five minutes, and gives how it ended.
func (w *world) drive(insert func(rows []place, store func()) error) (*solo, error) {
	m := &member{w: w, cancel: func() {}, mine: map[int32]int64{}, ended: map[int32]int64{}}
	s := &solo{member: m, insert: insert}
	w.mu.Lock()
	w.members = []*member{m}
	clear(w.owner)
	w.mu.Unlock()
	w.rebalance()
	r := NewRunner(Options{Pipeline: w.pipeline, Worker: "w1", Store: s, NewBlock: newSimBlock,
		Connect: func(_ context.Context, _ aurora.Pipeline, reb Rebalancer) (Source, error) {
			m.reb = reb
			return m, nil
		}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	for begun := time.Now(); !w.finished() && time.Since(begun) < 5*time.Minute; time.Sleep(100 * time.Millisecond) {
		select {
		case err := <-done:
			cancel()
			return s, err
		default:
		}
	}
	cancel()
	return s, <-done
}

func TestBisectFindsTheRefusedRows(t *testing.T) {
	t.Parallel()
	log := many(3000, good)
	two := slices.Clone(log)
	two[0], two[2999] = poison, poison
	neighbours := slices.Clone(log)
	neighbours[1499], neighbours[1500] = poison, poison
	one := slices.Clone(log)
	one[1234] = poison
	for name, log := range map[string][]slot{
		"one of 3000": one, "the first and the last": two, "two neighbours": neighbours, "every row": many(40, poison),
		"beside dead letters and tombstones": {good, bad, poison, tombstone, nothing, poison, good, nothing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := slots(log...)
				s, err := w.drive(nil)
				if err != nil || !w.finished() {
					t.Fatalf("delivered %v, error %v", w.finished(), err)
				}
				for _, problem := range w.check() {
					t.Error(problem)
				}
				if len(log) == 3000 && len(s.inserts) > 2*2*13+1 {
					t.Errorf("%d inserts for 3000 rows", len(s.inserts))
				}
				if w.doubleHit > 0 {
					t.Errorf("%d parts came twice under one token", w.doubleHit)
				}
			})
		})
	}
}

func sinkFault(class aurora.SinkClass) error {
	return &aurora.SinkError{Class: class, Err: &aurora.Error{Code: aurora.CodeQueryFailed, Title: "refused", Hint: "see to it"}}
}

func TestAFailingViewIsNeverBisected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := slots(many(50, good)...)
		s, err := w.drive(func(_ []place, store func()) error {
			store()
			return sinkFault(aurora.SinkRow)
		})
		if e := aurora.AsError(err); e == nil || e.Code != aurora.CodeQueryFailed || e.Hint == "" {
			t.Fatalf("ended with %v", err)
		}
		if len(s.inserts) != 1 {
			t.Errorf("inserted %v: smaller blocks would double the rows", s.inserts)
		}
	})
}

func TestWhatAFailedInsertDoes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		class   aurora.SinkClass
		heals   int // after so many tries; 0: never
		tries   int
		deliver bool
	}{
		"away for a long time":        {class: aurora.SinkRetry, heals: 12, tries: 13, deliver: true},
		"unknown, healed in time":     {class: aurora.SinkUnknown, heals: 4, tries: 5, deliver: true},
		"unknown, for good":           {class: aurora.SinkUnknown, tries: 5},
		"needs a person":              {class: aurora.SinkPipeline, tries: 1},
		"another schema in the table": {class: aurora.SinkSchema, tries: 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := slots(many(50, good)...)
				tries := 0
				_, err := w.drive(func(_ []place, store func()) error {
					if tries++; c.heals > 0 && tries > c.heals {
						store()
						return nil
					}
					return sinkFault(c.class)
				})
				if tries != c.tries || w.finished() != c.deliver || (err == nil) != c.deliver {
					t.Errorf("%d tries, delivered %v, ended with %v; want %d tries, delivered %v", tries, w.finished(), err, c.tries, c.deliver)
				}
				if !c.deliver && (len(w.dead) > 0 || len(w.ledger) > 0) {
					t.Error("something was skipped")
				}
			})
		})
	}
}

func TestAReplayEndsByPosition(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]int64{"at a record": 9, "at a marker": 12, "behind markers at the end": 29, "among markers at the end": 27} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := slots(slices.Concat(many(10, good), many(5, nothing), many(10, good), many(5, nothing))...)
				w.pipeline.Batch.Rows = 3 // bounds have no say in a replay
				w.committed[0] = intent{Partition: 0, First: 0, Last: last}.mark(w.pipeline)
				if _, err := w.drive(nil); err != nil {
					t.Fatal(err)
				}
				for _, problem := range w.check() {
					t.Error(problem)
				}
				replayed := aurora.Range{Partition: 0, First: 0, Last: last}
				if _, ok := w.ledger[replayed]; !ok {
					t.Errorf("no ledger row for %s: %v", replayed, w.ledger)
				}
			})
		})
	}
}

func TestAReplayOfAStoredBlockInsertsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := slots(many(100, good)...)
		w.committed[0] = intent{Partition: 0, First: 0, Last: 49}.mark(w.pipeline)
		for at := range int64(50) {
			w.rows[place{0, at}] = 1 // stored; its token is forgotten
		}
		if _, err := w.drive(nil); err != nil {
			t.Fatal(err)
		}
		for _, problem := range w.check() {
			t.Error(problem)
		}
	})
}

func TestExpiredOffsetsGoOnAfterWhatIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := slots(many(100, good)...)
		for at := range int64(50) {
			w.rows[place{0, at}] = 1
		}
		for range 2 { // and again, now with a commit and a ledger
			if _, err := w.drive(nil); err != nil {
				t.Fatal(err)
			}
		}
		for _, problem := range w.check() {
			t.Error(problem)
		}
	})
}

func TestOffsetsMovedByHandStopThePipeline(t *testing.T) {
	t.Parallel()
	for name, mark := range map[string]aurora.Mark{
		"back": {Offset: 10}, "forward": {Offset: 150}, "garbled": {Offset: 100, Metadata: "a1/clicks-x7.2/-/00000000"},
		"of another program": {Offset: 100, Metadata: "spark"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := slots(many(100, good)...)
				if _, err := w.drive(nil); err != nil {
					t.Fatal(err)
				}
				w.logs[0] = many(200, good)
				w.committed[0] = mark
				s, err := w.drive(nil)
				if e := aurora.AsError(err); e == nil || (e.Code != aurora.CodeOffsetsMoved && e.Code != aurora.CodeIntentUnreadable) {
					t.Errorf("ended with %v", err)
				}
				if len(s.inserts) > 0 {
					t.Errorf("inserted %v", s.inserts)
				}
			})
		})
	}
}

func TestATopicOfGarbageStopsThePipeline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := slots(slices.Concat(many(20_000, good), many(3000, bad), many(20_000, good))...)
		_, err := w.drive(nil)
		if e := aurora.AsError(err); e == nil || e.Code != aurora.CodeTopicUnreadable {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestNoBlockPassesABound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := slots(many(5000, good)...)
		w.pipeline.Batch = aurora.Batch{Rows: 37, Bytes: 1 << 20, Wait: time.Second}
		s, err := w.drive(nil)
		if err != nil || !w.finished() {
			t.Fatal(err)
		}
		if m := slices.Max(s.sizes); m != 37 {
			t.Errorf("a block of %d rows", m)
		}
		w = slots(many(5000, good)...)
		w.pipeline.Batch = aurora.Batch{Rows: 1000, Bytes: 10, Wait: time.Second}
		if s, err = w.drive(nil); err != nil || !w.finished() {
			t.Fatal(err)
		}
		if m := slices.Max(s.sizes); m != 10 {
			t.Errorf("a block of %d records of one byte", m)
		}
	})
}

func TestRetentionPastTheMark(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := slots(many(100, good)...)
		if _, err := w.drive(nil); err != nil {
			t.Fatal(err)
		}
		w.logs[0] = slices.Concat(many(100, good), many(50, nothing), many(50, good))
		w.low = 150 // the broker has deleted 100 to 149
		_, err := w.drive(nil)
		if e := aurora.AsError(err); e == nil || e.Code != aurora.CodeOffsetGap {
			t.Fatalf("ended with %v", err)
		}
		w.pipeline.OnGap = OnGapSkip
		if _, err := w.drive(nil); err != nil {
			t.Fatal(err)
		}
		for _, problem := range w.check() { // the deleted ones are gaps in the ledger
			t.Error(problem)
		}
	})
}

// TestASleeperDoesNotInsertLater lets a worker sleep past its session while ClickHouse is
// away: when ClickHouse is back the partition may be somebody else's, and the token forgotten.
func TestASleeperDoesNotInsertLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := slots(many(50, good)...)
		begun, late := time.Now(), 0
		_, _ = w.drive(func([]place, func()) error {
			switch since := time.Since(begun); {
			case since > 2*announceAge:
				late++
			case since > time.Second:
				w.mu.Lock()
				m := w.members[0]
				m.sleep, m.gone = time.Hour, true
				w.mu.Unlock()
			}
			return sinkFault(aurora.SinkRetry)
		})
		if late > 0 {
			t.Errorf("%d inserts after the session had ended", late)
		}
	})
}

func TestClassOf(t *testing.T) {
	t.Parallel()
	for want, err := range map[aurora.SinkClass]error{
		aurora.SinkRow:     sinkFault(aurora.SinkRow),
		aurora.SinkRetry:   &aurora.Error{Code: aurora.CodeClickHouseAway, Title: "away", Hint: "-"},
		aurora.SinkUnknown: errors.New("something else"),
	} {
		if got := classOf(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}
