package sqlguard

import (
	"math"
	"strconv"
	"strings"
)

// maxGenerated is how many rows a table function may make.
const maxGenerated = 10_000_000

// tableFunction judges a call after FROM. Four makers of numbers and rows are on the
// list, with arguments whose rows can be counted beforehand.
func (w *walker) tableFunction(n *node) error {
	if len(n.children) > 1 || len(n.children) == 1 && n.children[0].kind != nodeList {
		return w.tableFunctionRefused(n.text)
	}
	var arguments []*node
	if len(n.children) == 1 {
		arguments = n.children[0].children
	}
	switch n.text {
	case "numbers", "zeros", "generate_series", "generateSeries":
		rows, ok := generatedRows(n.text, arguments)
		if !ok {
			return refuse(RuleTableFunction, "%s needs its bounds as plain numbers", n.text).
				because("the rows it makes cannot be counted beforehand", "write the bounds as numbers, or as parameters").named(n.text)
		}
		if rows > maxGenerated {
			return refuse(RuleTableFunction, "%s would make too many rows", n.text).
				because("at most 10,000,000 rows are made", "use smaller bounds").named(n.text)
		}
		return nil
	case "values":
		if len(arguments) > 0 {
			if structure, ok := literalText(arguments[0]); ok && !plainStructure(structure) {
				return w.valuesRefused()
			}
		}
		return w.constants(arguments)
	}
	return w.tableFunctionRefused(n.text)
}

func (w *walker) tableFunctionRefused(name string) error {
	readable := w.known.readable()
	hint := "read a table instead"
	if len(readable) > 0 {
		hint = "tables you can use: " + strings.Join(readable[:min(8, len(readable))], ", ")
	}
	return refuse(RuleTableFunction, "the table function %s is not allowed", clip(name)).
		because("Aurora answers from your tables only; numbers, zeros, generate_series and values make rows", hint).named(name)
}

// constants wants expressions over literals only.
func (w *walker) constants(nodes []*node) error {
	for _, n := range nodes {
		switch n.kind {
		case nodeLiteral:
		case nodeFunction:
			arguments, parameters, window, err := w.parts(n)
			if err != nil || len(parameters) > 0 || window != nil || !constantFunction(n.text) {
				return w.valuesRefused()
			}
			if strings.EqualFold(n.text, "_CAST") || strings.EqualFold(n.text, "CAST") {
				if err := w.typeArgument(n.text, arguments, 1); err != nil {
					return err
				}
			}
			if err := w.constants(arguments); err != nil {
				return err
			}
		default:
			return w.valuesRefused()
		}
	}
	return nil
}

func (w *walker) valuesRefused() error {
	return refuse(RuleTableFunction, "values takes plain values only").
		because("an argument is computed", "write numbers and texts").named("values")
}

// constantFunction lists the functions that values are written with.
func constantFunction(name string) bool {
	switch name {
	case "tuple", "array", "map", "negate", "_CAST", "CAST", "toDate", "toDateTime", "toDateTime64", "toUUID":
		return true
	}
	return false
}

// generatedRows counts the rows of numbers(n), numbers(from, n[, step]), zeros(n) and
// generate_series(from, to[, step]).
func generatedRows(name string, arguments []*node) (float64, bool) {
	var bounds []float64
	for _, a := range arguments {
		v, ok := constant(a)
		if !ok || v < 0 { // the bounds are unsigned
			return 0, false
		}
		bounds = append(bounds, v)
	}
	series := strings.HasPrefix(name, "generate")
	switch {
	case !series && len(bounds) == 1:
		return bounds[0], true
	case name == "numbers" && (len(bounds) == 2 || len(bounds) == 3):
		return bounds[1], true
	case series && len(bounds) == 2:
		return bounds[1] - bounds[0] + 1, true
	case series && len(bounds) == 3 && bounds[2] > 0:
		return (bounds[1]-bounds[0])/bounds[2] + 1, true
	}
	return 0, false
}

// constant computes a number written with plain arithmetic.
func constant(n *node) (float64, bool) {
	if n.kind == nodeLiteral {
		return literalNumber(n.text)
	}
	if n.kind != nodeFunction || len(n.children) != 1 || n.children[0].kind != nodeList {
		return 0, false
	}
	arguments := n.children[0].children
	if len(arguments) == 2 && (n.text == "_CAST" || n.text == "CAST") {
		t, ok := literalText(arguments[1])
		if !ok || !strings.Contains(t, "Int") {
			return 0, false
		}
		return constant(arguments[0])
	}
	var v []float64
	for _, a := range arguments {
		x, ok := constant(a)
		if !ok {
			return 0, false
		}
		v = append(v, x)
	}
	return compute(n.text, v)
}

func compute(name string, v []float64) (float64, bool) {
	switch {
	case len(v) == 1 && (strings.HasPrefix(name, "toUInt") || strings.HasPrefix(name, "toInt")):
		return v[0], true
	case len(v) == 1 && name == "negate":
		return -v[0], true
	case len(v) != 2:
		return 0, false
	}
	switch name {
	case "plus":
		return v[0] + v[1], true
	case "minus":
		return v[0] - v[1], true
	case "multiply":
		return v[0] * v[1], true
	}
	return 0, false
}

// literalNumber reads UInt64_10, Int64_-3, Float64_1e6, or a number in quotes.
func literalNumber(text string) (float64, bool) {
	kind, number, ok := strings.Cut(text, "_")
	if !ok || strings.Trim(kind, "UInt0123456789") != "" && kind != "Float64" {
		if text == "" || text[0] != '\'' {
			return 0, false
		}
		number = unquoteText(text)
	}
	v, err := strconv.ParseFloat(number, 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// tableFunctionColumns are the columns a table function gives.
func tableFunctionColumns(n *node) []string {
	columns := []string{"number", "zero", "generate_series"}
	if n.text != "values" || len(n.children) == 0 || len(n.children[0].children) == 0 {
		return columns
	}
	arguments := n.children[0].children
	structure, ok := literalText(arguments[0])
	for i := range 64 {
		columns = append(columns, "c"+strconv.Itoa(i+1))
	}
	if !ok {
		return columns
	}
	for _, c := range structureOf(structure) {
		columns = append(columns, c.label)
	}
	return columns
}

// structureOf reads `a Int32, b String`: the arguments of a Tuple, without its name.
func structureOf(text string) []typeArg {
	t, err := parseType("Tuple(" + text + ")")
	if err != nil {
		return nil
	}
	return t.args
}

// plainStructure says whether the text is a list of columns with types that may be
// made, and nothing else: a column may have a default or be an alias, and then its
// expression would run unseen. One word alone is no structure but a value.
func plainStructure(text string) bool {
	if len(significant(lex(text))) < 2 {
		return true
	}
	columns := structureOf(text)
	for _, c := range columns {
		if c.label == "" || !isCastType(c.typ) {
			return false
		}
	}
	return len(columns) > 0
}
