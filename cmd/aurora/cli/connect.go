package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/engine"
)

// connector plans and applies the life cycle of pipelines.
type connector interface {
	PlanConnect(ctx context.Context, o engine.ConnectOptions) (aurora.Plan, error)
	PlanDisconnect(ctx context.Context, name string, dropTable bool) (aurora.Plan, error)
	Apply(ctx context.Context, plan aurora.Plan, progress func(aurora.Step)) error
}

type connectOptions struct {
	Engine func() (connector, error)
	Broker func() (aurora.Broker, error)
	Out    *Output

	engine.ConnectOptions
	DryRun bool
}

const connectLong = `Turn a topic into a table: look at a sample of its records, infer the columns,
create the table, and start a pipeline that stores every record exactly once.
A record that does not fit becomes a dead letter with its reason and its bytes.

Connecting again changes nothing; a pipeline that was disconnected goes on where it stopped.`

func newConnectCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "connect", Short: "turn a Kafka topic into a ClickHouse table"}
	o := &connectOptions{Engine: func() (connector, error) { return a.engine() }}
	topic := &cobra.Command{
		Use: "topic NAME", Short: "turn a topic into a table", Long: connectLong, Args: cobra.ExactArgs(1),
		Example: "  aurora connect topic clicks --dry-run\n  aurora connect topic clicks\n  aurora connect topic orders --brokers kafka-1:9092 --table shop_orders",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Out, o.Topic = a.out, args[0]
			return connectRun(cmd.Context(), o)
		},
	}
	f := topic.Flags()
	kafka := addKafkaFlags(topic)
	o.Broker = func() (aurora.Broker, error) { return kafka.broker(a) }
	f.StringVar(&o.Table, "table", "", "name of the table (default: made from the topic's name)")
	f.IntVar(&o.SampleSize, "sample", 500, "how many records to look at")
	f.StringVar(&o.From, "from", "earliest", "where to start: earliest or latest")
	f.IntVar(&o.Batch.Rows, "batch-rows", 100_000, "most rows of an insert")
	f.DurationVar(&o.Batch.Wait, "batch-wait", 400*time.Millisecond, "longest wait before a record is inserted")
	f.StringVar(&o.OnGap, "on-gap", "stop", "when the broker deleted records before they were read: stop or skip")
	f.BoolVar(&o.DryRun, "dry-run", false, "show columns, DDL and plan, and stop there")
	cmd.AddCommand(topic)
	return cmd
}

func connectRun(ctx context.Context, o *connectOptions) error {
	switch {
	case strings.TrimSpace(o.Topic) == "":
		return aurora.Usage("the name of the topic is empty", "aurora topic list")
	case o.SampleSize < 1: // 0 would mean the default to the engine
		return aurora.Usage("--sample %d is out of range", "use 1 to 10000", o.SampleSize)
	}
	var err error
	if o.ConnectOptions.Broker, err = o.Broker(); err != nil {
		return err
	}
	e, err := o.Engine()
	if err != nil {
		return err
	}
	plan, err := e.PlanConnect(ctx, o.ConnectOptions)
	if err != nil {
		return err
	}
	if plan.Nothing {
		o.Out.Note("pipeline %s is connected already: nothing to do", plan.Pipeline.Name)
		return planResult(o.Out, plan)
	}
	if err := showConnectPlan(o.Out, plan); err != nil {
		return err
	}
	if o.DryRun {
		o.Out.Note("nothing was written; next: the same without --dry-run")
		return planResult(o.Out, plan)
	}
	if err := e.Apply(ctx, plan, func(s aurora.Step) { o.Out.Done("%-9s %s", s.Name, s.Summary) }); err != nil {
		return err
	}
	o.Out.Note("next: aurora ask \"how many rows in %s\"", plan.Pipeline.Table)
	return planResult(o.Out, plan)
}

// showConnectPlan prints what was seen and what would be done: it is what a
// person asked for, so it goes to stdout; programs get the plan as JSON instead.
func showConnectPlan(out *Output, plan aurora.Plan) error {
	if out.Format != FormatTable {
		return nil
	}
	if s := plan.Sample; s != nil {
		fmt.Fprintf(out.Data, "sampled %d records of %s (%s) · %d columns · %d unreadable\n\n", s.Records, s.Topic, s.Format, len(s.Schema.Columns), s.Unreadable)
		if err := out.Table(columnTable(s.Schema.Columns)); err != nil {
			return err
		}
		for _, p := range s.Problems {
			fmt.Fprintf(out.Data, "unreadable: partition %d offset %d: %s: %s\n", p.Partition, p.Offset, p.Message, printable(shorten(string(p.Value), 60)))
		}
	}
	if s := plan.Sample; s != nil && len(s.Empty) > 0 {
		out.Note("no column yet, because they were always null, [] or {}: %s (their values will be kept in %s)",
			printable(strings.Join(s.Empty, ", ")), aurora.ColumnExtra)
	}
	for _, ddl := range plan.DDL {
		fmt.Fprintf(out.Data, "\n%s\n", ddl)
	}
	fmt.Fprintln(out.Data)
	for _, action := range plan.Actions {
		fmt.Fprintf(out.Data, "%-7s %s  %s\n", action.Verb, action.What, out.Faint(action.Detail))
	}
	fmt.Fprintln(out.Data)
	return nil
}

type disconnectOptions struct {
	Engine  func() (connector, error)
	Out     *Output
	Confirm func(question string) error

	Topic     string
	DropTable bool
	DryRun    bool
}

func newDisconnectCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "disconnect", Short: "stop a pipeline without losing a record; the table stays"}
	o := &disconnectOptions{Engine: func() (connector, error) { return a.engine() }, Confirm: a.confirm}
	topic := &cobra.Command{
		Use: "topic NAME", Short: "drain, commit and stop the pipeline of a topic", Args: cobra.ExactArgs(1),
		Long:    "Drain, commit and stop the pipeline of a topic (or the pipeline of that name). Table and\noffsets stay: connecting again goes on where it stopped.",
		Example: "  aurora disconnect topic clicks\n  aurora disconnect topic clicks --drop-table --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Out, o.Topic = a.out, args[0]
			return disconnectRun(cmd.Context(), o)
		},
	}
	topic.Flags().BoolVar(&o.DropTable, "drop-table", false, "delete the table too (asks first, or needs --yes)")
	topic.Flags().BoolVar(&o.DryRun, "dry-run", false, "show what would be stopped and removed, and stop there")
	cmd.AddCommand(topic)
	return cmd
}

func disconnectRun(ctx context.Context, o *disconnectOptions) error {
	e, err := o.Engine()
	if err != nil {
		return err
	}
	plan, err := e.PlanDisconnect(ctx, o.Topic, o.DropTable)
	if err != nil {
		return err
	}
	if plan.Nothing {
		o.Out.Note("pipeline %s is disconnected already: nothing to do", plan.Pipeline.Name)
		return planResult(o.Out, plan)
	}
	showPlan(o.Out, plan)
	if o.DryRun {
		return planResult(o.Out, plan)
	}
	if o.DropTable {
		if err := o.Confirm("delete the table " + aurora.DataDatabase + "." + plan.Pipeline.Table + "?"); err != nil {
			return err
		}
	}
	if err := e.Apply(ctx, plan, func(s aurora.Step) { o.Out.Done("%-9s %s", s.Name, s.Summary) }); err != nil {
		return err
	}
	return planResult(o.Out, plan)
}
