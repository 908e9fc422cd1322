package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Intervals of a worker.
const (
	reconcileEvery = time.Second
	reportEvery    = 2 * time.Second
	callTimeout    = 10 * time.Second
	probeEvery     = 60 * time.Second // a failed pipeline is tried again at least this often
)

// WorkerOptions are what a [Worker] needs.
type WorkerOptions struct {
	// Self is the heartbeat: name, host, pid and version.
	Self aurora.Worker
	// Only restricts the worker to one pipeline, by name or id; empty means all.
	Only     string
	Registry Registry
	Store    Store
	Connect  Connect
	NewBlock NewBlock
	Limits   *Limits
	Log      *slog.Logger
	// RSS gives the resident memory of the process; may be nil.
	RSS func() int64
	// Ready is called once, after the first reconciliation; may be nil.
	Ready func()
	// Stop is how long a graceful stop may take; 10 s if zero.
	Stop time.Duration
	// Failpoint is called at every Point of every pipeline; may be nil.
	Failpoint func(point string)
}

// Worker runs the pipelines that are declared, and nothing else: it holds no state, and
// any number of workers may run, on any host; the consumer group shares the partitions.
type Worker struct {
	WorkerOptions
	breakage breakage

	mu   sync.Mutex
	jobs map[string]*job
}

// NewWorker makes a Worker; Run runs it.
func NewWorker(o WorkerOptions) *Worker {
	if o.Limits == nil {
		o.Limits = NewLimits(0, 0)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Stop <= 0 {
		o.Stop = 10 * time.Second
	}
	if o.RSS == nil {
		o.RSS = func() int64 { return 0 }
	}
	return &Worker{WorkerOptions: o, jobs: map[string]*job{}}
}

// Run makes what runs equal to what is declared, every second, until ctx ends; then it
// finishes the open blocks and leaves. A pipeline that fails is reported and tried again;
// it stops neither the worker nor the others. While the registry is away the worker keeps
// to what it knew last.
func (w *Worker) Run(ctx context.Context) error {
	reporting, stopReporting := context.WithCancel(context.WithoutCancel(ctx))
	var reporter sync.WaitGroup
	reporter.Go(func() { w.report(reporting) })
	ready := false
	every(ctx, reconcileEvery, func() {
		err := w.reconcile(ctx)
		if err != nil {
			w.Log.Debug("the declared pipelines cannot be read", "error", err)
		}
		if err == nil && !ready && w.Ready != nil {
			ready = true
			w.Ready()
		}
	})
	late := w.stopAll()
	stopReporting()
	reporter.Wait()
	w.lastWords(context.WithoutCancel(ctx))
	if late > 0 {
		w.Log.Warn("left before every block was finished; it is delivered at the next start", "pipelines", late)
	}
	return nil
}

// every calls task at once and then at each interval until ctx ends.
func every(ctx context.Context, interval time.Duration, task func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for ctx.Err() == nil {
		task()
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// reconcile compares what is declared with what runs, and starts and stops what differs.
func (w *Worker) reconcile(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	declared, err := w.Registry.Pipelines(ctx)
	if err != nil {
		return fmt.Errorf("read pipelines: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[string]bool{}
	for _, p := range declared {
		if w.Only == "" || w.Only == p.Name || w.Only == p.ID {
			seen[p.ID] = true
			w.align(p)
		}
	}
	for id, j := range w.jobs {
		if !seen[id] && j.stop() { // its row is gone
			delete(w.jobs, id)
		}
	}
	return nil
}

// align makes one pipeline what its row says.
func (w *Worker) align(p aurora.Pipeline) {
	j := w.jobs[p.ID]
	if p.Desired != aurora.DesiredRunning {
		if j == nil && p.Desired == aurora.DesiredStopped {
			w.jobs[p.ID] = &job{pipeline: p, worker: w, ended: true}
			return
		}
		if j != nil && j.stop() && p.Desired != aurora.DesiredStopped {
			delete(w.jobs, p.ID)
		}
		return
	}
	switch {
	case j == nil:
		j = &job{pipeline: p, worker: w, ended: true}
		w.jobs[p.ID] = j
		j.start(p)
	case j.version() != p.Version || j.stopping():
		if j.stop() {
			j.start(p)
		}
	default:
		j.tryAgain()
	}
}

// stopAll drains every pipeline inside the stop budget; it gives how many were late.
func (w *Worker) stopAll() (late int) {
	deadline := time.NewTimer(w.Stop)
	defer deadline.Stop()
	jobs := w.snapshot()
	for _, j := range jobs {
		j.stop()
	}
	for _, j := range jobs {
		select {
		case <-j.finished():
		case <-deadline.C:
			deadline.Reset(0)
			late++
		}
	}
	return late
}

func (w *Worker) snapshot() []*job {
	w.mu.Lock()
	defer w.mu.Unlock()
	jobs := make([]*job, 0, len(w.jobs))
	for _, j := range w.jobs {
		jobs = append(jobs, j)
	}
	return jobs
}

// report sends the heartbeat and the status of every pipeline until ctx ends. Failures
// are not worth more than a debug line: the next report comes in two seconds.
func (w *Worker) report(ctx context.Context) {
	every(ctx, reportEvery, func() { w.reportOnce(ctx) })
}

func (w *Worker) reportOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	jobs := w.snapshot()
	self := w.Self
	self.RSS, self.Seen = w.RSS(), time.Now()
	for _, j := range jobs {
		status, worth := j.status()
		if status.State != aurora.StateStopped {
			self.Pipelines++
		}
		if !worth {
			continue
		}
		if err := w.Registry.ReportStatus(ctx, j.id(), w.Self.Name, status); err != nil {
			w.Log.Debug("status not reported", "pipeline", j.id(), "error", err)
		}
	}
	if err := w.Registry.Heartbeat(ctx, self); err != nil {
		w.Log.Debug("heartbeat not sent", "error", err)
	}
}

// lastWords reports that nothing runs here any more.
func (w *Worker) lastWords(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for _, j := range w.snapshot() {
		status, _ := j.status()
		if status.State != aurora.StateFailed {
			status = aurora.PipelineStatus{State: aurora.StateStopped, Updated: time.Now()}
		}
		if err := w.Registry.ReportStatus(ctx, j.id(), w.Self.Name, status); err != nil {
			return
		}
	}
}
