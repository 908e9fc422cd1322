package ask

import (
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// TestAmbiguousHint: without a choice to offer, the hint still says what to do.
func TestAmbiguousHint(t *testing.T) {
	t.Parallel()
	if e := aurora.AsError(ambiguous("two readings", nil)); strings.HasSuffix(e.Hint, ": ") || !strings.Contains(e.Hint, "table list") {
		t.Errorf("the hint is %q", e.Hint)
	}
	if e := aurora.AsError(ambiguous("two readings", []string{"a", "b"})); !strings.Contains(e.Hint, "a | b") {
		t.Errorf("the hint is %q", e.Hint)
	}
}

// TestManyReadings: what is ambiguous never ends in an empty offer.
func TestManyReadings(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"list carriers", "show all carriers", "total number of shipments", "shipments in year 2026"} {
		_, err := asker(readSchema(t, "depot")).Draft(t.Context(), offline(text), nil)
		if e := aurora.AsError(err); e != nil && strings.HasSuffix(strings.TrimSpace(e.Hint), ":") {
			t.Errorf("%q: the hint is %q", text, e.Hint)
		}
	}
}
