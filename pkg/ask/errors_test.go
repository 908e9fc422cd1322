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
