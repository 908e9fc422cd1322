package cli

import (
	"slices"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func TestAPipelineThatNobodyCountsShowsNoZeros(t *testing.T) {
	t.Parallel()
	for state, want := range map[aurora.State]string{aurora.StateRunning: "0", aurora.StateStopped: "-", aurora.StateRetrying: "-"} {
		table := pipelineTable([]aurora.Pipeline{{Name: "p", Status: aurora.PipelineStatus{State: state}}})
		if got := table.Rows[0][4:8]; !slices.Equal(got, []string{want, want, want, want}) {
			t.Errorf("%s: %q", state, got)
		}
	}
}
