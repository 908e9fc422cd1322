package flights_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/examples/flights"
	"github.com/aurora-analytics/aurora/examples/flights/dataset"
	"github.com/aurora-analytics/aurora/examples/flights/reference/answers"
	"github.com/aurora-analytics/aurora/pkg/ask"
	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/clickhouse"
	"github.com/aurora-analytics/aurora/pkg/decode"
	"github.com/aurora-analytics/aurora/pkg/schema"
	"github.com/aurora-analytics/aurora/pkg/sqlguard"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

// rowCounts are the numbers of rows that the source publishes.
var rowCounts = map[string]int{"flights": 336_776, "airlines": 16, "airports": 1_458, "planes": 3_322, "weather": 26_115}

// eventsOf gives the events of a table as records of one partition.
func eventsOf(t *testing.T, table string) []aurora.Record {
	t.Helper()
	var events bytes.Buffer
	rows, err := dataset.WriteEvents(&events, table)
	if err != nil {
		t.Fatal(err)
	}
	if rows != rowCounts[table] {
		t.Fatalf("%s has %d rows, want %d", table, rows, rowCounts[table])
	}
	var records []aurora.Record
	lines := bufio.NewScanner(&events)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		records = append(records, aurora.Record{Topic: table, Offset: int64(len(records)), Timestamp: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Value: bytes.Clone(lines.Bytes())})
	}
	return records
}

// sampleOf gives what connect looks at: half from the start, half from the end.
func sampleOf(records []aurora.Record) []aurora.Record {
	const half = 250
	if len(records) <= 2*half {
		return records
	}
	return append(append([]aurora.Record{}, records[:half]...), records[len(records)-half:]...)
}

func TestReferencesAreWhatTheFilesSay(t *testing.T) {
	t.Parallel()
	want, err := answers.JSON()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("references.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("references.json is not what `go run ./examples/flights/reference` writes:\n%s", diff)
	}
}

func TestEveryQuestionHasAReference(t *testing.T) {
	t.Parallel()
	questions, err := flights.Questions()
	if err != nil {
		t.Fatal(err)
	}
	references, err := flights.References()
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, q := range questions {
		if _, found := references[q.ID]; found == (q.Refused != "") {
			t.Errorf("question %s: reference %t, refused %q", q.ID, found, q.Refused)
		}
		if q.Refused != "" {
			refused++
		}
		delete(references, q.ID)
	}
	if len(questions)-refused < 8 || refused == 0 || len(references) > 0 {
		t.Errorf("%d questions, %d of them refused, %d references without a question", len(questions), refused, len(references))
	}
}

// TestEventsBecomeRowsAndAnswers carries every event through inference and
// decoder into the real engine, without a dead letter, asks every question
// offline, and compares the rows with the references.
func TestEventsBecomeRowsAndAnswers(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	db, err := clickhouse.Open(clickhouse.Config{
		URL: e.URL, Writer: clickhouse.Credentials{User: e.WriterUser, Password: e.WriterPassword}, Reader: clickhouse.Credentials{User: e.ReaderUser, Password: e.ReaderPassword},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, table := range dataset.Tables() {
		store(t, db, table)
	}
	questions, err := flights.Questions()
	if err != nil {
		t.Fatal(err)
	}
	references, err := flights.References()
	if err != nil {
		t.Fatal(err)
	}
	asker := ask.New(ask.Options{Catalogue: db})
	guard := sqlguard.New(db, db)
	for _, q := range questions {
		t.Run(q.ID, func(t *testing.T) {
			rows, err := answer(t.Context(), asker, guard, db, q)
			if q.Refused != "" {
				refusal := aurora.AsError(err)
				if refusal == nil || refusal.Code != aurora.CodeNotUnderstood || !strings.Contains(refusal.Error(), q.Refused) {
					t.Errorf("%q: got %v, %v; want a refusal that names %q", q.Text, rows, err, q.Refused)
				}
				return
			}
			if err != nil {
				t.Fatalf("%q: %v", q.Text, err)
			}
			if err := flights.Compare(references[q.ID], rows, q.Ordered); err != nil {
				t.Errorf("%q: %v", q.Text, err)
			}
		})
	}
}

// store makes the table of a topic and fills it, as connect and the worker do.
func store(t *testing.T, db *clickhouse.DB, table string) {
	t.Helper()
	records := eventsOf(t, table)
	sample, err := schema.Infer(table, sampleOf(records))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Exec(t.Context(), schema.CreateTable(aurora.DataDatabase, table, sample.Schema)); err != nil {
		t.Fatal(err)
	}
	block, err := decode.NewJSON(sample.Schema, table)
	if err != nil {
		t.Fatal(err)
	}
	first := 0
	flush := func(next int) {
		if block.Rows() == 0 {
			return
		}
		token := "flights-test/" + table + "/" + time.Duration(first).String()
		if err := db.InsertBlock(t.Context(), table, block.Columns(), block.Encode(), token); err != nil {
			t.Fatal(err)
		}
		block.Reset()
		first = next
	}
	for i := range records {
		if letter := block.Append(&records[i]); letter != nil {
			t.Fatalf("%s, event %d is a dead letter: %s\n%s", table, i, letter.Message, letter.Value)
		}
		if extra := block.PartitionKeys() >= 10; extra || block.Rows() == 100_000 {
			flush(i + 1)
		}
	}
	flush(len(records))
}

// answer asks a question offline and gives the rows as a face would show them.
func answer(ctx context.Context, asker *ask.Asker, guard *sqlguard.Guard, db *clickhouse.DB, q flights.Question) ([][]any, error) {
	draft, err := asker.Draft(ctx, aurora.Question{Text: q.Text, Engine: aurora.EngineOffline}, nil)
	if err != nil {
		return nil, err
	}
	if _, err := guard.Check(ctx, draft.Statement, sqlguard.Ask); err != nil {
		return nil, err
	}
	result, err := db.Query(ctx, draft.Statement, aurora.DefaultLimits())
	if err != nil {
		return nil, err
	}
	return throughJSON(result.Rows)
}

// throughJSON gives rows as `-o json` prints them.
func throughJSON(rows [][]any) ([][]any, error) {
	text, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var again [][]any
	if err := decoder.Decode(&again); err != nil && err != io.EOF {
		return nil, err
	}
	return again, nil
}
