package sqlguard

import (
	"errors"
	"slices"
	"strings"
)

// dataType is a ClickHouse type as text says it: a name with arguments.
type dataType struct {
	name string
	args []typeArg
}

// typeArg is one argument: a type (with the name of a tuple element, say), or the text of a literal.
type typeArg struct {
	label   string
	typ     *dataType
	literal string
}

// String writes the type the way the engine does.
func (t *dataType) String() string {
	if len(t.args) == 0 {
		return t.name
	}
	parts := make([]string, len(t.args))
	for i, arg := range t.args {
		switch {
		case arg.typ == nil:
			parts[i] = arg.literal
		case arg.label == "":
			parts[i] = arg.typ.String()
		default:
			parts[i] = arg.label + " " + arg.typ.String()
		}
	}
	return t.name + "(" + strings.Join(parts, ", ") + ")"
}

var errType = errors.New("not a type")

// maxTypeDepth bounds the nesting of a type.
const maxTypeDepth = 16

// parseType reads a type such as Array(Nullable(String)) or Decimal(10, 2).
func parseType(text string) (*dataType, error) {
	tokens := lex(text)
	p := &typeParser{tokens: significant(tokens)}
	t, err := p.parse(0)
	if err != nil || p.pos != len(p.tokens) {
		return nil, errType
	}
	return t, nil
}

type typeParser struct {
	tokens []token
	pos    int
}

func (p *typeParser) peek() token {
	if p.pos < len(p.tokens) {
		return p.tokens[p.pos]
	}
	return token{kind: kindInvalid}
}

func (p *typeParser) take(punct string) bool {
	if !p.peek().punct(punct) {
		return false
	}
	p.pos++
	return true
}

// parse reads one type. SQL spellings of several words (DOUBLE PRECISION) are one name.
func (p *typeParser) parse(depth int) (*dataType, error) {
	first := p.peek()
	if depth > maxTypeDepth || first.kind != kindWord {
		return nil, errType
	}
	p.pos++
	t := &dataType{name: first.text}
	for p.peek().kind == kindWord && isTypeName(t.name+" "+p.peek().text) {
		t.name += " " + p.peek().text
		p.pos++
	}
	if !p.take("(") {
		return t, nil
	}
	for !p.take(")") {
		if len(t.args) > 0 && !p.take(",") {
			return nil, errType
		}
		arg, err := p.argument(depth + 1)
		if err != nil {
			return nil, err
		}
		t.args = append(t.args, arg)
	}
	return t, nil
}

// argument reads a literal (9, 'UTC', 'a' = 1, -3), a type, or a named type.
func (p *typeParser) argument(depth int) (typeArg, error) {
	if t := p.peek(); t.kind == kindNumber || t.kind == kindString || t.punct("-") {
		return p.literal()
	}
	if p.pos+1 < len(p.tokens) && p.tokens[p.pos+1].punct("=") { // JSON(max_dynamic_paths = 16)
		name := p.peek().text
		p.pos += 2
		value, err := p.literal()
		value.literal = name + " = " + value.literal
		return value, err
	}
	if label, ok := p.label(); ok {
		t, err := p.parse(depth)
		return typeArg{label: label, typ: t}, err
	}
	t, err := p.parse(depth)
	return typeArg{typ: t}, err
}

func (p *typeParser) literal() (typeArg, error) {
	var text strings.Builder
	for p.pos < len(p.tokens) {
		t := p.peek()
		switch {
		case t.punct(",") || t.punct(")"):
			return typeArg{literal: text.String()}, nil
		case t.punct("="):
			text.WriteString(" = ")
		case t.kind == kindNumber || t.kind == kindString || t.punct("-"):
			text.WriteString(t.text)
		default:
			return typeArg{}, errType
		}
		p.pos++
	}
	return typeArg{}, errType
}

// label reads the name of a tuple element, or the path of a JSON type, if one stands before a type.
func (p *typeParser) label() (string, bool) {
	end := p.pos
	for end+2 < len(p.tokens) && isName(p.tokens[end]) && p.tokens[end+1].punct(".") {
		end += 2
	}
	if end+1 >= len(p.tokens) || !isName(p.tokens[end]) || p.tokens[end+1].kind != kindWord {
		return "", false
	}
	if end == p.pos && isTypeName(p.tokens[end].text+" "+p.tokens[end+1].text) {
		return "", false
	}
	var label strings.Builder
	for _, t := range p.tokens[p.pos : end+1] {
		label.WriteString(t.text)
	}
	p.pos = end + 1
	return label.String(), true
}

func isName(t token) bool { return t.kind == kindWord || t.kind == kindQuoted }

// paramTypes are the types a parameter may have. Identifier is not among them
// and never will be: it would turn a value into a table.
func paramTypes() []string {
	return []string{
		"Bool", "Int8", "Int16", "Int32", "Int64", "Int128", "Int256",
		"UInt8", "UInt16", "UInt32", "UInt64", "UInt128", "UInt256",
		"Float32", "Float64", "Decimal", "Decimal32", "Decimal64", "Decimal128", "Decimal256",
		"String", "FixedString", "UUID", "Date", "Date32", "DateTime", "DateTime64",
		"IPv4", "IPv6", "LowCardinality", "Nullable", "Array", "Tuple", "Map",
	}
}

// isParamType says whether every part of the type may be that of a parameter.
func isParamType(t *dataType) bool {
	if !slices.Contains(paramTypes(), t.name) {
		return false
	}
	for _, arg := range t.args {
		if arg.typ != nil && !isParamType(arg.typ) {
			return false
		}
	}
	switch t.name {
	case "LowCardinality", "Nullable", "Array":
		return len(t.args) == 1 && t.args[0].typ != nil
	case "Map":
		return len(t.args) == 2 && t.args[0].typ != nil && t.args[0].typ.name == "String" && t.args[1].typ != nil
	case "Tuple":
		return len(t.args) > 0
	}
	return true
}

// castTypes are the types beyond those of parameters that CAST may name. None
// holds the state of an aggregate function: a forged state is not data.
func castTypes() []string {
	return []string{
		"BFloat16", "Time", "Time64", "DateTime32", "Enum", "Enum8", "Enum16", "JSON", "Dynamic", "Variant", "Nested",
		"Geometry", "Point", "Ring", "Polygon", "MultiPolygon", "LineString", "MultiLineString", "QBit",
		"IntervalNanosecond", "IntervalMicrosecond", "IntervalMillisecond", "IntervalSecond", "IntervalMinute",
		"IntervalHour", "IntervalDay", "IntervalWeek", "IntervalMonth", "IntervalQuarter", "IntervalYear",
	}
}

// sqlTypes are the SQL spellings the engine knows; they are compared without case.
func sqlTypes() []string {
	return []string{
		"BINARY", "BINARY LARGE OBJECT", "BINARY VARYING", "BIT", "BLOB", "BIGINT", "BIGINT SIGNED", "BIGINT UNSIGNED",
		"BOOL", "BOOLEAN", "BYTE", "BYTEA", "CHAR", "CHAR LARGE OBJECT", "CHAR VARYING", "CHARACTER",
		"CHARACTER LARGE OBJECT", "CHARACTER VARYING", "CLOB", "DATE", "DATETIME", "DEC", "DECIMAL", "DOUBLE",
		"DOUBLE PRECISION", "FIXED", "FLOAT", "INET4", "INET6", "INT", "INT SIGNED", "INT UNSIGNED", "INT1",
		"INT1 SIGNED", "INT1 UNSIGNED", "INTEGER", "INTEGER SIGNED", "INTEGER UNSIGNED", "LONGBLOB", "LONGTEXT",
		"MEDIUMBLOB", "MEDIUMINT", "MEDIUMINT SIGNED", "MEDIUMINT UNSIGNED", "MEDIUMTEXT", "NATIONAL CHAR",
		"NATIONAL CHAR VARYING", "NATIONAL CHARACTER", "NATIONAL CHARACTER LARGE OBJECT", "NATIONAL CHARACTER VARYING",
		"NCHAR", "NCHAR LARGE OBJECT", "NCHAR VARYING", "NUMERIC", "NVARCHAR", "REAL", "SIGNED", "SINGLE", "SMALLINT",
		"SMALLINT SIGNED", "SMALLINT UNSIGNED", "TEXT", "TIME", "TIMESTAMP", "TINYBLOB", "TINYINT", "TINYINT SIGNED",
		"TINYINT UNSIGNED", "TINYTEXT", "UNSIGNED", "VARBINARY", "VARCHAR", "VARCHAR2", "YEAR",
	}
}

// isTypeName says whether the name is that of a type a statement may use.
func isTypeName(name string) bool {
	return slices.Contains(paramTypes(), name) || slices.Contains(castTypes(), name) ||
		slices.Contains(sqlTypes(), strings.ToUpper(name))
}

// isCastType says whether CAST and its relatives may make the type.
func isCastType(t *dataType) bool {
	if !isTypeName(t.name) {
		return false
	}
	for _, arg := range t.args {
		if arg.typ != nil && !isCastType(arg.typ) {
			return false
		}
	}
	return true
}
