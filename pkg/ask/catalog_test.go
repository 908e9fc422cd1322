package ask

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// fileCatalogue is a catalogue read from a schema.sql of testdata, with the rows
// its INSERT statements hold. The engine test proves that it says what a real
// catalogue says.
type fileCatalogue struct {
	tables []aurora.Table
	rows   map[string][][]string
}

var (
	createPattern  = regexp.MustCompile(`(?s)CREATE TABLE (\w+)\.(\w+)\s*\((.*?)\n\)\s*ENGINE = (\w+) ORDER BY ([^;]*?)(?: COMMENT '([^']*)')?;`)
	columnPattern  = regexp.MustCompile(`^(\w+) (.*?)(?: COMMENT '([^']*)')?,?$`)
	insertPattern  = regexp.MustCompile(`(?s)INSERT INTO \w+\.(\w+) VALUES\n(.*?);`)
	literalPattern = regexp.MustCompile(`'([^']*)'|[^,\s()]+`)
)

func readSchema(tb testing.TB, name string) *fileCatalogue {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "cases", name, "schema.sql"))
	if err != nil {
		tb.Fatal(err)
	}
	c := &fileCatalogue{rows: map[string][][]string{}}
	for _, m := range insertPattern.FindAllStringSubmatch(string(text), -1) {
		for _, line := range strings.Split(m[2], "\n") {
			var row []string
			for _, lit := range literalPattern.FindAllStringSubmatch(strings.Trim(line, "(),"), -1) {
				if strings.HasPrefix(lit[0], "'") {
					row = append(row, lit[1])
				} else {
					row = append(row, lit[0])
				}
			}
			c.rows[m[1]] = append(c.rows[m[1]], row)
		}
	}
	for _, m := range createPattern.FindAllStringSubmatch(string(text), -1) {
		table := aurora.Table{Database: m[1], Name: m[2], Engine: m[4], Comment: m[6], Rows: uint64(len(c.rows[m[2]]))}
		for _, key := range strings.Split(strings.Trim(m[5], "() "), ",") {
			table.SortingKey = append(table.SortingKey, strings.TrimSpace(key))
		}
		for _, line := range strings.Split(strings.TrimSpace(m[3]), "\n") {
			col := columnPattern.FindStringSubmatch(strings.TrimSpace(line))
			table.Columns = append(table.Columns, aurora.Column{Name: col[1], Type: col[2], Comment: col[3]})
		}
		c.tables = append(c.tables, table)
	}
	if len(c.tables) == 0 {
		tb.Fatalf("no table in the schema %s", name)
	}
	return c
}

func (c *fileCatalogue) Tables(context.Context) ([]aurora.Table, error) { return c.tables, nil }

func (c *fileCatalogue) column(table, column string) ([]string, error) {
	for _, t := range c.tables {
		for i, col := range t.Columns {
			if t.Name != table || col.Name != column {
				continue
			}
			var values []string
			for _, row := range c.rows[table] {
				values = append(values, row[i])
			}
			return values, nil
		}
	}
	return nil, fmt.Errorf("no column %s.%s", table, column)
}

func (c *fileCatalogue) Values(_ context.Context, table, column string, limit int) ([]string, error) {
	all, err := c.column(table, column)
	values := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(all))), func(v string) bool { return v == "NULL" })
	return values[:min(limit, len(values))], err
}

func (c *fileCatalogue) Unique(_ context.Context, table, column string) (bool, error) {
	all, err := c.column(table, column)
	return len(slices.Compact(slices.Sorted(slices.Values(all)))) == len(all), err
}

// testNow is the clock of the tests.
func testNow() time.Time { return time.Date(2025, 7, 9, 10, 30, 0, 0, time.UTC) }

// schemas are the folders of testdata/cases.
func schemas(tb testing.TB) []string {
	tb.Helper()
	entries, err := os.ReadDir(filepath.Join("testdata", "cases"))
	if err != nil {
		tb.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func asker(c Catalogue) *Asker { return New(Options{Catalogue: c, Now: testNow}) }

func offline(text string) aurora.Question {
	return aurora.Question{Text: text, Engine: aurora.EngineOffline}
}
