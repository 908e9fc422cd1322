package sqlguard

import (
	"slices"
	"strings"
)

// keywords are the words that the engine writes in the canonical form of what the
// lists allow. They are a second, independent look at the statement: a word that is
// neither a keyword nor a name of the tree belongs to something the tree hides.
const keywords = `all and anti any array as asc asof between both by collate cross cube current desc distinct else end except except
 false fetch fill final first following from full global group grouping groups having ilike in inf inner intersect interpolate interval into is
 join last left like limit local materialized nan natural not null nulls offset on only or order outer over partition paste preceding prewhere
 qualify range recursive replace respect ignore right rollup row rows sample select semi sets staleness step strict ties to totals true unbounded union using
 values when where window with columns cast array tuple regexp is mod div then case`

// budget counts how often the tree holds a name: as an alias, or as anything else.
type budget struct{ names, aliases map[string]int }

// take uses up one occurrence of each part of a name.
func take(left map[string]int, name string) bool {
	for part := range strings.SplitSeq(strings.ToLower(name), ".") {
		if part = plainPart(part); part == "" {
			continue
		}
		if left[part] == 0 {
			return false
		}
		left[part]--
	}
	return true
}

// plainPart strips what marks a path into a JSON value: ^`a`, :`Int64`.
func plainPart(part string) string { return strings.Trim(part, "^:`\"") }

// spell counts the names of a tree. A WITH list that the engine repeats in the
// SELECTs of a UNION does not stand in the text again.
func (w *walker) spell(n *node, b budget) {
	if w.repeated[n] {
		return
	}
	for part := range strings.SplitSeq(strings.ToLower(n.alias), ".") {
		b.aliases[plainPart(part)]++
	}
	switch n.kind {
	case nodeIdentifier, nodeTable, nodeFunction:
		for part := range strings.SplitSeq(strings.ToLower(n.text), ".") {
			b.names[plainPart(part)]++
		}
	case nodeInterpolate: // (column name)
		name := strings.TrimSuffix(strings.TrimPrefix(n.text, "(column "), ")")
		b.names[strings.ToLower(name)]++
	}
	for _, c := range n.children {
		w.spell(c, b)
	}
}

// tokensAccounted wants every word of the canonical text to be a keyword of the
// list, or a name of the tree, as often as the tree holds it.
func (w *walker) tokensAccounted(root *node) error {
	left := budget{names: map[string]int{}, aliases: map[string]int{}}
	w.spell(root, left)
	for i, t := range w.text.tokens {
		if !isName(t) || t.kind == kindWord && w.guard.functions.keywords[strings.ToLower(t.text)] || w.accounted(i, left) {
			continue
		}
		return refuse(RuleClause, "%s is not understood here", clip(t.name())).
			because("it belongs to a part of the statement that cannot be checked", "leave it out, or write it with SELECT, JOIN, WHERE, GROUP BY and ORDER BY").named(t.name())
	}
	return nil
}

// accounted says whether the name at i is one of the tree, or one that the tree
// leaves out and that can be nothing but a name: of a WITH element, a window, or a
// column of REPLACE.
func (w *walker) accounted(i int, left budget) bool {
	name, before, after := w.text.tokens[i].name(), w.at(i-1), w.at(i+1)
	switch {
	case w.definesCTE(i), after.is("AS") && w.at(i+2).punct("("): // WITH x AS (…), WINDOW w AS (…)
		return true
	case before.is("AS") && take(left.aliases, name):
		return true
	case before.is("AS") && (after.punct(")") || after.punct(",")): // * REPLACE (x AS name)
		return true
	case take(left.names, name), before.is("OVER"):
		return true
	case before.punct("("): // OVER (w …), WINDOW v AS (w …)
		return w.at(i-2).is("OVER") || w.at(i-2).is("AS")
	}
	return false
}

func (w *walker) definesCTE(i int) bool {
	return slices.ContainsFunc(w.ctes, func(c cte) bool { return c.token == i })
}

func (w *walker) at(i int) token {
	if i < 0 || i >= len(w.text.tokens) {
		return token{kind: kindInvalid}
	}
	return w.text.tokens[i]
}
