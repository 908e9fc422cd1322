package cli

import (
	"context"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// youngEngine refuses the first sign-in.
type youngEngine struct{ calls int }

func (e *youngEngine) Migrate(context.Context) error {
	e.calls++
	if e.calls == 1 {
		return &aurora.Error{Code: aurora.CodeClickHouseAuth, Title: "ClickHouse refused the credentials"}
	}
	return nil
}

func (*youngEngine) ProbeDeduplication(context.Context) error { return nil }

func TestAWorkerWaitsForTheUsersOfAnEngineThatIsStarting(t *testing.T) {
	t.Parallel()
	if err := prepare(t.Context(), &youngEngine{}, true); err != nil {
		t.Errorf("the embedded engine: %v", err)
	}
	if err := prepare(t.Context(), &youngEngine{}, false); aurora.AsError(err).Code != aurora.CodeClickHouseAuth {
		t.Errorf("a ClickHouse elsewhere: %v", err)
	}
}
