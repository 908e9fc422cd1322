package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

type statusOptions struct {
	Engine func() (interface {
		Status(ctx context.Context) (aurora.Status, error)
	}, error)
	Out *Output
	Now func() time.Time
}

func newStatusCommand(a *app) *cobra.Command {
	o := &statusOptions{Now: a.proc.Now, Engine: func() (interface {
		Status(ctx context.Context) (aurora.Status, error)
	}, error) {
		return a.engine()
	}}
	return &cobra.Command{
		Use: "status", Short: "show the parts, the pipelines and their lag", Args: cobra.NoArgs,
		Long: "Show the parts of the stack, the pipelines and the workers.\nThe exit status is 0 when all is healthy, 3 when nothing runs, 1 otherwise.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = a.out
			return statusRun(cmd.Context(), o)
		},
	}
}

func statusRun(ctx context.Context, o *statusOptions) error {
	e, err := o.Engine()
	if err != nil {
		return err
	}
	status, err := e.Status(ctx)
	if err != nil {
		return err
	}
	if o.Out.Format != FormatTable {
		err = o.Out.JSON(status)
	} else {
		err = printStatus(o, status)
	}
	if err != nil {
		return err
	}
	return unhealthy(status)
}

// unhealthy turns a status that is not healthy into the command's error.
func unhealthy(s aurora.Status) error {
	switch s.Health {
	case aurora.Healthy:
		return nil
	case aurora.Stopped:
		return &aurora.Error{Code: aurora.CodeStackNotRunning, Title: "the stack is not running", Detail: "no part of it answers", Hint: "aurora up"}
	}
	var reasons []string
	for _, c := range s.Stack.Components {
		if c.Health != aurora.Healthy {
			reasons = append(reasons, strings.TrimSpace(fmt.Sprintf("%s is %s %s", c.Name, c.Health, c.Detail)))
		}
	}
	for _, p := range s.Pipelines {
		if s := p.Status.State; p.Desired == aurora.DesiredRunning && (s == aurora.StateFailed || s == aurora.StateRetrying) {
			reasons = append(reasons, fmt.Sprintf("pipeline %s is %s: %s", p.Name, s, p.Status.LastError))
		}
	}
	return &aurora.Error{Code: aurora.CodeStackUnhealthy, Title: "the stack is not healthy", Detail: strings.Join(reasons, "; "), Hint: "aurora up starts what is missing; aurora doctor looks for causes"}
}

func printStatus(o *statusOptions, s aurora.Status) error {
	parts := Table{Header: []string{"PART", "STATE", "ADDRESS", "MEMORY", "UP", "RESTARTS", "DETAIL"}, Right: map[int]bool{3: true, 4: true, 5: true}}
	for _, c := range s.Stack.Components {
		detail := strings.TrimSpace(c.Version + "  " + c.Detail)
		parts.Rows = append(parts.Rows, []string{c.Name, string(c.Health), c.Address, bytesText(c.RSS), sinceText(o.Now(), c.Started), fmt.Sprint(c.Restarts), detail})
	}
	if err := o.Out.Table(parts); err != nil || len(s.Pipelines) == 0 {
		return err
	}
	fmt.Fprintln(o.Out.Data)
	return o.Out.Table(pipelineTable(s.Pipelines))
}

func bytesText(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d MB", n>>20)
}

func sinceText(now, then time.Time) string {
	if then.IsZero() {
		return ""
	}
	d := now.Sub(then).Round(time.Second)
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d d", int(d.Hours()/24))
	case d >= time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d >= time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d s", int(d.Seconds()))
}
