package clickhouse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

func testTableDescribesItself(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	name := unique(t) + " it's `odd`"
	db.createClicks(t, name)
	columns, native := clicksBlock(t, 0, 50)
	if err := db.InsertBlock(t.Context(), name, columns, native, "t"); err != nil {
		t.Fatal(err)
	}
	got, err := db.Table(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	want := aurora.Table{
		Database: "aurora", Name: name, Engine: "MergeTree", Comment: "clicks on pages", Rows: 50,
		SortingKey: []string{"page", "toDate(n)", "_offset"},
		Columns: []aurora.Column{
			{Name: "page", Type: "LowCardinality(String)", Comment: "the page"}, {Name: "n", Type: "UInt64"},
			{Name: "_topic", Type: "LowCardinality(String)"}, {Name: "_partition", Type: "Int32"}, {Name: "_offset", Type: "Int64"},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(aurora.Table{}, "Bytes", "DDL")); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	if got.Bytes == 0 || got.DDL == "" {
		t.Errorf("bytes %d, DDL %q", got.Bytes, got.DDL)
	}
	all, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, table := range all {
		found = found || table.Name == name && len(table.Columns) == 5
	}
	if !found {
		t.Errorf("not among the %d tables", len(all))
	}
	_, err = db.Table(t.Context(), "nowhere")
	wantCode(t, err, aurora.CodeTableUnknown)
	_, err = db.Table(t.Context(), "")
	wantCode(t, err, aurora.CodeTableUnknown)
}

func testValuesAreTheMostFrequent(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	name := unique(t)
	ddl := "CREATE TABLE " + dataTable(name) + " ENGINE = MergeTree ORDER BY tuple() AS SELECT if(number % 10 = 0, NULL, ['b', 'a', 'a', 'c'][number % 4 + 1])::LowCardinality(Nullable(String)) AS v, toDate(number % 2) AS d FROM numbers(100)"
	if err := db.Exec(t.Context(), ddl); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		column string
		limit  int
		want   []string
	}{
		{"v", 10, []string{"a", "c", "b"}},
		{"v", 1, []string{"a"}},
		{"d", 10, []string{"1970-01-01", "1970-01-02"}},
		{"v", 0, []string{}},
	} {
		got, err := db.Values(t.Context(), name, tt.column, tt.limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Values(%s, %d) (-want +got):\n%s", tt.column, tt.limit, diff)
		}
	}
	_, err := db.Values(t.Context(), name, "nope", 3)
	wantCode(t, err, aurora.CodeColumnUnknown)
	_, err = db.Values(t.Context(), "nowhere", "v", 3)
	wantCode(t, err, aurora.CodeTableUnknown)
}

func testUniqueColumns(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	name := unique(t)
	if err := db.Exec(t.Context(), "CREATE TABLE "+dataTable(name)+" ENGINE = MergeTree ORDER BY tuple() AS SELECT number AS id, number % 9 AS n, if(number = 3, NULL, number) AS some FROM numbers(10)"); err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]bool{"id": true, "n": false, "some": false} {
		if got, err := db.Unique(t.Context(), name, column); err != nil || got != want {
			t.Errorf("Unique(%s) = %v, %v; want %v", column, got, err, want)
		}
	}
	_, err := db.Unique(t.Context(), name, "nope")
	wantCode(t, err, aurora.CodeColumnUnknown)
}
