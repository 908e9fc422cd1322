package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/tui"
)

// shellOptions are what `aurora shell` is opened with.
type shellOptions struct {
	Engine func() (asker, error)
	// Terminal says whether there is one to draw on.
	Terminal bool
	Run      func(ctx context.Context, o tui.Options) error

	aurora.Question
	Offline bool
	SQL     bool
	Color   bool
}

const shellLong = `Ask questions and run SQL on a screen of its own.

Every answer shows what was understood, the SQL with its parameters, and the rows.
ctrl+t changes between questions and SQL, esc cancels what runs, f1 shows all keys.`

func newShellCommand(a *app) *cobra.Command {
	o := newShellOptions(a)
	cmd := &cobra.Command{
		Use: "shell", Short: "ask and query on a screen of its own", Long: shellLong, Args: cobra.NoArgs,
		Example: "  aurora shell\n  aurora shell --sql",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Color = a.out.Color
			return shellRun(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.SQL, "sql", false, "start with SQL instead of questions")
	f.BoolVar(&o.Offline, "offline", false, "use the offline planner, whatever model is configured")
	f.StringVar(&o.Model, "model", "", "use this model (default gpt-3.5-turbo when one is configured)")
	f.IntVar(&o.Limit, "limit", aurora.DefaultRows, "most rows of an answer")
	return cmd
}

func newShellOptions(a *app) *shellOptions {
	return &shellOptions{
		Engine:   func() (asker, error) { return a.engine() },
		Terminal: a.proc.StdinTTY && a.proc.StdoutTTY && a.proc.Getenv("TERM") != "dumb",
		Run: func(ctx context.Context, o tui.Options) error {
			return tui.Run(ctx, o, a.proc.Stdin, a.proc.Stdout)
		},
	}
}

// openShell is what `aurora ask` without a question does on a terminal.
func openShell(ctx context.Context, a *app) error {
	o := newShellOptions(a)
	o.Color = a.out.Color
	return shellRun(ctx, o)
}

func shellRun(ctx context.Context, o *shellOptions) error {
	if !o.Terminal {
		return &aurora.Error{
			Code:   aurora.CodeUsage,
			Title:  "the shell needs a terminal",
			Detail: "stdin or stdout is not one, or TERM is dumb",
			Hint:   "aurora ask \"QUESTION\" and aurora sql \"SELECT …\" work in scripts and pipes",
		}
	}
	e, err := o.Engine()
	if err != nil {
		return err
	}
	question := o.Question
	if o.Offline {
		question.Engine = aurora.EngineOffline
	}
	return o.Run(ctx, tui.Options{Engine: e, Question: question, SQL: o.SQL, Color: o.Color})
}
