package schema_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode"
	"github.com/aurora-analytics/aurora/pkg/schema"
)

func wantedSchema() aurora.Schema {
	return aurora.Schema{OrderBy: []string{"_timestamp"}, PartitionBy: "toDate(`_timestamp`)", Columns: []aurora.Column{
		{Name: "id", Type: "Nullable(Int64)", Path: []string{"id"}},
		{Name: "name", Type: "LowCardinality(Nullable(String))", Path: []string{"name"}, NullShare: 0.1},
		{Name: "at", Type: "DateTime64(3, 'UTC')", Path: []string{"at"}, Epoch: "ms"},
		{Name: "any", Type: "Nullable(String)", Path: []string{"any"}, Mixed: true},
	}}
}

// tableOf is the table that the schema's own DDL would make.
func tableOf(s aurora.Schema) aurora.Table {
	return aurora.Table{Engine: "MergeTree", DDL: schema.CreateTable("aurora", "t", s), SortingKey: s.OrderBy, Columns: append(slices.Clone(s.Columns), schema.Own()...)}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	change := func(name, kind string) func(*aurora.Table) {
		return func(table *aurora.Table) {
			for i := range table.Columns {
				if table.Columns[i].Name == name {
					table.Columns[i].Type = kind
				}
			}
		}
	}
	drop := func(name string) func(*aurora.Table) {
		return func(table *aurora.Table) {
			table.Columns = slices.DeleteFunc(table.Columns, func(c aurora.Column) bool { return c.Name == name })
		}
	}
	cases := []struct {
		name   string
		change func(*aurora.Table)
		want   []string
	}{
		{"its own table", func(*aurora.Table) {}, nil},
		{"a column more", func(table *aurora.Table) {
			table.Columns = append(table.Columns, aurora.Column{Name: "note", Type: "String"})
		}, nil},
		{"a narrower integer", change("id", "Int32"), nil},
		{"plain text for a dictionary", change("name", "Nullable(String)"), nil},
		{"a missing column", drop("name"), []string{"column name LowCardinality(Nullable(String)) is missing"}},
		{"another type", change("id", "Nullable(Bool)"), []string{"column id is Nullable(Bool), Nullable(Int64) is needed"}},
		{"no NULL where nulls were seen", change("name", "String"), []string{"column name is String, LowCardinality(Nullable(String)) is needed"}},
		{"another unit of time", change("at", "DateTime64(6, 'UTC')"), []string{"column at is DateTime64(6, 'UTC'), DateTime64(3, 'UTC') is needed"}},
		{"a type for values of several types", change("any", "Nullable(Int64)"), []string{"column any is Nullable(Int64), Nullable(String) is needed"}},
		{"no offset", drop("_offset"), []string{"column _offset Int64 is missing"}},
		{"another engine", func(table *aurora.Table) { table.Engine = "Memory" }, []string{"the table has engine Memory, an engine of the MergeTree family is needed"}},
		{"no window", func(table *aurora.Table) { table.DDL, _, _ = strings.Cut(table.DDL, "SETTINGS") }, []string{"the table has none, non_replicated_deduplication_window = 100000 is needed"}},
		{"partitions of another kind", func(table *aurora.Table) { table.DDL = strings.ReplaceAll(table.DDL, "toDate", "toHour") },
			[]string{"the table has PARTITION BY toHour(`_timestamp`), PARTITION BY toDate, toMonday, toYYYYMM or toYear of a time column is needed"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table := tableOf(wantedSchema())
			c.change(&table)
			adopted, differences := schema.Match(table, wantedSchema())
			var got []string
			for _, d := range differences {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if len(differences) > 0 {
				return
			}
			if _, err := decode.NewJSON(adopted, "t"); err != nil {
				t.Errorf("a table without differences cannot be decoded into: %v", err)
			}
		})
	}
}

func TestMatchAdoptsTheTypesOfTheTable(t *testing.T) {
	t.Parallel()
	table := tableOf(wantedSchema())
	table.Columns[0].Type = "Int32"
	table.SortingKey = []string{"id"}
	table.DDL = strings.ReplaceAll(table.DDL, "toDate(", "toYYYYMM(")
	adopted, _ := schema.Match(table, wantedSchema())
	if adopted.Columns[0].Type != "Int32" || adopted.PartitionBy != "toYYYYMM(`_timestamp`)" || adopted.OrderBy[0] != "id" {
		t.Errorf("adopted %+v", adopted)
	}
}
