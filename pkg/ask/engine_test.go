package ask_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/aurora-analytics/aurora/pkg/ask"
	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/clickhouse"
	"github.com/aurora-analytics/aurora/pkg/sqlguard"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

// schemaCatalogue shows only the tables of one schema of the cases.
type schemaCatalogue struct {
	*clickhouse.DB
	names map[string]bool
}

func (c schemaCatalogue) Tables(ctx context.Context) ([]aurora.Table, error) {
	all, err := c.DB.Tables(ctx)
	var mine []aurora.Table
	for _, t := range all {
		if c.names[t.Name] {
			mine = append(mine, t)
		}
	}
	return mine, err
}

// TestCasesOnTheEngine plans every question with the catalogue of a real engine,
// passes the statement through the guard, runs it as the reader and compares
// the rows with the ones written by hand. The statement must be the golden one.
func TestCasesOnTheEngine(t *testing.T) {
	t.Parallel()
	db := openEngine(t)
	guard := sqlguard.New(db, db)
	folders, err := os.ReadDir(filepath.Join("testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		names := load(t, db, filepath.Join("testdata", "cases", folder.Name(), "schema.sql"))
		asker := ask.New(ask.Options{Catalogue: schemaCatalogue{db, names}, Now: func() time.Time { return time.Date(2025, 7, 9, 10, 30, 0, 0, time.UTC) }})
		paths, err := filepath.Glob(filepath.Join("testdata", "cases", folder.Name(), "*.txtar"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no cases in %s: %v", folder.Name(), err)
		}
		for _, path := range paths {
			t.Run(folder.Name()+"/"+filepath.Base(path), func(t *testing.T) { runCase(t, db, guard, asker, path) })
		}
	}
}

func openEngine(t *testing.T) *clickhouse.DB {
	t.Helper()
	e := enginetest.Start(t)
	db, err := clickhouse.Open(clickhouse.Config{
		URL:    e.URL,
		Writer: clickhouse.Credentials{User: e.WriterUser, Password: e.WriterPassword},
		Reader: clickhouse.Credentials{User: e.ReaderUser, Password: e.ReaderPassword},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// load runs the statements of a schema file and gives the names of its tables.
func load(t *testing.T, db *clickhouse.DB, path string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, sql := range strings.Split(string(text), ";\n") {
		if sql = strings.TrimSpace(sql); sql == "" {
			continue
		}
		if err := db.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", firstLine(sql), err)
		}
		if name, ok := strings.CutPrefix(firstLine(sql), "CREATE TABLE aurora."); ok {
			names[name] = true
		}
	}
	return names
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

func runCase(t *testing.T, db *clickhouse.DB, guard *sqlguard.Guard, asker *ask.Asker, path string) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, file := range archive.Files {
		files[file.Name] = string(file.Data)
	}
	began := time.Now()
	draft, err := asker.Draft(t.Context(), aurora.Question{Text: strings.TrimSpace(files["question"]), Engine: aurora.EngineOffline}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("draft with the catalogue of the engine: %s", time.Since(began))
	if golden := firstLine(files["statement"]); golden != draft.Statement.SQL {
		t.Errorf("the real catalogue plans another statement (-golden +real):\n%s", cmp.Diff(golden, draft.Statement.SQL))
	}
	verdict, err := guard.Check(t.Context(), draft.Statement, sqlguard.Ask)
	if err != nil {
		t.Fatalf("guard: %v\n%s", aurora.AsError(err).Error(), draft.Statement.SQL)
	}
	result, err := db.Query(t.Context(), verdict.Statement, aurora.Limits{JoinUseNulls: true})
	if err != nil {
		t.Fatalf("run: %v\n%s", err, draft.Statement.SQL)
	}
	want := strings.Split(strings.TrimSuffix(files["rows"], "\n"), "\n")
	if diff := cmp.Diff(normal(want), cells(result)); diff != "" {
		t.Errorf("%s\n(-want +got):\n%s", draft.Statement.SQL, diff)
	}
}

// cells writes rows as the case files do.
func cells(result aurora.Result) []string {
	lines := []string{}
	for _, row := range result.Rows {
		parts := make([]string, len(row))
		for i, cell := range row {
			parts[i] = fmt.Sprint(cell)
			if cell == nil {
				parts[i] = `\N`
			}
		}
		lines = append(lines, strings.Join(parts, "\t"))
	}
	return normal(lines)
}

// normal brings numbers to six digits and times to one form.
func normal(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		parts := strings.Split(line, "\t")
		for k, part := range parts {
			parts[k] = normalCell(part)
		}
		out[i] = strings.Join(parts, "\t")
	}
	return out
}

func normalCell(text string) string {
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		if math.IsNaN(n) {
			return "nan"
		}
		return strconv.FormatFloat(n, 'g', 6, 64)
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return text
}
