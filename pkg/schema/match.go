package schema

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Difference is one reason why a table cannot be the target of a schema.
type Difference struct {
	// Column is the column it is about; empty when it is about the table.
	Column string
	// Want is what the schema needs and Have what the table has; empty when it has nothing.
	Want, Have string
}

func (d Difference) String() string {
	switch {
	case d.Column == "":
		return fmt.Sprintf("the table has %s, %s is needed", orNone(d.Have), d.Want)
	case d.Have == "":
		return fmt.Sprintf("column %s %s is missing", d.Column, d.Want)
	}
	return fmt.Sprintf("column %s is %s, %s is needed", d.Column, d.Have, d.Want)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// Match says whether a table that exists can take the records that a schema was
// inferred from. It gives the schema to decode with, whose types and keys are
// the table's, and what differs; the table is usable when nothing does.
func Match(existing aurora.Table, wanted aurora.Schema) (aurora.Schema, []Difference) {
	have := map[string]aurora.Column{}
	for _, c := range existing.Columns {
		have[c.Name] = c
	}
	adopted := wanted
	adopted.Columns = nil
	var differences []Difference
	for _, c := range userColumns(wanted) {
		column, found := have[c.Name]
		if !found || !fits(c, column.Type) {
			differences = append(differences, Difference{c.Name, c.Type, column.Type})
		}
		if found {
			c.Type = column.Type
		}
		adopted.Columns = append(adopted.Columns, c)
	}
	for _, c := range Own() {
		if column := have[c.Name]; family(column.Type) != family(c.Type) {
			differences = append(differences, Difference{c.Name, c.Type, column.Type})
		}
	}
	if len(existing.SortingKey) > 0 {
		adopted.OrderBy = existing.SortingKey
	}
	return matchTable(existing, adopted, differences)
}

var (
	partitionClause = regexp.MustCompile(`PARTITION BY ([^\n]*?)(?:\s+(?:PRIMARY KEY|ORDER BY|SAMPLE BY|TTL|SETTINGS)|\n|$)`)
	// knownPartition is what the decoder can count the partitions of.
	knownPartition = regexp.MustCompile("^(toDate|toMonday|toYYYYMM|toYear)\\(`?[A-Za-z_][A-Za-z0-9_]*`?\\)$")
	windowSetting  = regexp.MustCompile(`non_replicated_deduplication_window\s*=\s*[1-9]`)
)

// matchTable looks at what the statement that made the table says.
func matchTable(existing aurora.Table, adopted aurora.Schema, differences []Difference) (aurora.Schema, []Difference) {
	if !strings.Contains(existing.Engine, "MergeTree") {
		differences = append(differences, Difference{Want: "an engine of the MergeTree family", Have: "engine " + existing.Engine})
	}
	if existing.DDL == "" {
		return adopted, differences
	}
	if !windowSetting.MatchString(existing.DDL) && !strings.HasPrefix(existing.Engine, "Replicated") {
		differences = append(differences, Difference{Want: fmt.Sprintf("non_replicated_deduplication_window = %d", Window)})
	}
	adopted.PartitionBy = ""
	if clause := partitionClause.FindStringSubmatch(existing.DDL); clause != nil {
		adopted.PartitionBy = strings.TrimSpace(clause[1])
		if !knownPartition.MatchString(adopted.PartitionBy) {
			differences = append(differences, Difference{Want: "PARTITION BY toDate, toMonday, toYYYYMM or toYear of a time column", Have: "PARTITION BY " + adopted.PartitionBy})
		}
	}
	return adopted, differences
}

// fits says whether a column of the table can take the values that were seen.
func fits(wanted aurora.Column, have string) bool {
	if wanted.Mixed && family(have) != "text" {
		return wanted.Type == have
	}
	if wanted.NullShare > 0 && !strings.Contains(have, "Nullable(") && !isContainer(have) {
		return false
	}
	if wanted.Epoch != "" {
		return inner(have) == inner(wanted.Type)
	}
	a, b := family(wanted.Type), family(have)
	return a == b && a != "" || (a == "integer" && inner(have) == "Float64")
}

func isContainer(kind string) bool {
	return strings.HasPrefix(kind, "Array(") || strings.HasPrefix(kind, "Map(")
}

// inner strips NULL and dictionaries from a type.
func inner(kind string) string {
	for _, wrap := range []string{"LowCardinality(", "Nullable("} {
		if rest, ok := strings.CutPrefix(kind, wrap); ok {
			kind = strings.TrimSuffix(rest, ")")
		}
	}
	return strings.ReplaceAll(kind, " ", "")
}

// family groups the types whose values the decoder checks one by one anyway.
func family(kind string) string {
	switch kind = inner(kind); {
	case kind == "String":
		return "text"
	case strings.HasPrefix(kind, "Int") || strings.HasPrefix(kind, "UInt"):
		return "integer"
	case kind == "DateTime" || strings.HasPrefix(kind, "DateTime64"):
		return "time"
	case kind == "Date" || kind == "Date32":
		return "date"
	}
	return kind
}
