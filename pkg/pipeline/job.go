package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// soundAfter is how long a pipeline must run before its past failures are forgotten.
const soundAfter = 10 * time.Second

// stoppedReports is how often the state "stopped" is reported: a disconnect waits for one.
const stoppedReports = 5

// job is a pipeline in a worker, over all its runs.
type job struct {
	worker *Worker

	mu       sync.Mutex
	pipeline aurora.Pipeline
	runner   *Runner
	cancel   context.CancelFunc
	done     chan struct{}
	began    time.Time
	ended    bool  // nothing runs
	asked    bool  // to stop
	err      error // of the last run that failed, until the next one has proved sound
	failures int
	again    time.Time
	told     int // reports of the state stopped
}

func (j *job) id() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.pipeline.ID
}

func (j *job) version() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.pipeline.Version
}

// stopping says that the job was asked to stop and has not been started again.
func (j *job) stopping() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.asked
}

// start begins a run of the pipeline as it is declared now.
func (j *job) start(p aurora.Pipeline) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if p.Version != j.pipeline.Version {
		j.err, j.failures = nil, 0
	}
	j.pipeline, j.asked, j.told = p, false, 0
	j.begin()
}

// begin runs the pipeline in a goroutine that ends with the run. The lock is held.
func (j *job) begin() {
	w := j.worker
	r := NewRunner(Options{
		Pipeline: j.pipeline, Worker: w.Self.Name, Connect: w.Connect, Store: w.Store, NewBlock: w.NewBlock,
		Limits: w.Limits, Log: w.Log, Failpoint: w.Failpoint,
	})
	r.breakage = w.breakage
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	j.runner, j.cancel, j.done, j.ended, j.began = r, cancel, done, false, time.Now()
	go func() {
		defer close(done)
		defer cancel()
		var err error
		r.guard(func() { err = r.Run(ctx) })
		j.end(err, r)
	}()
}

// end takes note of how a run ended.
func (j *job) end(err error, r *Runner) {
	if cause := context.Cause(r.work); err == nil && cause != nil && !errors.Is(cause, errLeft) {
		err = cause // a panic
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	if err == nil {
		j.err, j.failures = nil, 0
		return
	}
	if time.Since(j.began) > probeEvery {
		j.failures = 0
	}
	j.err = err
	j.again = time.Now().Add(min(time.Second<<min(j.failures, 10), probeEvery))
	j.failures++
	j.worker.Log.Warn("pipeline stopped", "pipeline", j.pipeline.Name, "error", err, "again", j.again.Format(time.RFC3339))
}

// stop asks the run to finish; true once it has.
func (j *job) stop() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked = true
	if j.ended {
		return true
	}
	j.cancel()
	return false
}

// tryAgain starts a failed pipeline anew when its time has come: a restored table or a
// new right heals it.
func (j *job) tryAgain() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ended && time.Now().After(j.again) {
		j.begin()
	}
}

// finished is closed when nothing of the job runs any more.
func (j *job) finished() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.done == nil {
		closed := make(chan struct{})
		close(closed)
		return closed
	}
	return j.done
}

// status tells what the pipeline does here, and whether that is worth a report.
func (j *job) status() (s aurora.PipelineStatus, worth bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ended && (j.asked || j.err == nil) {
		j.told++
		return aurora.PipelineStatus{State: aurora.StateStopped, Updated: time.Now()}, j.told <= stoppedReports
	}
	if j.runner != nil {
		s = j.runner.Status()
	}
	if s.State == aurora.StateRunning && time.Since(j.began) > soundAfter {
		j.err, j.failures = nil, 0
	}
	if j.err != nil && (j.ended || s.State != aurora.StateRunning) {
		state := aurora.StateFailed
		if classOf(j.err) == aurora.SinkRetry {
			state = aurora.StateRetrying
		}
		describe(&s, state, j.err)
	}
	return s, true
}
