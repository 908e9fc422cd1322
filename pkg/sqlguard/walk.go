package sqlguard

import (
	"context"
	"slices"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// walker judges one syntax tree.
type walker struct {
	ctx   context.Context
	guard *Guard
	known *tableSet
	text  statement

	// ctes are the names of the WITH elements, in the order of the text: the engine's
	// tree does not print them. nextCTE counts how many were met.
	ctes    []cte
	nextCTE int

	// tableAliases are the nodes whose alias names a source of rows, not a value.
	tableAliases map[*node]bool
	// repeated are the lists of the tree that the text does not hold.
	repeated map[*node]bool

	names     nameSet
	tables    []string
	sources   []string // the tables named anywhere, for hints
	viewDepth int
	// viewsChecked are the views whose bodies were accepted.
	viewsChecked map[string]bool
}

// findings is what a statement reads.
type findings struct{ tables, columns []string }

// scope holds the names of the WITH elements that may be read as tables here.
type scope struct {
	outer *scope
	names []string
}

func (s *scope) has(name string) bool {
	for ; s != nil; s = s.outer {
		if slices.Contains(s.names, name) {
			return true
		}
	}
	return false
}

// with gives a scope that knows more names.
func (s *scope) with(names ...string) *scope {
	if len(names) == 0 {
		return s
	}
	return &scope{outer: s, names: names}
}

func newWalker(ctx context.Context, g *Guard, c statement, known *tableSet) *walker {
	return &walker{
		ctx: ctx, guard: g, known: known, text: c,
		ctes: findCTEs(c.tokens), viewsChecked: map[string]bool{}, repeated: map[*node]bool{}, tableAliases: map[*node]bool{},
	}
}

func (w *walker) findings() findings {
	return findings{tables: w.tables, columns: w.names.usedColumns()}
}

// statement judges the root: one reading statement, with nothing beside it.
func (w *walker) statement(root *node) error {
	if root.kind != nodeSelectUnion {
		return unknownNode(root.kind)
	}
	if len(root.children) != 1 {
		// A second child is the name of a format, the file of INTO OUTFILE, or settings.
		return clauseOutside(root.children[len(root.children)-1])
	}
	if err := w.collect(root); err != nil {
		return err
	}
	if err := w.query(root, nil); err != nil {
		return err
	}
	if w.nextCTE != len(w.ctes) {
		return unreadable("the text has %d WITH elements and the tree %d", len(w.ctes), w.nextCTE)
	}
	return w.tokensAccounted(root)
}

func clauseOutside(n *node) error {
	clause, why := "FORMAT", "the form of the answer is chosen outside the statement"
	if n.kind == nodeLiteral {
		clause, why = "INTO OUTFILE", "statements do not touch files"
	}
	return refuse(RuleClause, "%s is not allowed here", clause).because(why, "leave it out; choose the form with -o table|json|csv").named(clause)
}

// query judges a node that gives rows: a SELECT, or several put together.
func (w *walker) query(n *node, s *scope) error {
	_, err := w.queryNames(n, s, nil)
	return err
}

// queryNames is query; it gives the WITH list of its first SELECT, which the engine
// makes known to the SELECTs that follow in a UNION. shared is such a list from before.
func (w *walker) queryNames(n *node, s *scope, shared *withList) (*withList, error) {
	switch n.kind {
	case nodeSelect:
		return w.selectQuery(n, s, shared)
	case nodeSelectUnion:
		if len(n.children) != 1 || n.children[0].kind != nodeList {
			return nil, w.misplaced(n)
		}
		return w.queries(n.children[0].children, s, shared)
	case nodeIntersectExcept:
		return w.queries(n.children, s, shared)
	}
	return nil, w.misplaced(n)
}

func (w *walker) queries(list []*node, s *scope, shared *withList) (*withList, error) {
	var first *withList
	for i, child := range list {
		own, err := w.queryNames(child, s, shared)
		if err != nil {
			return nil, err
		}
		if i == 0 && own != nil {
			first, shared, s = own, own, s.with(own.names...)
		}
	}
	return first, nil
}

// withList is the WITH list of a SELECT.
type withList struct {
	node  *node
	names []string
}

// selectQuery judges one SELECT. Its children come without labels; the order is that
// of the text, and what holds for an expression holds in every clause.
func (w *walker) selectQuery(n *node, s *scope, shared *withList) (*withList, error) {
	var own *withList
	for i, child := range n.children {
		switch {
		case child.kind == nodeTables:
			if err := w.tablesInSelect(child, s); err != nil {
				return nil, err
			}
		case child.kind != nodeList:
			if err := w.expression(child, s); err != nil {
				return nil, err
			}
		case i > 0 && shared != nil && i == len(n.children)-1 && same(child, shared.node):
			// The WITH list of the first SELECT of a UNION, which the engine repeats here.
			w.repeated[child] = true
		default:
			names, inner, err := w.list(child, s, i == 0)
			if err != nil {
				return nil, err
			}
			if i == 0 && len(names) > 0 {
				own, s = &withList{node: child, names: names}, inner
			}
		}
	}
	return own, nil
}

// list judges a list of a SELECT. Only the first may hold WITH elements: it gives
// their names and the scope that knows them.
func (w *walker) list(n *node, s *scope, first bool) ([]string, *scope, error) {
	var names []string
	for _, element := range n.children {
		if element.kind != nodeWith || !first {
			if err := w.element(element, s); err != nil {
				return nil, nil, err
			}
			continue
		}
		name, err := w.withElement(element, s)
		if err != nil {
			return nil, nil, err
		}
		names, s = append(names, name), s.with(name)
	}
	return names, s, nil
}

// same says whether two trees are printed alike.
func same(a, b *node) bool {
	return a.kind == b.kind && a.text == b.text && a.alias == b.alias &&
		slices.EqualFunc(a.children, b.children, same)
}

// withElement judges `name AS (SELECT …)` and gives the name.
func (w *walker) withElement(n *node, s *scope) (string, error) {
	if w.nextCTE >= len(w.ctes) || len(n.children) != 1 || n.children[0].kind != nodeSubquery {
		return "", w.misplaced(n)
	}
	element := w.ctes[w.nextCTE]
	w.nextCTE++
	// A name that hides a table nobody may read could be used to reach that table
	// where the name does not hold.
	if t, ok := w.known.byName[element.name]; ok {
		if err := w.readable(t); err != nil {
			return "", err
		}
	}
	if element.recursive {
		s = s.with(element.name)
	}
	return element.name, w.subquery(n.children[0], s)
}

func (w *walker) subquery(n *node, s *scope) error {
	if n.kind != nodeSubquery || len(n.children) != 1 || n.children[0].kind != nodeSelectUnion {
		return w.misplaced(n)
	}
	return w.query(n.children[0], s)
}

// element judges a member of a list in a SELECT: an expression, or what only stands there.
func (w *walker) element(n *node, s *scope) error {
	switch n.kind {
	case nodeOrderBy, nodeInterpolate:
		return w.expressions(n.children, s)
	case nodeWindowElement:
		if len(n.children) != 1 || n.children[0].kind != nodeWindow {
			return w.misplaced(n)
		}
		return w.window(n.children[0], s)
	}
	return w.expression(n, s)
}

func (w *walker) window(n *node, s *scope) error {
	for _, child := range n.children {
		if child.kind != nodeList {
			if err := w.expression(child, s); err != nil { // the bound of a frame
				return err
			}
			continue
		}
		for _, member := range child.children {
			if err := w.element(member, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// tablesInSelect judges what stands after FROM and JOIN.
func (w *walker) tablesInSelect(n *node, s *scope) error {
	for _, element := range n.children {
		if element.kind != nodeTablesElement {
			return w.misplaced(element)
		}
		for _, part := range element.children {
			var err error
			switch part.kind {
			case nodeTableExpression:
				err = w.tableExpression(part, s)
			case nodeTableJoin, nodeArrayJoin:
				err = w.expressions(part.children, s)
			default:
				err = w.misplaced(part)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// tableExpression judges one source of rows.
func (w *walker) tableExpression(n *node, s *scope) error {
	if len(n.children) == 0 {
		return w.misplaced(n)
	}
	for _, more := range n.children[1:] {
		// Beyond the source itself: SAMPLE, OFFSET and the names of the columns.
		if more.kind != nodeSample && more.kind != nodeList {
			return w.misplaced(more)
		}
	}
	switch source := n.children[0]; source.kind {
	case nodeTable:
		return w.table(source.text, s)
	case nodeSubquery:
		return w.subquery(source, s)
	case nodeFunction:
		return w.tableFunction(source)
	default:
		return w.misplaced(source)
	}
}

// table judges a name after FROM, or right of IN.
func (w *walker) table(name string, s *scope) error {
	if s.has(name) {
		return nil
	}
	t, err := w.resolve(name)
	if err != nil {
		return err
	}
	qualified := aurora.DataDatabase + "." + t.Name
	if !slices.Contains(w.tables, qualified) {
		w.tables = append(w.tables, qualified)
	}
	return nil
}

func (w *walker) expressions(nodes []*node, s *scope) error {
	for _, n := range nodes {
		if err := w.expression(n, s); err != nil {
			return err
		}
	}
	return nil
}

// expression judges anything that gives a value.
func (w *walker) expression(n *node, s *scope) error {
	switch n.kind {
	case nodeLiteral:
		return w.leaf(n)
	case nodeIdentifier:
		return w.identifier(n)
	case nodeList:
		return w.expressions(n.children, s)
	case nodeSubquery:
		return w.subquery(n, s)
	case nodeFunction:
		return w.function(n, s)
	case nodeAsterisk, nodeQualifiedAsterisk, nodeColumns, nodeColumnsList, nodeQualifiedColumns, nodeQualifiedList:
		return w.columns(n, s)
	}
	return w.misplaced(n)
}

func (w *walker) leaf(n *node) error {
	if len(n.children) > 0 {
		return w.misplaced(n)
	}
	return nil
}

// columns judges * and COLUMNS(…), with their EXCEPT and REPLACE. APPLY never gets
// here: its node is not on the list.
func (w *walker) columns(n *node, s *scope) error {
	for _, child := range n.children {
		if child.kind != nodeTransformers {
			if err := w.expression(child, s); err != nil {
				return err
			}
			continue
		}
		for _, transformer := range child.children {
			if err := w.transformer(transformer, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) transformer(n *node, s *scope) error {
	switch n.kind {
	case nodeExcept:
		for _, c := range n.children {
			if c.kind != nodeIdentifier {
				return w.misplaced(c)
			}
		}
		return nil
	case nodeReplace:
		for _, c := range n.children {
			if c.kind != nodeReplacement {
				return w.misplaced(c)
			}
			if err := w.expressions(c.children, s); err != nil {
				return err
			}
		}
		return nil
	}
	return w.misplaced(n)
}

// misplaced refuses a node that the list knows, but not in this place.
func (w *walker) misplaced(n *node) error {
	return unreadable("a %s stands where none can be judged", n.kind)
}

// cte is a name of a WITH element, as the text has it.
type cte struct {
	name      string
	recursive bool
	columns   bool // name(a, b) AS (…)
	token     int  // where the name stands
}

// findCTEs reads the names of `name [(columns)] AS [MATERIALIZED] (SELECT …`, in the
// order of the text, which is the order of the tree.
func findCTEs(tokens []token) []cte {
	var found []cte
	recursive := false
	for i, t := range tokens {
		recursive = recursive || t.is("RECURSIVE")
		if !t.is("AS") || !opensQuery(tokens[i+1:]) {
			continue
		}
		if at := nameBefore(tokens[:i]); at >= 0 {
			found = append(found, cte{name: tokens[at].name(), recursive: recursive, columns: at != i-1, token: at})
		}
	}
	return found
}

// opensQuery says whether `(SELECT`, `((SELECT` or `MATERIALIZED (SELECT` begins here.
func opensQuery(tokens []token) bool {
	for len(tokens) > 0 && (tokens[0].is("NOT") || tokens[0].is("MATERIALIZED")) {
		tokens = tokens[1:]
	}
	opened := false
	for len(tokens) > 0 && tokens[0].punct("(") {
		opened, tokens = true, tokens[1:]
	}
	return opened && len(tokens) > 0 && (tokens[0].is("SELECT") || tokens[0].is("WITH"))
}

// nameBefore finds the name that ends here, before its list of columns if it has one.
func nameBefore(tokens []token) int {
	i := len(tokens) - 1
	if i >= 0 && tokens[i].punct(")") {
		for i >= 0 && !tokens[i].punct("(") {
			i--
		}
		i--
	}
	if i < 0 || !isName(tokens[i]) {
		return -1
	}
	return i
}
