package cli

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/tui"
)

func TestShellNeedsATerminal(t *testing.T) {
	t.Parallel()
	o := &shellOptions{
		Engine: func() (asker, error) { t.Error("the engine was opened"); return nil, nil },
		Run:    func(context.Context, tui.Options) error { t.Error("the shell was opened"); return nil },
	}
	e := aurora.AsError(shellRun(t.Context(), o))
	if e == nil || e.ExitStatus() != aurora.ExitUsage || e.Hint == "" {
		t.Errorf("error = %+v", e)
	}
}

func TestShellPassesItsFlagsOn(t *testing.T) {
	t.Parallel()
	var got tui.Options
	o := &shellOptions{
		Engine:   func() (asker, error) { return nil, nil },
		Run:      func(_ context.Context, o tui.Options) error { got = o; return nil },
		Terminal: true, Offline: true, SQL: true, Color: true,
		Question: aurora.Question{Limit: 7, Model: "m"},
	}
	if err := shellRun(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	want := tui.Options{Question: aurora.Question{Limit: 7, Model: "m", Engine: aurora.EngineOffline}, SQL: true, Color: true}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(tui.Options{}, "Engine", "Now")); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}
