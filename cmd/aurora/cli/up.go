package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// stacker plans and applies changes of the stack.
type stacker interface {
	PlanUp(ctx context.Context, wanted aurora.StackSpec) (aurora.Plan, error)
	PlanDown(purge bool) aurora.Plan
	Apply(ctx context.Context, plan aurora.Plan, progress func(aurora.Step)) error
}

type upOptions struct {
	Engine func() (stacker, error)
	Out    *Output
	Now    func() time.Time

	Target string
	Broker bool
	Demo   bool
	DryRun bool
	Wait   time.Duration
}

const upLong = `Start the platform on this machine, in the background: the embedded ClickHouse
engine and a worker; with --broker a development Kafka broker too; with --demo a
generator of live events as well. Ready means that every part has answered.

Running it again changes nothing; it only starts what is missing.`

func newUpCommand(a *app) *cobra.Command {
	o := &upOptions{Engine: func() (stacker, error) { return a.engine() }, Now: a.proc.Now}
	cmd := &cobra.Command{
		Use: "up", Short: "start the platform on this machine", Long: upLong, Args: cobra.NoArgs,
		Example: "  aurora up --demo\n  aurora up --broker\n  aurora up --dry-run",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = a.out
			return upRun(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Target, "target", "local", "where to run: local")
	f.BoolVar(&o.Broker, "broker", false, "run the development Kafka broker too")
	f.BoolVar(&o.Demo, "demo", false, "run the broker and a generator of live events in the topic clicks")
	f.BoolVar(&o.DryRun, "dry-run", false, "show what would be started, and stop there")
	f.DurationVar(&o.Wait, "wait", time.Minute, "how long to wait until every part answers")
	return cmd
}

func upRun(ctx context.Context, o *upOptions) error {
	if o.Target != "local" {
		return aurora.Usage("unknown target %q", "use --target local", o.Target)
	}
	if o.Wait <= 0 {
		return aurora.Usage("--wait %s is no time to wait", "use --wait 1m, say", o.Wait)
	}
	e, err := o.Engine()
	if err != nil {
		return err
	}
	began := o.Now()
	plan, err := e.PlanUp(ctx, aurora.StackSpec{Broker: o.Broker, Demo: o.Demo})
	if err != nil {
		return err
	}
	for _, note := range plan.Notes {
		o.Out.Note("note: %s", note)
	}
	if plan.Nothing {
		o.Out.Note("already running: nothing to do")
		return planResult(o.Out, plan)
	}
	if o.DryRun {
		showPlan(o.Out, plan)
		return planResult(o.Out, plan)
	}
	ctx, cancel := context.WithTimeout(ctx, o.Wait)
	defer cancel()
	err = e.Apply(ctx, plan, func(s aurora.Step) { o.Out.Done("%-9s %s", s.Name, s.Summary) })
	if err != nil {
		return err
	}
	o.Out.Note("  ready in %.1f s", o.Now().Sub(began).Seconds())
	o.Out.Note("next: %s", nextAfterUp(*plan.Stack))
	return planResult(o.Out, plan)
}

func nextAfterUp(spec aurora.StackSpec) string {
	switch {
	case spec.Demo:
		return "aurora connect topic clicks"
	case spec.Broker:
		return "aurora topic create NAME, aurora topic produce NAME -f FILE, aurora connect topic NAME"
	}
	return "aurora connect topic NAME --brokers HOST:PORT"
}

// planResult writes the plan for programs; for people the conversation has said it, or its actions are listed.
func planResult(out *Output, plan aurora.Plan) error {
	if out.Format != FormatTable {
		return out.JSON(plan)
	}
	return nil
}

// showPlan notes the actions of a plan.
func showPlan(out *Output, plan aurora.Plan) {
	for _, action := range plan.Actions {
		out.Note("  %-7s %s", action.Verb, strings.TrimSpace(action.What+"  "+out.Faint(action.Detail)))
	}
}
