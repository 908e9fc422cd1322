package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/clickhouse"
	"github.com/aurora-analytics/aurora/pkg/decode"
	"github.com/aurora-analytics/aurora/pkg/kafka"
	"github.com/aurora-analytics/aurora/pkg/pipeline"
	"github.com/aurora-analytics/aurora/pkg/stack"
)

// workerGC is how far the heap may grow between collections, in percent. Half of Go's
// default keeps the worker below 300 MB at full speed, for a few percent of the rate.
const workerGC = 50

// prepareFor is how long a worker waits for ClickHouse when it starts.
const prepareFor = 5 * time.Second

type workerOptions struct {
	App *app
	Run func(context.Context, *workerOptions) error

	Pipeline  string
	Ephemeral bool
	Memory    int64
}

func newWorkerCommand(a *app) *cobra.Command {
	o := &workerOptions{App: a, Run: workerRun}
	cmd := &cobra.Command{
		Use: "worker", Short: "run the connected pipelines", Args: cobra.NoArgs,
		Long: "Run the connected pipelines in the foreground until it is interrupted. Any number of\n" +
			"workers may run, on any host: the consumer groups share the partitions among them.\n" +
			"`aurora up` runs one in the background.",
		Example: "  aurora worker\n  aurora worker --pipeline clicks",
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.Run(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.Pipeline, "pipeline", "", "run only this pipeline, by name or id")
	cmd.Flags().BoolVar(&o.Ephemeral, "ephemeral", false, "leave the consumer groups at once when it ends, instead of keeping its partitions for a restart")
	cmd.Flags().Int64Var(&o.Memory, "memory", 128, "MiB of records to hold at most")
	return cmd
}

func workerRun(ctx context.Context, o *workerOptions) error {
	c, err := o.App.config()
	if err != nil {
		return err
	}
	dir, err := prepareFolder(c)
	if err != nil {
		return err
	}
	seat, err := takeSeat(dir)
	if err != nil {
		return err
	}
	defer seat.leave()
	points, err := workerFailpoints(o.App.proc.Getenv)
	if err != nil {
		return err
	}
	if o.App.proc.Getenv("GOGC") == "" {
		debug.SetGCPercent(workerGC)
	}
	db, err := o.App.warehouse(c, points.halfSent())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := prepare(ctx, db, c.ClickHouse.URL == ""); err != nil {
		return err
	}
	w := pipeline.NewWorker(o.options(db, seat))
	if err := points.apply(w); err != nil {
		return err
	}
	return w.Run(ctx)
}

// options joins the adapters to the worker's ports.
func (o *workerOptions) options(db *clickhouse.DB, seat *seat) pipeline.WorkerOptions {
	proc, log := o.App.proc, o.App.daemonLog()
	host, _ := os.Hostname()
	instance := seat.name
	if o.Ephemeral {
		instance = ""
	}
	secrets := kafka.Secrets(proc.Getenv)
	return pipeline.WorkerOptions{
		Self:     aurora.Worker{Name: seat.name, Host: host, PID: os.Getpid(), Version: Version, Started: proc.Now()},
		Only:     o.Pipeline,
		Registry: db, Store: db, Log: log,
		Limits: pipeline.NewLimits(o.Memory<<20, 0),
		Connect: func(ctx context.Context, p aurora.Pipeline, reb pipeline.Rebalancer) (pipeline.Source, error) {
			consumer, err := kafka.NewConsumer(ctx, o.App.located(p.Source.Broker), kafka.ConsumerOptions{
				Topic: p.Source.Topic, Group: p.Group(), InstanceID: instance, Secrets: secrets, Log: log,
			}, reb)
			if err != nil {
				return nil, err
			}
			return consumer, nil
		},
		NewBlock: func(p aurora.Pipeline) (pipeline.Block, error) { return decode.NewJSON(p.Schema, p.Source.Topic) },
		RSS:      func() int64 { return stack.ResidentBytes(os.Getpid()) },
		Ready: func() {
			seat.announce(proc.Now())
			o.App.out.Done("worker %s runs %s", seat.name, o.running(db))
		},
	}
}

// running says which pipelines the worker runs.
func (o *workerOptions) running(db *clickhouse.DB) string {
	if o.Pipeline == "" {
		return "the connected pipelines"
	}
	ctx, cancel := context.WithTimeout(context.Background(), prepareFor)
	defer cancel()
	all, err := db.Pipelines(ctx)
	known := func(p aurora.Pipeline) bool {
		return p.Desired != aurora.DesiredRemoved && (p.Name == o.Pipeline || p.ID == o.Pipeline)
	}
	if err == nil && !slices.ContainsFunc(all, known) {
		return "nothing yet: it waits for a pipeline called " + o.Pipeline + " (aurora pipeline list shows those there are)"
	}
	return "the pipeline " + o.Pipeline
}

// preparable is what prepare uses of ClickHouse.
type preparable interface {
	Migrate(ctx context.Context) error
	ProbeDeduplication(ctx context.Context) error
}

// prepare brings Aurora's own tables up to date and shows that the deduplication of
// inserts works. A ClickHouse that is only just starting gets some time.
func prepare(ctx context.Context, db preparable, local bool) error {
	ctx, cancel := context.WithTimeout(ctx, prepareFor)
	defer cancel()
	for {
		err := db.Migrate(ctx)
		if err == nil {
			err = db.ProbeDeduplication(ctx)
		}
		// An embedded engine answers a moment before it knows its users.
		young := err != nil && local && aurora.AsError(err).Code == aurora.CodeClickHouseAuth
		if err == nil || !clickhouse.Retryable(err) && !young {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// seat is a worker's place in a data folder: a name that outlives the process, so that a
// restart gets the same partitions back without a rebalance. A second worker on the same
// folder takes the second seat.
type seat struct {
	dir  stack.Dir
	part string
	name string
	lock *stack.Lock
}

func takeSeat(dir stack.Dir) (*seat, error) {
	for n := 1; ; n++ {
		part := stack.PartWorker
		if n > 1 {
			part += "-" + strconv.Itoa(n)
		}
		lock, err := dir.TryLock(part)
		var locked *aurora.Error
		if errors.As(err, &locked) && locked.Code == aurora.CodeLocked {
			continue
		}
		if err != nil {
			return nil, err
		}
		name, err := seatName(dir.Run(part + ".name"))
		if err != nil {
			lock.Release()
			return nil, err
		}
		return &seat{dir: dir, part: part, name: name, lock: lock}, nil
	}
}

// seatName reads the name of a seat, or makes one.
func seatName(path string) (string, error) {
	if content, err := os.ReadFile(path); err == nil && len(content) > 0 {
		return strings.TrimSpace(string(content)), nil
	}
	name := "worker-" + strings.ToLower(rand.Text()[:8])
	fresh := path + ".new"
	if err := os.WriteFile(fresh, []byte(name+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("name the worker: %w", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return "", fmt.Errorf("name the worker: %w", err)
	}
	return name, nil
}

// announce writes the run file: the worker has begun its work.
func (s *seat) announce(now time.Time) {
	_ = s.dir.WriteRunFile(s.part, stack.RunFile{PID: os.Getpid(), Version: Version, Started: now.UTC()})
}

func (s *seat) leave() {
	s.dir.RemoveRunFile(s.part)
	s.lock.Release()
}
