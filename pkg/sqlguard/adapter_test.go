package sqlguard

import (
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/clickhouse"
)

// The guard gives the same verdicts with the adapter that Aurora uses, and what it
// accepts runs there.
func adapterGivesTheSameVerdicts(t *testing.T, e *engine) {
	t.Helper()
	db, err := clickhouse.Open(clickhouse.Config{
		URL:    e.base,
		Writer: clickhouse.Credentials{User: e.writer.user, Password: e.writer.password},
		Reader: clickhouse.Credentials{User: e.reader.user, Password: e.reader.password},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	guard, plain := New(db, db), New(e, e)
	for _, c := range readCorpus(t, "legitimate.sql") {
		verdict, err := guard.Check(t.Context(), c.statement, Browse)
		if err != nil {
			t.Errorf("%s: %v", c.statement.SQL, err)
			continue
		}
		if want, err := plain.Check(t.Context(), c.statement, Browse); err != nil || want.Statement.SQL != verdict.Statement.SQL {
			t.Errorf("%s\nbecomes %s, want %s, %v", c.statement.SQL, verdict.Statement.SQL, want.Statement.SQL, err)
		}
		if _, err := db.Query(t.Context(), verdict.Statement, aurora.Limits{}); err != nil {
			t.Errorf("%s\ndoes not run: %v", verdict.Statement.SQL, err)
		}
	}
	for _, c := range readCorpus(t, "attacks.sql") {
		refused(t, guard, c.statement, Ask)
	}
}
