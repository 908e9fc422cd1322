package schema

import (
	"fmt"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Window is how many parts a table remembers the deduplication tokens of.
const Window = 100_000

// Own lists the columns that every table of Aurora has beside the user's.
//
// _extra is text, not a JSON column: the engine's JSON type drops nulls, writes
// times anew, rounds long numbers and refuses a whole block for an integer
// beyond 64 bits, and what goes to _extra must come back as it was.
func Own() []aurora.Column {
	return []aurora.Column{
		{Name: aurora.ColumnTopic, Type: "LowCardinality(String)", Comment: "Kafka topic of the record"},
		{Name: aurora.ColumnPartition, Type: "Int32", Codec: "T64, ZSTD(1)", Comment: "Kafka partition of the record"},
		{Name: aurora.ColumnOffset, Type: "Int64", Codec: "DoubleDelta, ZSTD(1)", Comment: "Kafka offset of the record"},
		{Name: aurora.ColumnTimestamp, Type: "DateTime64(3, 'UTC')", Codec: "DoubleDelta, ZSTD(1)", Comment: "Kafka timestamp of the record"},
		{Name: aurora.ColumnExtra, Type: "String", Codec: "ZSTD(1)", Comment: "JSON object of the fields that have no column or do not fit it"},
	}
}

// CreateTable gives the statement that makes the table of a schema.
func CreateTable(database, table string, s aurora.Schema) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE IF NOT EXISTS %s.%s\n(\n", aurora.QuoteIdentifier(database), aurora.QuoteIdentifier(table))
	for _, c := range append(userColumns(s), Own()...) {
		fmt.Fprintf(&b, "    %s,\n", columnDDL(c))
	}
	offset := aurora.QuoteIdentifier(aurora.ColumnOffset)
	fmt.Fprintf(&b, "    INDEX %s %s TYPE minmax GRANULARITY 1\n)\nENGINE = MergeTree\n", aurora.QuoteIdentifier(aurora.ColumnOffset+"_range"), offset)
	if s.PartitionBy != "" {
		fmt.Fprintf(&b, "PARTITION BY %s\n", s.PartitionBy)
	}
	fmt.Fprintf(&b, "ORDER BY (%s)\nSETTINGS non_replicated_deduplication_window = %d", quoteAll(s.OrderBy), Window)
	return b.String()
}

// userColumns leaves out Aurora's own columns, which have no path.
func userColumns(s aurora.Schema) []aurora.Column {
	var columns []aurora.Column
	for _, c := range s.Columns {
		if len(c.Path) > 0 {
			columns = append(columns, c)
		}
	}
	return columns
}

func columnDDL(c aurora.Column) string {
	ddl := aurora.QuoteIdentifier(c.Name) + " " + c.Type
	if c.Comment != "" {
		ddl += " COMMENT " + aurora.QuoteText(c.Comment)
	}
	if c.Codec != "" {
		ddl += " CODEC(" + c.Codec + ")"
	}
	return ddl
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = aurora.QuoteIdentifier(name)
	}
	return strings.Join(quoted, ", ")
}
