package engine

import (
	"context"
	"fmt"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// PlanUp says what starting the local stack would start.
func (e *Engine) PlanUp(ctx context.Context, wanted aurora.StackSpec) (aurora.Plan, error) {
	return e.ports.Stack.PlanUp(ctx, wanted)
}

// PlanDown says what stopping the stack would stop and, with purge, delete.
func (e *Engine) PlanDown(purge bool) aurora.Plan { return e.ports.Stack.PlanDown(purge) }

// Apply does what a plan says. Progress is called as each step ends.
func (e *Engine) Apply(ctx context.Context, plan aurora.Plan, progress func(aurora.Step)) error {
	if progress == nil {
		progress = func(aurora.Step) {}
	}
	if plan.Nothing {
		return nil
	}
	switch plan.Verb {
	case "connect":
		return e.applyConnect(ctx, plan, progress)
	case "disconnect":
		return e.applyDisconnect(ctx, plan, progress)
	case "up":
		return e.ports.Stack.Up(ctx, *plan.Stack, func(c aurora.Component) {
			progress(aurora.Step{Name: c.Name, Summary: summary(c)})
		})
	case "down":
		return e.ports.Stack.Down(plan.Purge)
	}
	return fmt.Errorf("apply: unknown verb %q", plan.Verb)
}

func summary(c aurora.Component) string {
	text := c.Address
	for _, part := range []string{c.Version, c.Detail} {
		if part != "" && text != "" {
			text += "  "
		}
		text += part
	}
	return text
}
