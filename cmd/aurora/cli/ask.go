package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// asker answers questions and runs checked SQL.
type asker interface {
	Ask(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error)
	Query(ctx context.Context, s aurora.Statement, limits aurora.Limits) (aurora.Answer, error)
}

type askOptions struct {
	Engine func() (asker, error)
	Out    *Output

	aurora.Question
	Offline bool
	Explain bool
	SQLOnly bool
}

const askLong = `Answer a question in plain language with checked, parameterised SQL.

With a model (OPENAI_API_KEY or OPENAI_BASE_URL; --model) the model writes the
statement; without one, or with --offline, the offline planner does, and refuses what
it does not understand. Either way the statement passes the guard and runs as a user
who may only read. The rows go to stdout, how they were found goes to stderr.

Without a question, on a terminal, it opens the shell.`

func newAskCommand(a *app) *cobra.Command {
	o := &askOptions{Engine: func() (asker, error) { return a.engine() }}
	cmd := &cobra.Command{
		Use: "ask [QUESTION|-]", Short: "answer a question in plain language", Long: askLong, Args: cobra.ArbitraryArgs,
		Example: "  aurora ask \"how many clicks by page\"\n  aurora ask --offline -o json \"top 3 pages\" | jq .rows\n  echo \"clicks per minute\" | aurora ask -",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && a.proc.StdinTTY && a.proc.StdoutTTY {
				return openShell(cmd.Context(), a)
			}
			text, err := a.argumentOrStdin(args, "aurora ask \"QUESTION\", or aurora ask - to read it from stdin")
			if err != nil {
				return err
			}
			o.Out, o.Text = a.out, text
			return askRun(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.Offline, "offline", false, "use the offline planner, whatever model is configured")
	f.StringVar(&o.Model, "model", "", "use this model (default gpt-3.5-turbo when one is configured)")
	f.IntVar(&o.Limit, "limit", aurora.DefaultRows, "most rows of the answer")
	f.BoolVar(&o.NoRun, "no-run", false, "show the checked statement, do not run it")
	f.BoolVar(&o.SQLOnly, "sql-only", false, "print the statement alone, do not run it")
	f.BoolVar(&o.Explain, "explain", false, "show every stage with its time")
	return cmd
}

// argumentOrStdin gives the words of the command line as one text, or stdin when the argument is "-".
func (a *app) argumentOrStdin(args []string, hint string) (string, error) {
	if len(args) == 0 {
		return "", &aurora.Error{Code: aurora.CodeUsage, Title: "there is nothing to ask", Detail: "no argument was given", Hint: hint}
	}
	if len(args) == 1 && args[0] == "-" {
		content, err := io.ReadAll(io.LimitReader(a.proc.Stdin, 1<<20))
		return string(content), err
	}
	return strings.Join(args, " "), nil
}

func askRun(ctx context.Context, o *askOptions) error {
	switch {
	case o.Offline && o.Model != "":
		return aurora.Usage("--offline and --model exclude each other", "leave one of them out")
	case o.Offline:
		o.Question.Engine = aurora.EngineOffline
	case o.Model != "":
		o.Question.Engine = aurora.EngineModel
	default:
		o.Question.Engine = aurora.EngineAuto
	}
	o.NoRun = o.NoRun || o.SQLOnly
	e, err := o.Engine()
	if err != nil {
		return err
	}
	answer, err := e.Ask(ctx, o.Question, nil)
	if err != nil {
		return err
	}
	if o.SQLOnly {
		_, err := fmt.Fprintln(o.Out.Data, answer.SQL)
		return err
	}
	o.explainAnswer(answer)
	if o.NoRun && o.Out.Format == FormatTable {
		return nil
	}
	return printAnswer(o.Out, answer)
}

// explainAnswer says on stderr how the answer was found.
func (o *askOptions) explainAnswer(answer aurora.Answer) {
	out := o.Out
	if out.Format == FormatJSON {
		return // the document says it all
	}
	out.Note("understood  %s", out.Strong(answer.Interpretation))
	for _, assumption := range answer.Assumptions {
		out.Note("assumed     %s", assumption)
	}
	for _, note := range answer.Notes {
		out.Note("note        %s", note)
	}
	out.Note("SQL         %s", answer.SQL)
	if len(answer.Params) > 0 {
		var params []string
		for _, p := range answer.Params {
			params = append(params, fmt.Sprintf("%s %s = %s", p.Name, p.Type, p.Value))
		}
		out.Note("with        %s", strings.Join(params, " · "))
	}
	if o.Explain {
		for _, s := range answer.Steps {
			out.Note("stage       %-10s %7.1f ms  %s", s.Name, s.ElapsedMS, s.Summary)
		}
	}
	if !o.NoRun {
		out.Note("engine      %s · tables %s · %d rows · %.0f ms · read %d rows\n", answer.Engine, strings.Join(answer.Tables, ", "), len(answer.Rows), answer.Stats.ElapsedMS, answer.Stats.RowsRead)
	}
}
