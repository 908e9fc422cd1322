package sqlguard

import (
	"slices"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// constructs are the functions that the parser makes of syntax; the engine does not
// list them among its functions.
func constructs() []string { return []string{"lambda", "exists", "grouping", "untuple"} }

// function judges a call: its name, what some functions read from their arguments,
// and the arguments themselves.
func (w *walker) function(n *node, s *scope) error {
	lists := w.guard.functions
	name := n.text
	if !lists.allows(name) && !slices.Contains(constructs(), name) {
		return w.functionRefused(name)
	}
	arguments, parameters, window, err := w.parts(n)
	if err != nil {
		return err
	}
	if len(parameters) > 0 && !lists.isAggregate(name) {
		return refuse(RuleFunction, "%s does not take parameters in brackets of their own", clip(name)).
			because("only aggregate functions such as quantile(0.9)(x) do", "write its arguments in one pair of brackets").named(name)
	}
	if window != nil {
		if err := w.window(window, s); err != nil {
			return err
		}
	}
	if err := w.special(n, arguments, s); err != nil {
		return err
	}
	if err := w.expressions(parameters, s); err != nil {
		return err
	}
	if isMembership(name) {
		return w.membership(arguments, s)
	}
	return w.expressions(arguments, s)
}

// parts takes a call apart: arguments, parameters of an aggregate function, window.
func (w *walker) parts(n *node) (arguments, parameters []*node, window *node, err error) {
	lists := 0
	for _, child := range n.children {
		switch {
		case child.kind == nodeList && lists == 0:
			arguments = child.children
			lists++
		case child.kind == nodeList && lists == 1:
			parameters = child.children
			lists++
		case child.kind == nodeWindow && window == nil:
			window = child
		default:
			return nil, nil, nil, w.misplaced(child)
		}
	}
	return arguments, parameters, window, nil
}

// functionRefused names the function and the nearest one that may be called.
func (w *walker) functionRefused(name string) error {
	why, near := "there is no such function among those that were reviewed", nearest(name, w.guard.functions.names(), 3)
	reviewed := w.guard.functions.refused[strings.ToLower(name)]
	if reviewed {
		why, near = "it does more than compute from its arguments: it reads a file, a dictionary, a setting or the server, waits, or cannot be checked", nil
	}
	hint := didYouMean(near, "leave it out; Aurora answers from your tables only")
	r := refuse(RuleFunction, "the function %s is not allowed", clip(name)).because(why, hint).named(name)
	r.reaches = reviewed
	return r
}

// special judges the functions that read more from their arguments than values.
func (w *walker) special(n *node, arguments []*node, s *scope) error {
	name := strings.ToLower(n.text)
	switch {
	case name == "lambda":
		return w.lambda(arguments)
	case w.guard.functions.lambda[name]:
		return w.higherOrder(n.text, arguments)
	case name == "arrayreduce", name == "arrayreduceinranges", name == "initializeaggregation":
		return w.aggregateByName(n.text, arguments)
	case name == "cast", name == "_cast", name == "reinterpret", name == "accuratecast",
		name == "accuratecastornull", name == "accuratecastordefault", name == "dynamicelement", name == "variantelement":
		return w.typeArgument(n.text, arguments, 1)
	case name == "defaultvalueoftypename":
		return w.typeArgument(n.text, arguments, 0)
	case strings.HasPrefix(name, "jsonextract") && returnsNamedType(name):
		return w.typeArgument(n.text, arguments, len(arguments)-1)
	}
	return nil
}

// returnsNamedType says which JSONExtract functions end with the name of a type.
func returnsNamedType(lower string) bool {
	switch strings.TrimSuffix(lower, "caseinsensitive") {
	case "jsonextract", "jsonextractkeysandvalues":
		return true
	}
	return false
}

// lambda wants plain names left of the arrow.
func (w *walker) lambda(arguments []*node) error {
	if len(arguments) != 2 || arguments[0].kind != nodeFunction || arguments[0].text != "tuple" {
		return unreadable("a lambda is not written as x -> expression")
	}
	for _, list := range arguments[0].children {
		for _, argument := range list.children {
			if argument.kind != nodeIdentifier || strings.Contains(argument.text, ".") {
				return unreadable("an argument of a lambda is not a plain name")
			}
		}
	}
	return nil
}

// higherOrder wants a lambda first: a bare name there is taken for a function by the
// engine, whatever it is, and the tree does not show it as one. With one argument
// alone there is nothing to call.
func (w *walker) higherOrder(name string, arguments []*node) error {
	if len(arguments) < 2 || arguments[0].kind != nodeIdentifier {
		return nil
	}
	first := arguments[0].text
	if !w.guard.functions.knows(first) && w.names.isValue(first) && !needsLambda(name) {
		return nil
	}
	return refuse(RuleIdentifier, "%s may not be handed to %s by its name", clip(first), clip(name)).
		because("the first argument of "+clip(name)+" is a function, and it must be written out to be checked",
			"write it as x -> "+clip(first)+"(x)").named(first)
}

// needsLambda says which higher-order functions never take a value first; the others
// take an array, or a number of elements, where the lambda is left out.
func needsLambda(name string) bool {
	switch strings.ToLower(name) {
	case "arraypartialsort", "arraypartialreversesort", "arraytopk", "arraybottomk", "mappartialsort", "mappartialreversesort":
		return false
	}
	return true
}

// aggregateByName wants the name of an aggregate function as a literal.
func (w *walker) aggregateByName(name string, arguments []*node) error {
	if len(arguments) == 0 {
		return nil
	}
	text, ok := literalText(arguments[0])
	if !ok {
		return refuse(RuleFunction, "%s needs the name of its function in quotes", clip(name)).
			because("a name that is computed cannot be checked", "write it as "+clip(name)+"('sum', …)").named(name)
	}
	tokens := significant(lex(text))
	if len(tokens) == 0 || tokens[0].kind != kindWord || !w.guard.functions.isAggregate(tokens[0].text) || !literalsOnly(tokens[1:]) {
		return w.functionRefused(text)
	}
	return nil
}

// literalsOnly says whether the tokens are (1, 'a', …), or nothing.
func literalsOnly(tokens []token) bool {
	for i, t := range tokens {
		edge := i == 0 && t.punct("(") || i == len(tokens)-1 && t.punct(")")
		inner := i > 0 && i < len(tokens)-1 && (t.kind == kindNumber || t.kind == kindString || t.punct(",") || t.punct("-"))
		if !edge && !inner {
			return false
		}
	}
	return len(tokens) != 1
}

// typeArgument wants the argument that names a type to be a literal, and the type on the list.
func (w *walker) typeArgument(name string, arguments []*node, i int) error {
	if i < 0 || i >= len(arguments) {
		return nil // the engine refuses a call without it
	}
	text, ok := literalText(arguments[i])
	if !ok {
		return refuse(RuleFunction, "%s needs the name of the type in quotes", clip(name)).
			because("a type that is computed cannot be checked", "write the type as text").named(name)
	}
	t, err := parseType(text)
	if err != nil || !isCastType(t) {
		return refuse(RuleFunction, "%s may not make a %s", clip(name), clip(text)).
			because("values of scalar and container types are made, not states of aggregate functions", "use a type such as String, Float64, DateTime or Array(Int64)").named(name)
	}
	return nil
}

// literalText gives the text of a string literal.
func literalText(n *node) (string, bool) {
	if n.kind != nodeLiteral || len(n.text) < 2 || n.text[0] != '\'' {
		return "", false
	}
	return unquoteText(n.text), true
}

// isMembership says whether the function is one of the IN family.
func isMembership(name string) bool {
	switch strings.ToLower(name) {
	case "in", "notin", "globalin", "globalnotin", "nullin", "notnullin", "globalnullin", "globalnotnullin":
		return true
	}
	return false
}

// membership judges `left IN right`. A bare name on the right may be a table, and is
// printed like a column.
func (w *walker) membership(arguments []*node, s *scope) error {
	if len(arguments) != 2 {
		return unreadable("IN has %d sides", len(arguments))
	}
	if err := w.expression(arguments[0], s); err != nil {
		return err
	}
	right := arguments[1]
	if right.kind != nodeIdentifier && right.kind != nodeTable {
		return w.expression(right, s)
	}
	return w.memberName(right, s)
}

// memberName judges a name right of IN: a table that may be read, or a value of this
// statement whose name is not that of a table which may not.
func (w *walker) memberName(n *node, s *scope) error {
	name := n.text
	if s.has(name) {
		return nil
	}
	database, rest, qualified := strings.Cut(name, ".")
	_, isTable := w.known.byName[name]
	if qualified && database == aurora.DataDatabase {
		_, isTable = w.known.byName[rest]
	}
	isValue := w.names.isValue(name) || w.names.qualifiers[name] && !qualified
	if isTable || !isValue || qualified && slices.Contains(databases(), strings.ToLower(database)) {
		return w.table(name, s)
	}
	return w.identifier(n)
}

// databases are the names that mean a database wherever they stand first.
func databases() []string {
	return []string{aurora.DataDatabase, aurora.SystemDatabase, "system", "default", "information_schema"}
}
