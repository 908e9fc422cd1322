package clickhouse

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

func testMigrateTwiceAndAtOnce(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := db.count(t, "SELECT count() FROM aurora_system.migrations"); got != 1 {
		t.Errorf("%d rows for one step", got)
	}
	latest := migrations()[len(migrations())-1].version
	if got := db.count(t, "SELECT max(version) FROM aurora_system.migrations"); got != int(latest) {
		t.Errorf("at step %d, want %d", got, latest)
	}
}

// count reads one number as the writer.
func (db *DB) count(t *testing.T, sql string) int {
	t.Helper()
	var n uint64
	scan := func(rows driver.Rows) error { return rows.Scan(&n) }
	if err := db.each(t.Context(), "SELECT toUInt64(("+sql+"))", nil, scan); err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func pipelineFixture(id string) aurora.Pipeline {
	return aurora.Pipeline{
		ID: id, Name: id, Table: "clicks_" + id, Epoch: 0, OnGap: "stop", Desired: aurora.DesiredRunning, Version: 1,
		Source: aurora.Source{Broker: aurora.Broker{Addresses: []string{"127.0.0.1:1"}}, Topic: "clicks", Format: "json"},
		Schema: aurora.Schema{Columns: []aurora.Column{{Name: "it's `odd`", Type: "String", Path: []string{"a", "b"}}}, Version: 1},
		Start:  map[int32]int64{0: 5, 3: 7},
		Batch:  aurora.DefaultBatch(), Created: time.Now().UTC().Truncate(time.Millisecond),
	}
}

func (db *DB) pipeline(t *testing.T, id string) aurora.Pipeline {
	t.Helper()
	pipelines, err := db.Pipelines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pipelines {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("no pipeline %s among %d", id, len(pipelines))
	return aurora.Pipeline{}
}

func testPipelineRoundTrip(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	p := pipelineFixture(unique(t))
	if err := db.SavePipeline(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	got := db.pipeline(t, p.ID)
	if diff := cmp.Diff(p, got, cmpopts.IgnoreFields(aurora.Pipeline{}, "Changed")); diff != "" {
		t.Errorf("pipeline (-want +got):\n%s", diff)
	}
	if time.Since(got.Changed).Abs() > time.Minute {
		t.Errorf("changed = %s", got.Changed)
	}
	p.Version, p.Desired = 2, aurora.DesiredStopped
	if err := db.SavePipeline(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got := db.pipeline(t, p.ID); got.Desired != aurora.DesiredStopped || got.Version != 2 {
		t.Errorf("version 2 does not hold: %+v", got)
	}
}

func testSavePipelineRefusesOldVersions(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	p := pipelineFixture(unique(t))
	for _, version := range []int64{0, 2, -1} {
		p.Version = version
		wantCode(t, db.SavePipeline(t.Context(), p), aurora.CodeConflict)
	}
	p.Version = 1
	if err := db.SavePipeline(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	wantCode(t, db.SavePipeline(t.Context(), p), aurora.CodeConflict)
}

// The rows of both writers get past the check of the version; only the token decides.
func testSavePipelineHasOneWinner(t *testing.T, e *enginetest.Engine) {
	first, second := openDB(t, e), openDB(t, e)
	p := pipelineFixture(unique(t))
	for version := int64(1); version <= 5; version++ {
		p.Version = version
		var (
			wg   sync.WaitGroup
			errs [2]error
		)
		for i, db := range []*DB{first, second} {
			mine := p
			mine.Table = fmt.Sprintf("writer_%d", i)
			wg.Go(func() { errs[i] = db.SavePipeline(t.Context(), mine) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("version %d: errors %v and %v, want exactly one", version, errs[0], errs[1])
		}
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		wantCode(t, errs[1-winner], aurora.CodeConflict)
		if got := first.pipeline(t, p.ID).Table; got != fmt.Sprintf("writer_%d", winner) {
			t.Errorf("version %d: %s holds, but writer %d was told it won", version, got, winner)
		}
	}
	if got := first.count(t, "SELECT count() FROM aurora_system.pipelines WHERE id = '"+p.ID+"'"); got != 5 {
		t.Errorf("%d rows for 5 versions", got)
	}
}

// Without the check before the insert the loser is still told: the token dropped its row.
func testTokenDropsTheSecondVersion(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	p := pipelineFixture(unique(t))
	for _, change := range []string{"mine", "theirs"} {
		if err := db.insertPipeline(t.Context(), p, change); err != nil {
			t.Fatal(err)
		}
	}
	_, winner, err := db.pipelineVersion(t.Context(), p.ID, 1)
	if err != nil || winner != "mine" {
		t.Errorf("winner %q, %v; want the first", winner, err)
	}
}

func testStatusIsJoinedOverWorkers(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	p := pipelineFixture(unique(t))
	if err := db.SavePipeline(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got := db.pipeline(t, p.ID).Status; !cmp.Equal(got, aurora.PipelineStatus{}) {
		t.Errorf("status without workers = %+v", got)
	}
	report := func(worker string, s aurora.PipelineStatus) {
		t.Helper()
		if err := db.ReportStatus(t.Context(), p.ID, worker, s); err != nil {
			t.Fatal(err)
		}
	}
	report("w1", aurora.PipelineStatus{State: aurora.StateStarting, Lag: 1000})
	report("w1", aurora.PipelineStatus{
		State: aurora.StateRunning, Lag: 10, Stored: 100, Dead: 1, RowsPerSecond: 5,
		Partitions: []aurora.PartitionStatus{{Partition: 0, Worker: "w1", Next: 100, End: 110, Lag: 10}},
	})
	report("w2", aurora.PipelineStatus{
		State: aurora.StateRetrying, Lag: 5, Stored: 50, Tombstones: 2, LastError: "away", Hint: "aurora up",
		Partitions: []aurora.PartitionStatus{{Partition: 1, Worker: "w2", Next: 50, End: 55, Lag: 5}},
	})
	want := aurora.PipelineStatus{
		State: aurora.StateRetrying, Lag: 15, Stored: 150, Dead: 1, Tombstones: 2, RowsPerSecond: 5, LastError: "away", Hint: "aurora up",
		Partitions: []aurora.PartitionStatus{
			{Partition: 0, Worker: "w1", Next: 100, End: 110, Lag: 10},
			{Partition: 1, Worker: "w2", Next: 50, End: 55, Lag: 5},
		},
	}
	got := db.pipeline(t, p.ID).Status
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(aurora.PipelineStatus{}, "Updated")); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func testWorkersThatLive(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	w := aurora.Worker{Name: unique(t), Host: "h", PID: 42, Version: "v1", Pipelines: 2, RSS: 1 << 20, Started: time.Now().UTC().Truncate(time.Millisecond)}
	for range 2 {
		if err := db.Heartbeat(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Exec(t.Context(), "INSERT INTO aurora_system.workers (name, seen) VALUES ('"+w.Name+"_gone', now64(3) - 60)"); err != nil {
		t.Fatal(err)
	}
	workers, err := db.Workers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var mine []aurora.Worker
	for _, worker := range workers {
		if len(worker.Name) >= len(w.Name) && worker.Name[:len(w.Name)] == w.Name {
			mine = append(mine, worker)
		}
	}
	if diff := cmp.Diff([]aurora.Worker{w}, mine, cmpopts.IgnoreFields(aurora.Worker{}, "Seen")); diff != "" {
		t.Errorf("workers (-want +got):\n%s", diff)
	}
}

func testMarksComeFromThreePlaces(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	ctx := t.Context()
	p := pipelineFixture(unique(t))
	db.createClicks(t, p.Table)
	if got, err := db.StoredMarks(ctx, p); err != nil || len(got) != 0 {
		t.Fatalf("marks of nothing = %v, %v", got, err)
	}
	entry := func(partition int32, first, last, stored, dead int64) aurora.LedgerEntry {
		return aurora.LedgerEntry{
			Pipeline: p.ID, Topic: "clicks", Range: aurora.Range{Partition: partition, First: first, Last: last},
			Read: stored + dead, Stored: stored, Dead: dead, Schema: 1, Worker: "w",
		}
	}
	ledger := []aurora.LedgerEntry{entry(0, 0, 9, 9, 1), entry(0, 10, 19, 10, 0), entry(1, 5, 6, 2, 0)}
	for range 2 { // repeated as after a crash
		if err := db.AppendLedger(ctx, ledger); err != nil {
			t.Fatal(err)
		}
	}
	// The same range again under another token: it replaces, and does not add.
	if err := db.AppendLedger(ctx, ledger[:1]); err != nil {
		t.Fatal(err)
	}
	other := p
	other.Epoch = 1
	letters := []aurora.DeadLetter{{Pipeline: p.ID, Topic: "clicks", Partition: 2, Offset: 30, Reason: aurora.ReasonParse}}
	if err := db.AppendDeadLetters(ctx, letters, aurora.Range{Partition: 2, First: 30, Last: 30}); err != nil {
		t.Fatal(err)
	}
	if err := db.Exec(ctx, "INSERT INTO "+dataTable(p.Table)+" (_topic, _partition, _offset) VALUES ('clicks', 0, 18), ('clicks', 3, 7), ('other', 3, 99)"); err != nil {
		t.Fatal(err)
	}
	want := map[int32]aurora.Marks{
		0: {Ledger: aurora.Range{Partition: 0, First: 10, Last: 19}, Table: 18, Dead: -1, Stored: 19, DeadLetters: 1},
		1: {Ledger: aurora.Range{Partition: 1, First: 5, Last: 6}, Table: -1, Dead: -1, Stored: 2},
		2: {Ledger: aurora.Range{Partition: 2, First: -1, Last: -1}, Table: -1, Dead: 30},
		3: {Ledger: aurora.Range{Partition: 3, First: -1, Last: -1}, Table: 7, Dead: -1},
	}
	got, err := db.StoredMarks(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if got, err := db.StoredMarks(ctx, other); err != nil || got[0].Ledger.Last != -1 {
		t.Errorf("another epoch has the ledger of this one: %v, %v", got, err)
	}
	p.Table = "gone_" + p.ID
	_, err = db.StoredMarks(ctx, p)
	wantCode(t, err, aurora.CodeTableUnknown)
}

func testDeadLettersKeepTheirBytes(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	id := unique(t)
	at := time.Now().UTC().Truncate(time.Millisecond)
	letters := []aurora.DeadLetter{
		{Pipeline: id, Topic: "clicks", Partition: 1, Offset: 8, Timestamp: at, Reason: aurora.ReasonMismatch, Column: "n", Message: "not a number", Value: []byte("{\"n\":\"x\"}")},
		{
			Pipeline: id, Topic: "clicks", Partition: 1, Offset: 7, Timestamp: at, Reason: aurora.ReasonParse, Message: "not JSON",
			Key: []byte{0xff, 0}, Value: []byte{0, 1, 0xfe, '\n'},
			Headers: []aurora.Header{{Key: "b", Value: []byte("2")}, {Key: "a", Value: []byte{0xff}}, {Key: "b", Value: []byte{}}},
		},
	}
	for range 3 {
		if err := db.AppendDeadLetters(t.Context(), letters, aurora.Range{Partition: 1, First: 5, Last: 9}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.DeadLetters(t.Context(), id, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(letters, got); diff != "" {
		t.Errorf("letters (-want +got):\n%s", diff)
	}
	if got, err := db.DeadLetters(t.Context(), id, 1); err != nil || len(got) != 1 {
		t.Errorf("limit 1 gave %d letters, %v", len(got), err)
	}
}

// createClicks makes a table as `aurora connect` does, in the parts that matter here.
func (db *DB) createClicks(t *testing.T, table string) {
	t.Helper()
	err := db.Exec(t.Context(), "CREATE TABLE "+dataTable(table)+` (
  page LowCardinality(String) COMMENT 'the page', n UInt64, _topic LowCardinality(String), _partition Int32, _offset Int64
) ENGINE = MergeTree ORDER BY (page, toDate(n), _offset) PARTITION BY n % 3
SETTINGS non_replicated_deduplication_window = 100000 COMMENT 'clicks on pages'`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Exec(context.Background(), "DROP TABLE IF EXISTS "+dataTable(table)) })
}
