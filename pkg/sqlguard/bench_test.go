package sqlguard

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// BenchmarkCheck reports what the guard adds to a statement on the real engine: new
// to it, and known to it.
func BenchmarkCheck(b *testing.B) {
	e := startEngine(b)
	fixture(b, e)
	cases := readCorpus(b, "legitimate.sql")
	for _, known := range []bool{false, true} {
		b.Run(fmt.Sprintf("known=%v", known), func(b *testing.B) {
			guard := New(e, e)
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				s := cases[i%len(cases)].statement
				if known {
					s = cases[0].statement
				} else if i%len(cases) == 0 {
					guard.verdicts = newVerdictCache()
				}
				began := time.Now()
				if _, err := guard.Check(b.Context(), s, Ask); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
	b.Run("one call of the engine", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.call(b.Context(), e.reader, "TSV", "SELECT 1", []aurora.Param{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
