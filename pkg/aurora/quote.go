package aurora

import "strings"

var (
	identifierEscaper = strings.NewReplacer("\\", "\\\\", "`", "\\`")
	textEscaper       = strings.NewReplacer("\\", "\\\\", "'", "\\'", "\n", "\\n", "\r", "\\r", "\t", "\\t", "\x00", "\\0", "\b", "\\b", "\f", "\\f")
)

// QuoteIdentifier makes a name safe to stand in a statement, whatever it holds.
func QuoteIdentifier(name string) string {
	return "`" + identifierEscaper.Replace(name) + "`"
}

// QuoteTable makes the qualified name of a table safe to stand in a statement.
func QuoteTable(database, table string) string {
	return QuoteIdentifier(database) + "." + QuoteIdentifier(table)
}

// QuoteText makes a text literal. It is for places where ClickHouse takes no
// parameter (comments in DDL, say); values of queries travel as [Param].
func QuoteText(text string) string {
	return "'" + textEscaper.Replace(text) + "'"
}
