package clickhouse

import (
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// quote is a name as it may stand in a statement.
func quote(name string) string { return aurora.QuoteIdentifier(name) }

// dataTable is the quoted full name of a table of the user.
func dataTable(name string) string {
	return aurora.QuoteTable(aurora.DataDatabase, name)
}

// systemTable is the quoted full name of a table of Aurora.
func systemTable(name string) string {
	return aurora.QuoteTable(aurora.SystemDatabase, name)
}

// quoteAll quotes names for a column list.
func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}

// trimName takes white space and back quotes off a name.
func trimName(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 2 && text[0] == '`' && text[len(text)-1] == '`' && strings.Count(text, "`") == 2 {
		return text[1 : len(text)-1]
	}
	return text
}
