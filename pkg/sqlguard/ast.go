package sqlguard

import (
	"fmt"
	"strconv"
	"strings"
)

// The nodes of the engine's syntax tree that a statement may be made of, as the
// pinned engine prints them. Any other is refused: testdata/ast holds what the
// engine prints per construct, and changes when the engine does.
const (
	nodeSelectUnion       = "SelectWithUnionQuery"
	nodeIntersectExcept   = "SelectIntersectExceptQuery"
	nodeSelect            = "SelectQuery"
	nodeList              = "ExpressionList"
	nodeSubquery          = "Subquery"
	nodeWith              = "WithElement"
	nodeTables            = "TablesInSelectQuery"
	nodeTablesElement     = "TablesInSelectQueryElement"
	nodeTableExpression   = "TableExpression"
	nodeTableJoin         = "TableJoin"
	nodeArrayJoin         = "ArrayJoin"
	nodeTable             = "TableIdentifier"
	nodeIdentifier        = "Identifier"
	nodeLiteral           = "Literal"
	nodeFunction          = "Function"
	nodeAsterisk          = "Asterisk"
	nodeQualifiedAsterisk = "QualifiedAsterisk"
	nodeColumns           = "ColumnsRegexpMatcher"
	nodeColumnsList       = "ColumnsListMatcher"
	nodeQualifiedColumns  = "QualifiedColumnsRegexpMatcher"
	nodeQualifiedList     = "QualifiedColumnsListMatcher"
	nodeTransformers      = "ColumnsTransformerList"
	nodeExcept            = "ColumnsExceptTransformer"
	nodeReplace           = "ColumnsReplaceTransformer"
	nodeReplacement       = "ColumnsReplaceTransformer::Replacement"
	nodeOrderBy           = "OrderByElement"
	nodeWindow            = "WindowDefinition"
	nodeWindowElement     = "WindowListElement"
	nodeInterpolate       = "InterpolateElement"
	nodeSample            = "SampleRatio"
)

// knownNode says whether the node is on the list.
func knownNode(kind string) bool {
	switch kind {
	case nodeSelectUnion, nodeIntersectExcept, nodeSelect, nodeList, nodeSubquery, nodeWith,
		nodeTables, nodeTablesElement, nodeTableExpression, nodeTableJoin, nodeArrayJoin,
		nodeTable, nodeIdentifier, nodeLiteral, nodeFunction, nodeAsterisk, nodeQualifiedAsterisk,
		nodeColumns, nodeColumnsList, nodeQualifiedColumns, nodeQualifiedList,
		nodeTransformers, nodeExcept, nodeReplace, nodeReplacement,
		nodeOrderBy, nodeWindow, nodeWindowElement, nodeInterpolate, nodeSample:
		return true
	}
	return false
}

// node is a node of the syntax tree. text is the name of a function, table or
// identifier, or the value of a literal as the engine prints it.
type node struct {
	kind     string
	text     string
	alias    string
	children []*node
	// want is the number of children the engine announced.
	want int
}

// The bounds of a tree. They are above those the reader's connection has.
const (
	maxNodes = 50_000
	maxDepth = 1_000
)

// readAST reads what EXPLAIN AST printed: one node per line, indented by its
// depth, with the number of its children. Every count must add up.
func readAST(text string) (*node, error) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > maxNodes {
		return nil, unreadable("it has more than %d nodes", maxNodes)
	}
	var path []*node
	var root *node
	for i, line := range lines {
		depth := len(line) - len(strings.TrimLeft(line, " "))
		n, err := readNode(line[depth:])
		if err != nil {
			return nil, err
		}
		switch {
		case i == 0 && depth == 0:
			root = n
		case depth == 0 || depth > len(path) || depth > maxDepth:
			return nil, unreadable("line %d is not where a node can be", i+1)
		default:
			parent := path[depth-1]
			parent.children = append(parent.children, n)
		}
		path = append(path[:depth], n)
	}
	if root == nil {
		return nil, unreadable("it is empty")
	}
	return root, root.counted()
}

// counted checks that every node has the children it announced.
func (n *node) counted() error {
	if len(n.children) != n.want {
		return unreadable("a %s has %d children where %d were announced", n.kind, len(n.children), n.want)
	}
	for _, c := range n.children {
		if err := c.counted(); err != nil {
			return err
		}
	}
	return nil
}

// readNode reads one line: Kind [text] [(alias name)] [(children n)].
func readNode(line string) (*node, error) {
	line, want, err := cutChildren(line)
	if err != nil {
		return nil, err
	}
	kind, rest, _ := strings.Cut(line, " ")
	n := &node{kind: kind, want: want}
	if !knownNode(kind) {
		return nil, unknownNode(kind)
	}
	n.text, n.alias, err = cutAlias(kind, rest)
	if err != nil {
		return nil, err
	}
	return n, n.shaped()
}

func cutChildren(line string) (string, int, error) {
	const mark = " (children "
	i := strings.LastIndex(line, mark)
	if i < 0 || !strings.HasSuffix(line, ")") {
		return line, 0, nil
	}
	count, err := strconv.Atoi(line[i+len(mark) : len(line)-1])
	if err != nil {
		if strings.HasPrefix(line, nodeLiteral+" ") { // the words stand inside a text
			return line, 0, nil
		}
		return "", 0, unreadable("a number of children is no number")
	}
	if count < 1 || count > maxNodes {
		return "", 0, unreadable("a node announces %d children", count)
	}
	return line[:i], count, nil
}

// cutAlias parts the text of a node from its alias. A text in quotes may hold the same words.
func cutAlias(kind, rest string) (text, alias string, err error) {
	const mark = "(alias "
	start := 0
	if kind == nodeLiteral {
		if start = literalEnd(rest); start < 0 {
			return "", "", unreadable("a literal is not closed")
		}
	}
	i := strings.Index(rest[start:], mark)
	if i < 0 {
		if kind == nodeLiteral && start != len(rest) {
			return "", "", unreadable("there is more after a literal")
		}
		return rest, "", nil
	}
	i += start
	if !strings.HasSuffix(rest, ")") {
		return "", "", unreadable("an alias is not closed")
	}
	return strings.TrimSuffix(rest[:i], " "), rest[i+len(mark) : len(rest)-1], nil
}

// literalEnd finds where the value of a literal ends: before " (alias", outside quotes.
func literalEnd(rest string) int {
	for i := 0; i < len(rest); i++ {
		switch {
		case rest[i] == '\'':
			l := &lexer{text: rest, pos: i}
			if l.quoted('\'', kindString) == kindInvalid {
				return -1
			}
			i = l.pos - 1
		case strings.HasPrefix(rest[i:], " (alias "):
			return i
		}
	}
	return len(rest)
}

// shaped refuses a node with text where the engine prints none, and the other way round.
func (n *node) shaped() error {
	named, aliased := false, false
	switch n.kind {
	case nodeTable, nodeIdentifier, nodeLiteral, nodeFunction:
		named, aliased = true, true
	case nodeSubquery:
		aliased = true
	case nodeInterpolate, nodeSample:
		named = true
	}
	if named != (n.text != "") || n.alias != "" && !aliased {
		return unreadable("a %s is not printed as expected", n.kind)
	}
	return nil
}

func unreadable(why string, args ...any) error {
	return refuse(RuleAST, "the statement cannot be checked").
		because("its syntax tree is not understood: "+fmt.Sprintf(why, args...), "write it with plain SELECT, JOIN, WHERE, GROUP BY and ORDER BY")
}

// unknownNode names the construct as a user knows it, where that is known.
func unknownNode(kind string) error {
	switch {
	case kind == "ColumnsApplyTransformer":
		return refuse(RuleClause, "APPLY is not allowed here").
			because("the function it applies cannot be checked", "name the columns and write the function around each").named("APPLY")
	case kind == "Set":
		return refuse(RuleClause, "SETTINGS is not allowed here").
			because("the limits and settings of a read are fixed", "leave the SETTINGS clause out").named("SETTINGS")
	case strings.HasPrefix(kind, "ASTStream"):
		return refuse(RuleClause, "STREAM is not allowed here").
			because("a read must come to an end", "leave STREAM out").named("STREAM")
	case strings.HasSuffix(kind, "Query"):
		return refuse(RuleNotSelect, "only SELECT is run here").
			because("the statement holds a "+clip(kind), "write a SELECT")
	}
	return refuse(RuleAST, "the statement uses a construct that is not accepted").
		because("the engine calls it "+clip(kind), "write it with plain SELECT, JOIN, WHERE, GROUP BY and ORDER BY")
}
