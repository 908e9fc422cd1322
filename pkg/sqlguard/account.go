package sqlguard

import "strings"

// keywords are the words that the engine writes in the canonical form of what the
// lists allow. They are a second, independent look at the statement: a word that is
// neither a keyword nor a name of the tree belongs to something the tree hides.
const keywords = `all and anti any array as asc asof between both by collate cross cube current desc distinct else end except except
 false fetch fill final first following from full global group grouping groups having ilike in inf inner intersect interpolate interval into is
 join last left like limit local materialized nan natural not null nulls offset on only or order outer over partition paste preceding prewhere
 qualify range recursive replace respect ignore right rollup row rows sample select semi sets staleness step strict ties to totals true unbounded union using
 values when where window with columns cast array tuple regexp is mod div then case`

// tokensAccounted wants every word of the canonical text to be a keyword of the
// list or a name of the tree.
func (w *walker) tokensAccounted(root *node) error {
	words, names := map[string]bool{}, map[string]bool{}
	for word := range strings.FieldsSeq(keywords) {
		words[word] = true
	}
	spell(root, names)
	for _, c := range w.ctes {
		names[strings.ToLower(c.name)] = true
	}
	for i, t := range w.text.tokens {
		lower := strings.ToLower(t.name())
		if !isName(t) || t.kind == kindWord && words[lower] || names[lower] || w.onlyNames(i) {
			continue
		}
		return refuse(RuleClause, "%s is not understood here", clip(t.name())).
			because("it belongs to a part of the statement that cannot be checked", "leave it out, or write it with SELECT, JOIN, WHERE, GROUP BY and ORDER BY").named(t.name())
	}
	return nil
}

// spell gathers every name of the tree, whole and in its parts, in lower case.
func spell(n *node, names map[string]bool) {
	for _, name := range []string{n.text, n.alias} {
		if n.kind == nodeLiteral && name == n.text || name == "" {
			continue
		}
		name = strings.ToLower(name)
		names[name] = true
		for part := range strings.SplitSeq(name, ".") {
			names[part] = true
		}
		for _, t := range lex(name) { // (column x), 1 / 10
			if isName(t) {
				names[t.name()] = true
			}
		}
	}
	for _, c := range n.children {
		spell(c, names)
	}
}

// onlyNames says whether the word at i can be nothing but a name that the tree leaves
// out: behind a dot (a path into a value), behind AS (a column of REPLACE), or a window.
func (w *walker) onlyNames(i int) bool {
	before, after := w.at(i-1), w.at(i+1)
	switch {
	case before.punct("."), before.punct("^"), before.punct(":"):
		return true
	case before.is("AS"), before.is("OVER"):
		return true
	case after.is("AS") && w.at(i+2).punct("("): // WINDOW w AS (…)
		return true
	case before.punct("("): // OVER (w …), WINDOW v AS (w …)
		return w.at(i-2).is("OVER") || w.at(i-2).is("AS")
	}
	return false
}

func (w *walker) at(i int) token {
	if i < 0 || i >= len(w.text.tokens) {
		return token{kind: kindInvalid}
	}
	return w.text.tokens[i]
}
