package clickhouse

import (
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// identifierEscaper escapes what ends or escapes inside a back-quoted name.
var identifierEscaper = strings.NewReplacer("\\", "\\\\", "`", "\\`")

// quote is the one place where a name becomes part of a statement.
func quote(name string) string {
	return "`" + identifierEscaper.Replace(name) + "`"
}

// dataTable is the quoted full name of a table of the user.
func dataTable(name string) string {
	return quote(aurora.DataDatabase) + "." + quote(name)
}

// systemTable is the quoted full name of a table of Aurora.
func systemTable(name string) string {
	return quote(aurora.SystemDatabase) + "." + quote(name)
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
