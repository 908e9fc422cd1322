package ask

import (
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// catalog is the tables in the form the linker reads: names split into words.
type catalog struct {
	tables []*tableInfo
}

type tableInfo struct {
	ref     TableRef
	rows    uint64
	sorting []string
	words   []string
	stems   []string
	// perRow holds what the comment says one row is; comment its other words.
	perRow  []string
	comment []string
	columns []*columnInfo
}

type columnInfo struct {
	table *tableInfo
	name  string
	typ   string
	kind  kind
	lower string
	words []string
	stems []string
	// core is stems without a trailing unit, id or word for time.
	core    []string
	unit    string
	comment []string
	// own marks Aurora's columns, which are offered only by their exact name.
	own bool
}

func (c *columnInfo) ref() ColumnRef {
	return ColumnRef{Table: c.table.ref, Name: c.name, Type: c.typ}
}

func newCatalog(tables []aurora.Table) *catalog {
	c := &catalog{}
	for _, t := range tables {
		info := &tableInfo{ref: TableRef{t.Database, t.Name}, rows: t.Rows, sorting: t.SortingKey, words: splitName(t.Name)}
		info.stems = stems(info.words)
		info.perRow, info.comment = readComment(t.Comment)
		for _, column := range t.Columns {
			info.columns = append(info.columns, newColumn(info, column))
		}
		c.tables = append(c.tables, info)
	}
	return c
}

func newColumn(t *tableInfo, column aurora.Column) *columnInfo {
	info := &columnInfo{table: t, name: column.Name, typ: column.Type, kind: kindOf(column.Type), lower: strings.ToLower(column.Name)}
	info.words = splitName(column.Name)
	info.stems = stems(info.words)
	info.own = ownColumn(column.Name)
	info.core = info.stems
	if n := len(info.core); n > 1 {
		last := info.words[n-1]
		if _, ok := unitOf(last); ok && info.kind.numeric() {
			info.unit = last
			if last != "min" { // a minimum as well
				info.core = info.core[:n-1]
			}
		} else if last == "id" || info.kind.temporal() && timeSuffixes[last] {
			info.core = info.core[:n-1]
		}
	}
	for _, tok := range tokenize(column.Comment) {
		info.comment = append(info.comment, tok.stem)
	}
	if info.unit == "" && info.kind.numeric() {
		info.unit = unitInComment(column.Comment)
	}
	if u, ok := unitOf(info.words[0]); ok && info.unit == "" && u.family == "size" && info.kind.numeric() {
		info.unit = info.words[0]
	}
	return info
}

// unitInComment finds "in UNIT", "UNIT" in brackets or after a comma.
func unitInComment(comment string) string {
	toks := tokenize(comment)
	for i, tok := range toks {
		if _, ok := unitOf(tok.word); ok && i > 0 && (toks[i-1].word == "in" || toks[i-1].word == "(" || toks[i-1].word == ",") {
			return tok.word
		}
	}
	return ""
}

func ownColumn(name string) bool {
	switch name {
	case aurora.ColumnTopic, aurora.ColumnPartition, aurora.ColumnOffset, aurora.ColumnTimestamp, aurora.ColumnExtra:
		return true
	}
	return false
}

// readComment finds what one row is ("one row per order line, …") and gives all
// other words of the comment.
func readComment(comment string) (perRow, rest []string) {
	toks := tokenize(comment)
	for i := 0; i < len(toks); i++ {
		if (toks[i].word == "per" || toks[i].word == "is") && i > 0 && rowNouns[toks[i-1].stem] && perRow == nil {
			for i+1 < len(toks) && len(perRow) < 4 && toks[i+1].kind == tokenWord && !functionWord(toks[i+1].word) || i+1 < len(toks) && isArticle(toks[i+1].word) {
				i++
				if !isArticle(toks[i].word) {
					perRow = append(perRow, toks[i].stem)
				}
			}
			continue
		}
		rest = append(rest, toks[i].stem)
	}
	return perRow, rest
}

func isArticle(word string) bool { return word == "a" || word == "an" || word == "the" }

// userColumns lists the columns that are not Aurora's own.
func (t *tableInfo) userColumns() []*columnInfo {
	var columns []*columnInfo
	for _, column := range t.columns {
		if !column.own {
			columns = append(columns, column)
		}
	}
	return columns
}

// timeColumns lists the columns that hold a time, the ones of the sorting key first.
func (t *tableInfo) timeColumns() []*columnInfo {
	var first, rest []*columnInfo
	for _, column := range t.userColumns() {
		switch {
		case !column.kind.temporal():
		case t.sorts(column.name):
			first = append(first, column)
		default:
			rest = append(rest, column)
		}
	}
	return append(first, rest...)
}

func (t *tableInfo) sorts(name string) bool {
	for _, key := range t.sorting {
		if key == name || strings.Contains(key, "("+name+")") {
			return true
		}
	}
	return false
}

// rowName is what one row is called, in the plural, for answers.
func (t *tableInfo) rowName() string { return strings.Join(t.words, " ") }

// column finds a column by its exact name.
func (t *tableInfo) column(name string) *columnInfo {
	for _, column := range t.columns {
		if column.name == name {
			return column
		}
	}
	return nil
}

// hasName says whether a column of the table has the name, whatever its case.
func (t *tableInfo) hasName(name string) bool {
	for _, column := range t.columns {
		if column.lower == strings.ToLower(name) {
			return true
		}
	}
	return false
}
