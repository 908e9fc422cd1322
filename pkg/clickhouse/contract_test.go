package clickhouse

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

// TestContract holds the adapter against a real engine. The cases share it: each uses
// tables and names of its own.
func TestContract(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		run  func(*testing.T, *enginetest.Engine)
	}{
		{"query converts every type", testQueryConvertsEveryType},
		{"query binds hostile text", testQueryBindsHostileText},
		{"query says when it was cut", testQuerySaysWhenItWasCut},
		{"query counts what it read", testQueryCountsWhatItRead},
		{"query stops at its limits", testQueryStopsAtItsLimits},
		{"query ends with its context", testQueryEndsWithItsContext},
		{"query errors are words", testQueryErrorsAreWords},
		{"format and explain", testFormatAndExplain},
		{"migrate twice and at once", testMigrateTwiceAndAtOnce},
		{"pipeline round trip", testPipelineRoundTrip},
		{"save pipeline refuses old versions", testSavePipelineRefusesOldVersions},
		{"save pipeline has one winner", testSavePipelineHasOneWinner},
		{"token drops the second version", testTokenDropsTheSecondVersion},
		{"status is joined over workers", testStatusIsJoinedOverWorkers},
		{"workers that live", testWorkersThatLive},
		{"marks come from three places", testMarksComeFromThreePlaces},
		{"dead letters keep their bytes", testDeadLettersKeepTheirBytes},
		{"block is stored once per token", testBlockIsStoredOncePerToken},
		{"views of a block are stored once too", testViewsOfABlockAreStoredOnceToo},
		{"block errors have a class", testBlockErrorsHaveAClass},
		{"probe deduplication", testProbeDeduplication},
		{"half sent is called inside the body", testHalfSentIsCalledInsideTheBody},
		{"table describes itself", testTableDescribesItself},
		{"values are the most frequent", testValuesAreTheMostFrequent},
		{"unique columns", testUniqueColumns},
		{"reader cannot write", testReaderCannotWrite},
		{"wrong password", testWrongPassword},
	}
	e := enginetest.Start(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, e)
		})
	}
}

// config is that of a DB over the engine.
func config(e *enginetest.Engine) Config {
	return Config{URL: e.URL, Writer: Credentials{e.WriterUser, e.WriterPassword}, Reader: Credentials{e.ReaderUser, e.ReaderPassword}}
}

// openDB gives a migrated DB over the engine.
func openDB(t *testing.T, e *enginetest.Engine) *DB {
	t.Helper()
	return openWith(t, config(e))
}

func openWith(t *testing.T, cfg Config) *DB {
	t.Helper()
	db, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// unique is a name that no other test has, usable as table, pipeline and worker name.
func unique(t *testing.T) string {
	t.Helper()
	return "t_" + strings.ToLower(rand.Text()[:12])
}

func testReaderCannotWrite(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	table := unique(t)
	db.createClicks(t, table)
	for _, sql := range []string{
		"INSERT INTO " + dataTable(table) + " (n) VALUES (1)",
		"INSERT INTO " + dataTable(table) + " (n) SELECT 1",
		"DROP TABLE " + dataTable(table),
		"CREATE TABLE aurora.mine (a Int8) ENGINE = Memory",
		"ALTER TABLE " + dataTable(table) + " DELETE WHERE 1",
		"TRUNCATE TABLE " + dataTable(table),
		"SET ROLE ALL",
		"SELECT * FROM aurora_system.pipelines",
		"SELECT 1; SELECT 2",
	} {
		_, err := db.Query(t.Context(), aurora.Statement{SQL: sql}, aurora.Limits{})
		if err == nil {
			t.Errorf("the reader may run %s", sql)
			continue
		}
		if aurora.AsError(err).Hint == "" {
			t.Errorf("%s: no hint in %v", sql, err)
		}
	}
	if got := db.count(t, "SELECT count() FROM "+dataTable(table)); got != 0 {
		t.Errorf("%d rows, want 0", got)
	}
	other := config(e)
	other.Writer = other.Reader
	asReader, err := Open(other)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = asReader.Close() })
	columns, native := clicksBlock(t, 0, 3)
	err = asReader.InsertBlock(t.Context(), table, columns, native, "token")
	if err == nil || Class(err) != aurora.SinkPipeline {
		t.Errorf("a block as the reader: %v (%s)", err, Class(err))
	}
}

func testWrongPassword(t *testing.T, e *enginetest.Engine) {
	cfg := config(e)
	cfg.Writer.Password, cfg.Reader.Password = "wrong-secret", "wrong-secret"
	db, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for name, run := range everyCall(db) {
		t.Run(name, func(t *testing.T) {
			e := wantCode(t, run(t.Context()), aurora.CodeClickHouseAuth)
			if e.ExitStatus() != aurora.ExitAuth || strings.Contains(e.Error(), "wrong-secret") {
				t.Errorf("error = %+v", e)
			}
		})
	}
}

func TestEngineIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	db := openDB(t, e)
	table := unique(t)
	db.createClicks(t, table)
	columns, native := clicksBlock(t, 0, 100_000)
	const token = "p.0/clicks:4:0-99999"
	cfg := config(e)
	cfg.HalfSent = func(string) { e.Kill() }
	err := openWith(t, cfg).InsertBlock(t.Context(), table, columns, native, token)
	if err == nil || !Retryable(err) {
		t.Fatalf("a block under which the engine died: %v (%s)", err, Class(err))
	}
	wantCode(t, err, aurora.CodeClickHouseAway)
	for name, run := range everyCall(db) {
		t.Run(name, func(t *testing.T) { wantCode(t, run(context.WithoutCancel(t.Context())), aurora.CodeClickHouseAway) })
	}
	e.Restart()
	back := openDB(t, e)
	for range 2 {
		if err := back.InsertBlock(t.Context(), table, columns, native, token); err != nil {
			t.Fatal(err)
		}
	}
	if got := back.count(t, "SELECT count() FROM "+dataTable(table)); got != 100_000 {
		t.Errorf("%d rows after the replay, want 100000", got)
	}
}
