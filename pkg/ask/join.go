package ask

import (
	"context"
	"slices"
)

// join finds the key by which every row of one table has at most one row of
// another. Keys are inferred: a column of the same name and type in both, or
// "x_id" beside the "id" of table x; the other side must be unique.
func (f *facts) join(ctx context.Context, from, to *tableInfo) *Join {
	if from == to {
		return nil
	}
	for _, left := range from.userColumns() {
		for _, right := range to.userColumns() {
			if keyPair(left, right) && f.unique(ctx, to, right.name) {
				return &Join{Table: to.ref, Left: left.ref(), Right: right.ref()}
			}
		}
	}
	return nil
}

func keyPair(left, right *columnInfo) bool {
	if baseType(left.typ) != baseType(right.typ) || left.kind != kindInteger && left.kind != kindString {
		return false
	}
	if left.lower == right.lower {
		return len(right.words) != 1 || right.lower != "id" // the ids of two tables are no key
	}
	n := len(left.stems)
	return right.lower == "id" && n > 1 && left.words[n-1] == "id" && slices.Equal(left.stems[:n-1], right.table.stems)
}

// label finds the column by which people know the rows of a table: the one text
// beside the key that is unique too. Where several are, or where the key is a
// text that is called like the table, the key itself has to do.
func (f *facts) label(ctx context.Context, t *tableInfo, key string) *columnInfo {
	if c := t.column(key); c.kind == kindString && slices.ContainsFunc(c.stems, func(word string) bool { return slices.Contains(t.stems, word) }) {
		return nil
	}
	var found *columnInfo
	for _, column := range t.userColumns() {
		if column.name == key || column.kind != kindString || personal(column) || !f.unique(ctx, t, column.name) {
			continue
		}
		if found != nil {
			return nil
		}
		found = column
	}
	return found
}
