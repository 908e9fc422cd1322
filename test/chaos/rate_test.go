package chaos

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode"
	"github.com/aurora-analytics/aurora/pkg/schema"
)

var flagRate = flag.Bool("rate", false, "measure the rate of delivery: a figure, not a test")

// TestRate measures, over records produced beforehand and in one run, the rate from Kafka
// to the table, the rate at which the engine takes the same rows as ready blocks, and
// what announcing the blocks costs:
//
//	go test ./test/chaos -run TestRate -rate -records 1000000 -v
func TestRate(t *testing.T) {
	if !*flagRate {
		t.Skip("skipped: a measurement, asked for with -rate")
	}
	for _, c := range []struct{ name, broken string }{{"whole protocol", ""}, {"without intents", "intent"}} {
		t.Run(c.name, func(t *testing.T) {
			r := newRun(t)
			r.env = []string{"AURORA_BREAK=" + c.broken}
			r.engine = r.startEngine(0)
			r.declare(aurora.DefaultBatch())
			s := r.produce(t.Context(), *flagRecords, 0)
			<-s.done
			r.must(s.err)
			r.startWorker()
			eventually(t, "the worker reads", time.Minute, func(ctx context.Context) bool { return r.moved(ctx) })
			begun := time.Now()
			eventually(t, "everything is delivered", 10*time.Minute, func(ctx context.Context) bool { return r.settled(ctx, s.sums.count) })
			took := time.Since(begun)
			t.Logf("Kafka to table: %d rows in %s, %.0f rows/s; worker %s, engine %s", s.sums.count, took.Round(time.Millisecond),
				float64(s.sums.count)/took.Seconds(), peak(r.worker.cmd.Process.Pid), peak(r.runFile("engine").PID))
			r.verify(s)
			r.worker.kill()
			r.engineLimit(t, *flagRecords)
		})
	}
}

// moved says that the worker has taken its partitions over.
func (r *run) moved(ctx context.Context) bool {
	marks, err := r.commits(ctx)
	if err != nil {
		return false
	}
	for _, m := range marks {
		if m.Offset >= 0 {
			return true
		}
	}
	return r.pipelineMoved(ctx)
}

// pipelineMoved looks at the table, for a run without commits before the first insert.
func (r *run) pipelineMoved(ctx context.Context) bool {
	got, err := r.row(ctx, "SELECT count() FROM aurora.events")
	return err == nil && got[0] > 0
}

// engineLimit inserts the same rows as blocks made beforehand, two at a time, into an equal table.
func (r *run) engineLimit(t *testing.T, records int64) {
	t.Helper()
	ctx := t.Context()
	r.must(r.db.Exec(ctx, schema.CreateTable(aurora.DataDatabase, "ready_blocks", r.pipeline.Schema)))
	rows := min(records, int64(r.pipeline.Batch.Rows))
	block, err := decode.NewJSON(r.pipeline.Schema, r.pipeline.Source.Topic)
	r.must(err)
	bytes := 0
	for id := range rows {
		value := event(id)
		if bytes += len(value); bytes > r.pipeline.Batch.Bytes { // as large as the worker's
			rows = id
			break
		}
		if letter := block.Append(&aurora.Record{Offset: id, Timestamp: time.Now(), Value: value}); letter != nil {
			t.Fatal(letter.Message)
		}
	}
	native := block.Encode()
	begun := time.Now()
	var group errgroup.Group
	group.SetLimit(2)
	for n := int64(0); n*rows < records; n++ {
		group.Go(func() error {
			return r.db.InsertBlock(ctx, "ready_blocks", block.Columns(), native, fmt.Sprintf("limit/%d", n))
		})
	}
	r.must(group.Wait())
	took := time.Since(begun)
	got, err := r.row(ctx, "SELECT count() FROM aurora.ready_blocks")
	r.must(err)
	t.Logf("ready blocks to table: %d rows of %d a block in %s, %.0f rows/s", got[0], rows, took.Round(time.Millisecond), float64(got[0])/took.Seconds())
}

// peak is the largest resident memory of a process so far, and its processor time.
func peak(pid int) string {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.SplitSeq(string(status), "\n") {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return "at most " + strings.TrimSpace(size)
		}
	}
	return "of unknown size"
}
