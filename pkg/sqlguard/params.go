package sqlguard

import (
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// placeholder is a {name:Type} of a statement.
type placeholder struct {
	name string
	typ  string
	pos  int
}

// placeholders lists the parameters a statement asks for.
func placeholders(tokens []token) []placeholder {
	var found []placeholder
	for _, t := range tokens {
		if t.kind != kindPlaceholder {
			continue
		}
		inner := significant(lex(t.text[1 : len(t.text)-1]))
		typ := t.text[1+inner[1].end() : len(t.text)-1]
		found = append(found, placeholder{name: inner[0].text, typ: strings.TrimSpace(typ), pos: t.pos})
	}
	return found
}

// bind is step 4: every placeholder has a value, every value has a placeholder,
// the types are on the list, agree, and the values fit. It gives the parameters in
// the order of their first placeholder, each with the type as the engine writes it.
func bind(tokens []token, given []aurora.Param) ([]aurora.Param, error) {
	values, err := byName(given)
	if err != nil {
		return nil, err
	}
	types := map[string]string{}
	bound := []aurora.Param{}
	for _, p := range placeholders(tokens) {
		typ, err := p.check()
		if err != nil {
			return nil, err
		}
		if known, ok := types[p.name]; ok {
			if known != typ.String() {
				return nil, refuse(RuleParamType, "parameter %s has two types", clip(p.name)).
					because(known+" and "+typ.String(), "use one type, or two parameters").on(p.pos)
			}
			continue
		}
		types[p.name] = typ.String()
		param, err := p.bind(typ, values)
		if err != nil {
			return nil, err
		}
		bound = append(bound, param)
	}
	for _, p := range given {
		if _, used := types[p.Name]; !used {
			return nil, refuse(RuleParamMissing, "parameter %s is not used", clip(p.Name)).
				because("the statement has no {"+clip(p.Name)+":Type}", "leave the value out, or use it in the statement")
		}
	}
	return bound, nil
}

func byName(given []aurora.Param) (map[string]aurora.Param, error) {
	values := make(map[string]aurora.Param, len(given))
	for _, p := range given {
		if _, twice := values[p.Name]; twice {
			return nil, refuse(RuleParamMissing, "parameter %s is given twice", clip(p.Name)).
				because("each parameter has one value", "leave one of them out")
		}
		values[p.Name] = p
	}
	return values, nil
}

// check reads the type of a placeholder.
func (p placeholder) check() (*dataType, error) {
	typ, err := parseType(p.typ)
	if err == nil && isParamType(typ) {
		return typ, nil
	}
	why := "values have scalar or container types"
	if strings.EqualFold(p.typ, "Identifier") {
		why = "a parameter is a value, never the name of a table or column"
	}
	return nil, refuse(RuleParamType, "parameter %s may not have the type %s", clip(p.name), clip(p.typ)).
		because(why, "use a type such as String, Int64, Float64, DateTime64(3), or Array of one of them").on(p.pos)
}

// bind finds the value and checks it against the type.
func (p placeholder) bind(typ *dataType, values map[string]aurora.Param) (aurora.Param, error) {
	value, ok := values[p.name]
	if !ok {
		return value, refuse(RuleParamMissing, "parameter %s has no value", clip(p.name)).
			because("the statement asks for {"+clip(p.name)+":"+typ.String()+"}", "give it: --param "+clip(p.name)+"=VALUE").on(p.pos)
	}
	if value.Type != "" {
		given, err := parseType(value.Type)
		if err != nil || given.String() != typ.String() {
			return value, refuse(RuleParamType, "parameter %s was given as %s", clip(p.name), clip(value.Type)).
				because("the statement asks for "+typ.String(), "give both the same type").on(p.pos)
		}
	}
	text, err := fit(typ, value.Value)
	if err != nil {
		return value, refuse(RuleParamValue, "the value of parameter %s is not of type %s", clip(p.name), typ.String()).
			because(err.Error(), "give a value of that type").on(p.pos)
	}
	return aurora.Param{Name: p.name, Type: typ.String(), Value: text}, nil
}
