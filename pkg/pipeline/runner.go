package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Options are what a [Runner] needs. Failpoint may be nil; it is called at every Point.
type Options struct {
	Pipeline aurora.Pipeline
	// Worker names the worker in ledger rows and status.
	Worker   string
	Connect  Connect
	Store    Store
	NewBlock NewBlock
	Limits   *Limits
	Log      *slog.Logger
	// Drain is how long an open block may take to be finished when its partition is
	// given up; 5 s if zero.
	Drain     time.Duration
	Failpoint func(point string)
}

// Runner runs one pipeline in one worker: one member of its consumer group. A Runner runs once.
type Runner struct {
	pipeline  aurora.Pipeline
	worker    string
	connect   Connect
	store     Store
	newBlock  NewBlock
	limits    *Limits
	log       *slog.Logger
	drain     time.Duration
	failpoint func(string)
	breakage  breakage

	source    Source
	committer *committer
	troubles  troubles
	quality   quality
	blocks    sync.Pool
	begun     time.Time

	// work is the context of everything but the polling: a graceful stop ends the polling
	// first and this last.
	work  context.Context
	abort context.CancelCauseFunc
	tasks sync.WaitGroup

	mu    sync.Mutex // guards parts and rate
	parts map[int32]*partition
	rate  rate

	assigned atomic.Bool // the group has given this member its partitions, maybe none
	// Owned by the poll goroutine.
	paused   bool
	pausedAt time.Time
	refused  int
}

// NewRunner makes a Runner; Run starts it.
func NewRunner(o Options) *Runner {
	r := &Runner{
		pipeline: o.Pipeline, worker: o.Worker, connect: o.Connect, store: o.Store, newBlock: o.NewBlock,
		limits: o.Limits, log: o.Log, drain: o.Drain, failpoint: o.Failpoint, parts: map[int32]*partition{},
	}
	if r.limits == nil {
		r.limits = NewLimits(0, 0)
	}
	if r.drain <= 0 {
		r.drain = 5 * time.Second
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.log = r.log.With("pipeline", o.Pipeline.Name)
	r.pipeline.Batch = bounded(r.pipeline.Batch)
	r.work, r.abort = context.WithCancelCause(context.Background())
	return r
}

// bounded fills in what is missing of the bounds.
func bounded(b aurora.Batch) aurora.Batch {
	d := aurora.DefaultBatch()
	if b.Rows <= 0 {
		b.Rows = d.Rows
	}
	if b.Bytes <= 0 {
		b.Bytes = d.Bytes
	}
	if b.Wait <= 0 {
		b.Wait = d.Wait
	}
	return b
}

// Run runs the pipeline until ctx ends, and then finishes the open blocks, commits and
// leaves; or until something fails that trying again does not heal. It gives nil only
// after a graceful stop.
func (r *Runner) Run(ctx context.Context) error {
	source, err := r.connect(ctx, r.pipeline, r)
	if err != nil {
		r.abort(err)
		return fmt.Errorf("pipeline %q: %w", r.pipeline.Name, err)
	}
	r.source, r.begun = source, time.Now()
	r.committer = newCommitter(source, &r.troubles)
	r.committer.careless = r.breakage.noOwner
	r.spawn(func() { r.committer.run(r.work) })
	r.spawn(func() { r.watch(r.work) })
	r.guard(func() { r.poll(ctx) })
	r.leave()
	if err := context.Cause(r.work); err != nil && !errors.Is(err, errLeft) {
		return fmt.Errorf("pipeline %q: %w", r.pipeline.Name, err)
	}
	return nil
}

// errLeft is the cause of the end of work after a graceful stop.
var errLeft = errors.New("left")

// leave finishes the open blocks, ends every goroutine and closes the source.
func (r *Runner) leave() {
	if r.work.Err() == nil {
		r.release(r.owned(), false)
	}
	r.abort(errLeft)
	r.release(r.owned(), true)
	r.tasks.Wait()
	if err := r.source.Close(); err != nil {
		r.log.Debug("close consumer", "error", err)
	}
}

// fail ends the pipeline with err; the first one counts. Open intents stay.
func (r *Runner) fail(err error) { r.abort(err) }

// spawn runs a goroutine that Run waits for; a panic in it fails the pipeline and nothing else.
func (r *Runner) spawn(task func()) { r.tasks.Go(func() { r.guard(task) }) }

func (r *Runner) guard(task func()) {
	defer func() {
		if cause := recover(); cause != nil {
			r.log.Error("pipeline panicked", "cause", cause, "stack", string(debug.Stack()))
			r.fail(&aurora.Error{
				Code: aurora.CodeInternal, Title: "the pipeline stopped on a mistake of its own",
				Detail: fmt.Sprint(cause), Hint: "see the worker's log for the stack and report it; no data is lost",
			})
		}
	}()
	task()
}

// hit passes a point of the protocol.
func (r *Runner) hit(point string) {
	if r.failpoint != nil {
		r.failpoint(point)
	}
}

// block gives an empty block, a used one if there is one.
func (r *Runner) block() (Block, error) {
	if b, ok := r.blocks.Get().(Block); ok {
		return b, nil
	}
	b, err := r.newBlock(r.pipeline)
	if err != nil {
		return nil, fmt.Errorf("make a block: %w", err)
	}
	return b, nil
}

// recycle keeps a block's memory for another, unless a failed write may still be reading it.
func (r *Runner) recycle(b *batch) {
	if !b.sent {
		b.rows.Reset()
		r.blocks.Put(b.rows)
	}
	b.rows, b.records, b.letters = nil, nil, nil
}

// token is the deduplication token of a range.
func (r *Runner) token(span aurora.Range) string {
	token := r.pipeline.Token(span)
	if r.breakage.noToken {
		token += fmt.Sprintf("!%d", time.Now().UnixNano())
	}
	return token
}

// batchWait is the time bound of a block, stretched so that the table gets at most ten
// inserts a second over all partitions of this member.
func (r *Runner) batchWait() time.Duration {
	r.mu.Lock()
	n := len(r.parts)
	r.mu.Unlock()
	return max(r.pipeline.Batch.Wait, time.Duration(n)*100*time.Millisecond)
}

// judge counts a record, dead or not, and fails a pipeline most of whose records are dead:
// a wrong format is not a million dead letters.
func (r *Runner) judge(dead int) {
	if seen, bad := r.quality.add(dead); bad > 0 {
		r.fail(&aurora.Error{
			Code:   aurora.CodeTopicUnreadable,
			Title:  fmt.Sprintf("too many records of topic %q do not fit table %q", r.pipeline.Source.Topic, r.pipeline.Table),
			Detail: fmt.Sprintf("%d of the last %d records are dead letters", bad, seen),
			Hint:   fmt.Sprintf("`aurora topic sample %s` shows what the records look like", r.pipeline.Source.Topic),
		})
	}
}

// quality watches the share of dead letters over windows of records.
type quality struct {
	mu         sync.Mutex
	seen, dead int
}

const (
	qualityWindow = 10_000
	qualityDead   = qualityWindow / 10
)

// add counts a record; at the end of a window it gives the counts if too many were dead.
func (q *quality) add(dead int) (seen, bad int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.seen++
	q.dead += dead
	if q.seen < qualityWindow {
		return 0, 0
	}
	seen, bad = q.seen, q.dead
	q.seen, q.dead = 0, 0
	if bad <= qualityDead {
		bad = 0
	}
	return seen, bad
}
