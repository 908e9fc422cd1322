package cli

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// pipelines is what the pipeline and dead-letter commands use of the engine.
type pipelines interface {
	Pipelines(ctx context.Context) ([]aurora.Pipeline, error)
	Pipeline(ctx context.Context, name string) (aurora.Pipeline, error)
	DeadLetters(ctx context.Context, pipeline string, limit int) ([]aurora.DeadLetter, error)
}

type pipelineOptions struct {
	Engine func() (pipelines, error)
	Out    *Output

	Name  string
	Limit int
}

func newPipelineCommand(a *app) *cobra.Command {
	o := &pipelineOptions{Engine: func() (pipelines, error) { return a.engine() }}
	cmd := &cobra.Command{Use: "pipeline", Aliases: []string{"pipelines"}, Short: "list and show pipelines"}
	cmd.AddCommand(&cobra.Command{
		Use: "list", Short: "list the pipelines with their state and lag", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = a.out
			return pipelineList(cmd.Context(), o)
		},
	}, &cobra.Command{
		Use: "show NAME", Short: "show one pipeline: state, partitions, columns", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Out, o.Name = a.out, args[0]
			return pipelineShow(cmd.Context(), o)
		},
	})
	return cmd
}

func pipelineList(ctx context.Context, o *pipelineOptions) error {
	e, err := o.Engine()
	if err != nil {
		return err
	}
	all, err := e.Pipelines(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		o.Out.Note("there are no pipelines yet; next: aurora connect topic NAME")
	}
	return Items(o.Out, all, pipelineTable)
}

func pipelineTable(all []aurora.Pipeline) Table {
	t := Table{Header: []string{"PIPELINE", "STATE", "TOPIC", "TABLE", "ROWS", "ROWS/S", "LAG", "DEAD", "ERROR"}, Right: map[int]bool{4: true, 5: true, 6: true, 7: true}}
	for _, p := range all {
		s := p.Status
		counters := []string{fmt.Sprint(s.Stored), fmt.Sprintf("%.0f", s.RowsPerSecond), fmt.Sprint(s.Lag), fmt.Sprint(s.Dead)}
		if !counted(s) {
			counters = []string{"-", "-", "-", "-"}
		}
		t.Rows = append(t.Rows, slices.Concat([]string{p.Name, stateText(p), p.Source.Topic, aurora.DataDatabase + "." + p.Table}, counters, []string{s.LastError}))
	}
	return t
}

// counted tells whether a worker counts for the pipeline: where none does, zeros would be made up.
func counted(s aurora.PipelineStatus) bool {
	return s.State == aurora.StateRunning || s.Stored+s.Dead+s.Tombstones+s.Lag > 0
}

func stateText(p aurora.Pipeline) string {
	switch {
	case p.Status.State != "":
		return string(p.Status.State)
	case p.Desired == aurora.DesiredStopped:
		return string(aurora.StateStopped)
	}
	return "no worker"
}

func pipelineShow(ctx context.Context, o *pipelineOptions) error {
	e, err := o.Engine()
	if err != nil {
		return err
	}
	p, err := e.Pipeline(ctx, o.Name)
	if err != nil {
		return err
	}
	if o.Out.Format == FormatJSON || o.Out.Format == FormatJSONL {
		return o.Out.JSON(p)
	}
	facts := Table{Rows: [][]string{
		{"pipeline", p.Name}, {"id", p.ID}, {"state", stateText(p)}, {"topic", p.Source.Topic},
		{"brokers", strings.Join(p.Source.Broker.Addresses, ", ")}, {"table", aurora.DataDatabase + "." + p.Table},
		{"stored", fmt.Sprintf("%d rows, %.0f rows/s", p.Status.Stored, p.Status.RowsPerSecond)},
		{"lag", fmt.Sprint(p.Status.Lag)}, {"dead letters", fmt.Sprint(p.Status.Dead)}, {"tombstones", fmt.Sprint(p.Status.Tombstones)},
		{"blocks", fmt.Sprintf("at most %d rows, %d MiB, %s", p.Batch.Rows, p.Batch.Bytes>>20, p.Batch.Wait)},
		{"group", p.Group()},
	}, Header: []string{"FACT", "VALUE"}}
	if p.Status.LastError != "" {
		facts.Rows = append(facts.Rows, []string{"error", p.Status.LastError}, []string{"next", p.Status.Hint})
	}
	return printAll(o.Out, facts, partitionTable(p), columnTable(p.Schema.Columns))
}

func printAll(out *Output, tables ...Table) error {
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(out.Data)
		}
		if err := out.Table(t); err != nil {
			return err
		}
	}
	return nil
}

func partitionTable(p aurora.Pipeline) Table {
	t := Table{Header: []string{"PARTITION", "NEXT", "END", "LAG", "WORKER"}, Right: map[int]bool{0: true, 1: true, 2: true, 3: true}}
	for _, s := range p.Status.Partitions {
		t.Rows = append(t.Rows, []string{fmt.Sprint(s.Partition), fmt.Sprint(s.Next), fmt.Sprint(s.End), fmt.Sprint(s.Lag), s.Worker})
	}
	return t
}

func columnTable(columns []aurora.Column) Table {
	t := Table{Header: []string{"COLUMN", "TYPE", "NULLS", "EXAMPLE", "WHY"}, Right: map[int]bool{2: true}}
	for _, c := range columns {
		t.Rows = append(t.Rows, []string{c.Name, c.Type, fmt.Sprintf("%.0f%%", 100*c.NullShare), shorten(c.Example, 32), c.Why})
	}
	return t
}

func shorten(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return string(runes[:limit-1]) + "…"
}

func newDeadLetterCommand(a *app) *cobra.Command {
	o := &pipelineOptions{Engine: func() (pipelines, error) { return a.engine() }}
	cmd := &cobra.Command{Use: "dlq", Short: "records that could not be stored, with their reason"}
	list := &cobra.Command{
		Use: "list PIPELINE", Short: "list the newest dead letters of a pipeline", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Out, o.Name = a.out, args[0]
			return deadLetterList(cmd.Context(), o)
		},
	}
	list.Flags().IntVar(&o.Limit, "limit", 20, "how many to list")
	cmd.AddCommand(list)
	return cmd
}

func deadLetterList(ctx context.Context, o *pipelineOptions) error {
	if o.Limit < 1 || o.Limit == math.MaxInt {
		return aurora.Usage("--limit %d is out of range", "use 1 or more", o.Limit)
	}
	e, err := o.Engine()
	if err != nil {
		return err
	}
	// One more than wanted tells whether there are more.
	letters, err := e.DeadLetters(ctx, o.Name, o.Limit+1)
	if err != nil {
		return err
	}
	if len(letters) > o.Limit {
		letters = letters[:o.Limit]
		defer o.Out.Note("the newest %d dead letters of more; raise --limit to see them", o.Limit)
	}
	return Items(o.Out, letters, func(letters []aurora.DeadLetter) Table {
		t := Table{Header: []string{"PARTITION", "OFFSET", "REASON", "COLUMN", "MESSAGE", "VALUE"}, Right: map[int]bool{0: true, 1: true}}
		for _, l := range letters {
			t.Rows = append(t.Rows, []string{fmt.Sprint(l.Partition), fmt.Sprint(l.Offset), string(l.Reason), l.Column, l.Message, shorten(string(l.Value), 60)})
		}
		return t
	})
}
