package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

type downOptions struct {
	Engine  func() (stacker, error)
	Out     *Output
	Confirm func(question string) error

	Purge  bool
	DryRun bool
}

func newDownCommand(a *app) *cobra.Command {
	o := &downOptions{Engine: func() (stacker, error) { return a.engine() }, Confirm: a.confirm}
	cmd := &cobra.Command{
		Use: "down", Short: "stop the platform; the data stays", Args: cobra.NoArgs,
		Long:    "Stop the platform on this machine. Workers drain what they hold first. The data stays,\nunless --purge asks to delete it; the engine library is kept even then.",
		Example: "  aurora down\n  aurora down --purge --yes",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = a.out
			return downRun(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.Purge, "purge", false, "delete the data too (asks first, or needs --yes)")
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "show what would be stopped and deleted, and stop there")
	return cmd
}

func downRun(ctx context.Context, o *downOptions) error {
	e, err := o.Engine()
	if err != nil {
		return err
	}
	plan := e.PlanDown(o.Purge)
	for _, note := range plan.Notes {
		o.Out.Note("note: %s", note)
	}
	if plan.Nothing {
		o.Out.Note("nothing is running")
		return planResult(o.Out, plan)
	}
	showPlan(o.Out, plan)
	if o.DryRun {
		return planResult(o.Out, plan)
	}
	if o.Purge {
		if err := o.Confirm("delete all data of this stack?"); err != nil {
			return err
		}
	}
	if err := e.Apply(ctx, plan, nil); err != nil {
		return err
	}
	if o.Purge {
		o.Out.Done("stopped; the data is deleted")
	} else {
		o.Out.Done("stopped; the data is kept")
	}
	return planResult(o.Out, plan)
}

// confirm asks a yes-or-no question on the terminal. Off a terminal, and with
// --no-input, it fails and names the flag that would have answered.
func (a *app) confirm(question string) error {
	if a.global.yes {
		return nil
	}
	if !a.proc.StdinTTY || !a.proc.StderrTTY || a.global.noInput || a.proc.Getenv("CI") != "" {
		return &aurora.Error{Code: aurora.CodeConfirmation, Title: "this needs a confirmation: " + question, Detail: "there is no terminal to ask on", Hint: "add --yes"}
	}
	fmt.Fprintf(a.proc.Stderr, "%s [y/N] ", question)
	answer, err := bufio.NewReader(a.proc.Stdin).ReadString('\n')
	if err != nil && err != io.EOF {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return &aurora.Error{Code: aurora.CodeInterrupted, Title: "not confirmed: nothing was changed", Hint: "run it again and answer y, or add --yes"}
}
