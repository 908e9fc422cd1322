package ask

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// wide is a catalogue of many tables around those of a schema.
func wide(tb testing.TB, tables, columns int) *fileCatalogue {
	tb.Helper()
	c := readSchema(tb, "shop")
	for i := range tables {
		t := aurora.Table{Database: "aurora", Name: fmt.Sprintf("ledger_%c%c", 'a'+i/26, 'a'+i%26), Rows: 1000, SortingKey: []string{"booked_at"}}
		t.Columns = append(t.Columns, aurora.Column{Name: "booked_at", Type: "DateTime64(3, 'UTC')"})
		for k := range columns {
			t.Columns = append(t.Columns, aurora.Column{Name: fmt.Sprintf("figure_%c%c", 'a'+k/26, 'a'+k%26), Type: "Float64", Comment: "A figure of the ledger"})
		}
		c.tables = append(c.tables, t)
	}
	return c
}

// BenchmarkDraft plans the questions of all cases, values read already.
func BenchmarkDraft(b *testing.B) {
	all := cases(b)
	askers := map[string]*Asker{}
	for _, c := range all {
		askers[c.schema] = asker(readSchema(b, c.schema))
	}
	for i := 0; b.Loop(); i++ {
		c := all[i%len(all)]
		if _, err := askers[c.schema].Draft(b.Context(), offline(c.question), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDraftWide plans one question among 50 tables of 30 columns.
func BenchmarkDraftWide(b *testing.B) {
	a := asker(wide(b, 47, 30))
	for b.Loop() {
		if _, err := a.Draft(b.Context(), offline("average amount of paid orders per month in 2024"), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLatency prints how long planning takes, and fails only far above the goal
// of 20 ms, because tests share the machine.
func TestLatency(t *testing.T) {
	var times []time.Duration
	for _, c := range cases(t) {
		a := asker(readSchema(t, c.schema))
		began := time.Now()
		if _, err := a.Draft(t.Context(), offline(c.question), nil); err != nil {
			t.Fatal(err)
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	t.Logf("planning %d questions: median %s, p95 %s, p99 %s, most %s", len(times), times[len(times)/2], times[len(times)*95/100], times[len(times)*99/100], times[len(times)-1])
	if p95 := times[len(times)*95/100]; p95 > 200*time.Millisecond {
		t.Errorf("p95 is %s; the goal is 20 ms", p95)
	}
}
