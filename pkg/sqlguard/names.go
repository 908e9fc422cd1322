package sqlguard

import (
	"slices"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// nameSet is what the names of a statement may mean. It is made of the whole
// statement: the engine refuses a name that does not hold in its place, and what
// must never be taken for a value (the name of a function or of a table) is judged
// where it could be.
type nameSet struct {
	values     map[string]bool // columns, aliases, arguments of lambdas
	qualifiers map[string]bool // what may stand before a dot: tables and their aliases
	used       map[string]bool
	subqueries int
}

func (s *nameSet) value(names ...string) {
	for _, n := range names {
		if n != "" {
			s.values[n] = true
		}
	}
}

func (s *nameSet) qualifier(names ...string) {
	for _, n := range names {
		if n != "" {
			s.qualifiers[n] = true
		}
	}
}

func (s *nameSet) usedColumns() []string {
	names := make([]string, 0, len(s.used))
	for n := range s.used {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// virtualColumns are the columns the engine adds to every table of its own storage.
func virtualColumns() []string {
	return []string{"_part", "_part_index", "_part_uuid", "_part_offset", "_part_starting_offset", "_partition_id", "_partition_value",
		"_sample_factor", "_row_exists", "_block_number", "_block_offset", "_table", "_database"}
}

// collect gathers the names of the whole tree, before anything is judged by them.
func (w *walker) collect(root *node) error {
	w.names = nameSet{values: map[string]bool{}, qualifiers: map[string]bool{}, used: map[string]bool{}}
	w.names.value(virtualColumns()...)
	for _, c := range w.ctes {
		w.names.qualifier(c.name)
	}
	return w.collectNode(root)
}

func (w *walker) collectNode(n *node) error {
	names := &w.names
	if !w.tableAliases[n] {
		names.value(n.alias)
	}
	switch n.kind {
	case nodeSubquery:
		names.subqueries++
	case nodeTable:
		if err := w.collectTable(n); err != nil {
			return err
		}
	case nodeTableExpression:
		w.collectSource(n)
	case nodeFunction:
		w.collectFunction(n)
	case nodeSelect:
		w.collectLastList(n)
	}
	for _, c := range n.children {
		if err := w.collectNode(c); err != nil {
			return err
		}
	}
	return nil
}

// collectTable adds the columns of a table. A table that may not be read is refused
// here already: its name says more than that of a column which is not known then.
func (w *walker) collectTable(n *node) error {
	isCTE := slices.ContainsFunc(w.ctes, func(c cte) bool { return c.name == n.text })
	if !isCTE {
		if _, err := w.resolve(n.text); err != nil {
			return err
		}
	}
	table := n.text[strings.LastIndexByte(n.text, '.')+1:]
	w.names.qualifier(n.text, table)
	if !isCTE && !slices.Contains(w.sources, table) {
		w.sources = append(w.sources, table)
	}
	for _, name := range []string{n.text, strings.TrimPrefix(n.text, aurora.DataDatabase+".")} {
		for _, c := range w.known.byName[name].Columns {
			w.names.value(c.Name)
		}
	}
	return nil
}

// collectSource adds what a table function gives, and names in brackets after an alias.
func (w *walker) collectSource(n *node) {
	for i, c := range n.children {
		if i == 0 {
			w.tableAliases[c] = true
			w.names.qualifier(c.alias)
		}
		switch {
		case i == 0 && c.kind == nodeFunction:
			w.names.value(tableFunctionColumns(c)...)
		case c.kind == nodeList:
			w.collectIdentifiers(c)
		}
	}
}

// collectFunction adds the arguments of a lambda.
func (w *walker) collectFunction(n *node) {
	if n.text != "lambda" || len(n.children) == 0 || len(n.children[0].children) == 0 {
		return
	}
	for _, list := range n.children[0].children[0].children {
		w.collectIdentifiers(list)
	}
}

// collectLastList adds the names that WITH name(a, b) AS (…) gives its columns: the
// engine prints them as the last list of the SELECT, and only then is its text needed.
func (w *walker) collectLastList(n *node) {
	if slices.ContainsFunc(w.ctes, func(c cte) bool { return c.columns }) && len(n.children) > 0 {
		w.collectIdentifiers(n.children[len(n.children)-1])
	}
}

func (w *walker) collectIdentifiers(list *node) {
	for _, c := range list.children {
		if c.kind == nodeIdentifier {
			w.names.value(c.text)
		}
	}
}

// isValue says whether the name is that of a column, alias or argument, possibly
// with a table before it and a path into it behind.
func (s *nameSet) isValue(name string) bool {
	if s.values[name] || s.hasPrefix(s.values, name) {
		return true
	}
	for rest, ok := s.cutQualifier(name); ok; rest, ok = s.cutQualifier(rest) {
		if s.values[rest] || s.hasPrefix(s.values, rest) || s.unnamed(rest) {
			return true
		}
	}
	return s.unnamed(name)
}

// hasPrefix says whether a name of the set stands before one of the dots.
func (s *nameSet) hasPrefix(set map[string]bool, name string) bool {
	for i := range len(name) {
		if name[i] == '.' && set[name[:i]] {
			return true
		}
	}
	return false
}

// cutQualifier cuts the shortest qualifier off the front of a name.
func (s *nameSet) cutQualifier(name string) (string, bool) {
	for i := range len(name) {
		if name[i] == '.' && (s.qualifiers[name[:i]] || name[:i] == aurora.DataDatabase) {
			return name[i+1:], true
		}
	}
	return "", false
}

// unnamed says whether the name can be that of an expression without alias in a
// subquery, such as `count()`: no function and no table is called like that.
func (s *nameSet) unnamed(name string) bool {
	return s.subqueries > 0 && (strings.ContainsAny(name, "()'+-*/ ") || name != "" && isDigit(name[0]))
}

// identifier judges a name that stands for a value.
func (w *walker) identifier(n *node) error {
	if err := w.leaf(n); err != nil {
		return err
	}
	name := n.text
	if w.names.isValue(name) || w.names.qualifiers[name] || allKeyword(name) {
		w.names.used[name] = true
		return nil
	}
	if w.guard.functions.knows(name) {
		return refuse(RuleIdentifier, "%s is the name of a function, not of a column", clip(name)).
			because("no column, alias or argument of this statement is called so", didYouMean(w.nearestColumns(name), "write the call out, with its arguments in brackets")).named(name)
	}
	return refuse(RuleColumn, "there is no column %s", clip(name)).
		because("no table, alias or argument of this statement has that name", didYouMean(w.nearestColumns(name), w.columnsHint())).named(name)
}

// allKeyword: GROUP BY ALL and ORDER BY ALL are printed as a name.
func allKeyword(name string) bool { return strings.EqualFold(name, "all") }

// columnsHint lists the columns of the tables of the statement.
func (w *walker) columnsHint() string {
	const shown = 12
	var columns []string
	for _, table := range w.sources {
		for _, c := range w.known.byName[table].Columns {
			columns = append(columns, c.Name)
		}
	}
	if len(columns) == 0 {
		return "name a table after FROM"
	}
	more := ""
	if len(columns) > shown {
		more = ", …"
	}
	return "columns you can use: " + strings.Join(columns[:min(shown, len(columns))], ", ") + more
}

func (w *walker) nearestColumns(name string) []string {
	candidates := make([]string, 0, len(w.names.values))
	for c := range w.names.values {
		if !slices.Contains(virtualColumns(), c) {
			candidates = append(candidates, c)
		}
	}
	return nearest(name[strings.LastIndexByte(name, '.')+1:], candidates, 3)
}
