package pipeline

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// registry is the declared pipelines, in memory.
type registry struct {
	mu        sync.Mutex
	pipelines map[string]aurora.Pipeline
	statuses  map[string]aurora.PipelineStatus
	beats     int
	away      bool
}

func (r *registry) Pipelines(context.Context) ([]aurora.Pipeline, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return nil, errors.New("away")
	}
	var all []aurora.Pipeline
	for _, p := range r.pipelines {
		all = append(all, p)
	}
	return all, nil
}

func (r *registry) Heartbeat(context.Context, aurora.Worker) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.beats++
	return nil
}

func (r *registry) ReportStatus(_ context.Context, id, _ string, s aurora.PipelineStatus) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statuses[id] = s
	return nil
}

func (r *registry) declare(p aurora.Pipeline) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.Version = r.pipelines[p.ID].Version + 1
	r.pipelines[p.ID] = p
}

func (r *registry) status(id string) aurora.PipelineStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.statuses[id]
}

// bench is a worker over simulated worlds, one per pipeline; a pipeline without a world fails.
type bench struct {
	*registry
	worlds map[string]*world
	broken map[string]func() error // what connecting to a pipeline meets
}

func newBench() *bench {
	return &bench{
		registry: &registry{pipelines: map[string]aurora.Pipeline{}, statuses: map[string]aurora.PipelineStatus{}},
		worlds:   map[string]*world{}, broken: map[string]func() error{},
	}
}

// add declares a pipeline over a calm world of its own.
func (b *bench) add(name string) (aurora.Pipeline, *world) {
	w := newWorld(1, 2)
	w.calm = true
	w.pipeline.Name, w.pipeline.ID = name, name+"-id"
	b.worlds[w.pipeline.ID] = w
	b.declare(w.pipeline)
	return w.pipeline, w
}

// start runs a worker; the function stops it.
func (b *bench) start(o WorkerOptions) (stop func()) {
	store := &manyStores{b.worlds}
	o.Self.Name = "w1"
	o.Registry, o.Store, o.NewBlock = b.registry, store, newSimBlock
	o.Connect = func(_ context.Context, p aurora.Pipeline, reb Rebalancer) (Source, error) {
		if broken := b.broken[p.ID]; broken != nil {
			if err := broken(); err != nil {
				return nil, err
			}
		}
		w := b.worlds[p.ID]
		m := &member{w: w, reb: reb, cancel: func() {}, mine: map[int32]int64{}, ended: map[int32]int64{}}
		w.mu.Lock()
		w.members = []*member{m}
		clear(w.owner)
		w.mu.Unlock()
		w.rebalance()
		return m, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = NewWorker(o).Run(ctx)
	}()
	return func() { cancel(); <-done }
}

// manyStores is the store of several worlds, told apart by table and pipeline.
type manyStores struct{ worlds map[string]*world }

func (s *manyStores) member(pipeline string) *member { return &member{w: s.worlds[pipeline]} }

func (s *manyStores) InsertBlock(ctx context.Context, table string, columns []string, native []byte, token string) error {
	for id := range s.worlds {
		if len(token) > len(id) && token[:len(id)] == id {
			return s.member(id).InsertBlock(ctx, table, columns, native, token)
		}
	}
	return errors.New("unknown pipeline")
}

func (s *manyStores) CountRange(context.Context, string, string, aurora.Range) (int64, error) {
	return 0, nil
}

func (s *manyStores) StoredMarks(ctx context.Context, p aurora.Pipeline) (map[int32]aurora.Marks, error) {
	return s.member(p.ID).StoredMarks(ctx, p)
}

func (s *manyStores) AppendLedger(ctx context.Context, entries []aurora.LedgerEntry) error {
	return s.member(entries[0].Pipeline).AppendLedger(ctx, entries)
}

func (s *manyStores) AppendDeadLetters(ctx context.Context, letters []aurora.DeadLetter, r aurora.Range) error {
	return s.member(letters[0].Pipeline).AppendDeadLetters(ctx, letters, r)
}

// eventually waits, in the time of the bubble, for a condition.
func eventually(t *testing.T, what string, limit time.Duration, condition func() bool) {
	t.Helper()
	for begun := time.Now(); !condition(); time.Sleep(100 * time.Millisecond) {
		if time.Since(begun) > limit {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

func TestAWorkerRunsWhatIsDeclared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		p, w := b.add("clicks")
		w.produce(300)
		ready := make(chan struct{})
		stop := b.start(WorkerOptions{Ready: func() { close(ready) }})
		defer stop()
		<-ready
		eventually(t, "everything delivered", 30*time.Second, w.finished)
		eventually(t, "reported as running without lag", 5*time.Second, func() bool {
			s := b.status(p.ID)
			return s.State == aurora.StateRunning && s.Lag == 0 && s.Stored > 200 && len(s.Partitions) == 2
		})
		if problems := w.check(); len(problems) > 0 {
			t.Error(problems[0])
		}
		p.Desired = aurora.DesiredStopped
		b.declare(p)
		eventually(t, "reported as stopped", 10*time.Second, func() bool { return b.status(p.ID).State == aurora.StateStopped })
		w.produce(50)
		time.Sleep(20 * time.Second)
		if w.finished() {
			t.Error("a disconnected pipeline went on reading")
		}
		p.Desired = aurora.DesiredRunning
		b.declare(p)
		eventually(t, "everything delivered after connecting again", 30*time.Second, w.finished)
		if problems := w.check(); len(problems) > 0 {
			t.Error(problems[0])
		}
	})
}

func TestAFailingPipelineStopsNothingElse(t *testing.T) {
	t.Parallel()
	refused := &aurora.Error{Code: aurora.CodeKafkaAuth, Title: "wrong password", Hint: "correct it"}
	away := &aurora.Error{Code: aurora.CodeKafkaAway, Title: "nothing listens", Hint: "start it"}
	for name, c := range map[string]struct {
		fails func() error
		state aurora.State
		hint  string
	}{
		"an error that needs a person": {func() error { return refused }, aurora.StateFailed, "correct it"},
		"a broker that is away":        {func() error { return away }, aurora.StateRetrying, "start it"},
		"a panic":                      {func() error { panic("a mistake") }, aurora.StateFailed, "see the worker's log for the stack and report it; no data is lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench()
				bad, badWorld := b.add("bad")
				_, good := b.add("good")
				b.broken[bad.ID] = c.fails
				stop := b.start(WorkerOptions{})
				defer stop()
				badWorld.produce(100)
				for range 30 {
					good.produce(20)
					time.Sleep(time.Second)
				}
				eventually(t, "the good one delivered", 10*time.Second, good.finished)
				if s := b.status(bad.ID); s.State != c.state || s.Hint != c.hint || s.LastError == "" {
					t.Errorf("the bad one is %q, %q, hint %q; want %q with hint %q", s.State, s.LastError, s.Hint, c.state, c.hint)
				}
				b.mu.Lock()
				b.broken[bad.ID] = nil
				b.mu.Unlock()
				eventually(t, "the bad one healed by itself", 2*time.Minute, badWorld.finished)
				eventually(t, "and says so", 30*time.Second, func() bool { return b.status(bad.ID).State == aurora.StateRunning })
			})
		})
	}
}

func TestAWorkerRunsOnlyThePipelineItIsAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		_, one := b.add("one")
		_, two := b.add("two")
		one.produce(50)
		two.produce(50)
		stop := b.start(WorkerOptions{Only: "two"})
		eventually(t, "the pipeline asked for", 30*time.Second, two.finished)
		stop()
		if one.finished() {
			t.Error("the other pipeline ran too")
		}
	})
}

func TestAWorkerKeepsRunningWhileTheRegistryIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		_, w := b.add("clicks")
		stop := b.start(WorkerOptions{})
		defer stop()
		time.Sleep(5 * time.Second)
		b.mu.Lock()
		b.away = true
		b.mu.Unlock()
		w.produce(200)
		eventually(t, "delivery goes on", 30*time.Second, w.finished)
	})
}

func TestASinkThatIsAwayStopsNothingForGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		p, w := b.add("clicks")
		stop := b.start(WorkerOptions{Limits: NewLimits(8000, 2)})
		defer stop()
		w.mu.Lock()
		w.sinkDown = time.Now().Add(5 * time.Minute)
		w.mu.Unlock()
		w.produce(2000)
		eventually(t, "shown as retrying", 30*time.Second, func() bool {
			s := b.status(p.ID)
			return s.State == aurora.StateRetrying && s.LastError != "" && s.Hint != ""
		})
		eventually(t, "everything delivered", 20*time.Minute, w.finished)
		if problems := w.check(); len(problems) > 0 {
			t.Error(problems[0])
		}
		eventually(t, "shown as running", 30*time.Second, func() bool { return b.status(p.ID).State == aurora.StateRunning })
	})
}
