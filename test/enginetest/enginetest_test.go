package enginetest_test

import (
	"testing"

	"github.com/aurora-analytics/aurora/test/enginetest"
)

func TestEngineOutlivesACrash(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Query("CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a")
	e.Query("INSERT INTO t VALUES (7)")
	e.Kill()
	e.Restart()
	if got := e.Read("SELECT * FROM t"); got != "7\n" {
		t.Errorf("after a crash the table holds %q, want 7", got)
	}
	if status := e.Stop(); status != 0 {
		t.Errorf("exit status %d, want 0\n%s", status, e.Output())
	}
}
