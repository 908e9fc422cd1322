package clickhouse

import "strings"

// typeName is a ClickHouse type as a tree: Array(Tuple(a DateTime64(3, 'UTC'))) say.
type typeName struct {
	name string
	// args are the inner types, and for other arguments their text as a name.
	args []typeName
	// field is the name of the element inside a Tuple or Nested, if it has one.
	field string
}

// parseType reads a type. Text that is no type becomes a name without arguments.
func parseType(text string) typeName {
	text = strings.TrimSpace(text)
	open := strings.IndexByte(text, '(')
	if open < 0 || !strings.HasSuffix(text, ")") {
		return typeName{name: text}
	}
	t := typeName{name: text[:open]}
	for _, arg := range splitTop(text[open+1 : len(text)-1]) {
		t.args = append(t.args, parseArg(t.name, arg))
	}
	return t
}

// parseArg reads one argument of a type; those of Tuple and Nested may begin with a name.
func parseArg(outer, arg string) typeName {
	arg = strings.TrimSpace(arg)
	if outer != "Tuple" && outer != "Nested" {
		return parseType(arg)
	}
	field, rest := cutField(arg)
	t := parseType(rest)
	t.field = field
	return t
}

// cutField cuts the element name off "name Type" or "`na me` Type".
func cutField(arg string) (field, rest string) {
	if strings.HasPrefix(arg, "`") {
		if end := strings.IndexByte(arg[1:], '`'); end >= 0 {
			return arg[1 : end+1], strings.TrimSpace(arg[end+2:])
		}
	}
	space := strings.IndexByte(arg, ' ')
	if bracket := strings.IndexByte(arg, '('); space > 0 && (bracket < 0 || space < bracket) {
		return arg[:space], strings.TrimSpace(arg[space:])
	}
	return "", arg
}

// splitTop splits at the commas outside brackets and quotes.
func splitTop(text string) []string {
	var (
		parts []string
		depth int
		quote byte
		start int
	)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

// base is the type without the wrappers that do not change its values.
func (t typeName) base() typeName {
	switch t.name {
	case "Nullable", "LowCardinality":
		if len(t.args) == 1 {
			return t.args[0].base()
		}
	case "SimpleAggregateFunction":
		if len(t.args) > 1 {
			return t.args[len(t.args)-1].base()
		}
	}
	return t
}

// arg is the i-th inner type, or the zero type.
func (t typeName) arg(i int) typeName {
	if i < len(t.args) {
		return t.args[i]
	}
	return typeName{}
}

// element is the inner type of a named element.
func (t typeName) element(field string) typeName {
	for _, arg := range t.args {
		if arg.field == field {
			return arg
		}
	}
	return typeName{}
}

// zoned says whether a date-time type names its time zone.
func (t typeName) zoned() bool {
	for _, arg := range t.args {
		if strings.HasPrefix(arg.name, "'") {
			return true
		}
	}
	return false
}
