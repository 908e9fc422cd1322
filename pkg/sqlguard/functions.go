package sqlguard

import (
	_ "embed"
	"strings"
)

// allowedFunctions and refusedFunctions hold every function of the pinned engine,
// one per line under the category it was reviewed in; lambdaFunctions those that
// take a function as their first argument. A test against the engine fails when a
// function is in none of the lists, or in two.
//
//go:embed functions.allowed
var allowedFunctions string

//go:embed functions.lambda
var lambdaFunctions string

//go:embed functions.refused
var refusedFunctions string

// aggregateSection is the category of the functions that combinators may follow.
const aggregateSection = "aggregate"

// functionLists answers what a statement may call.
type functionLists struct {
	allowed    map[string]string // lower case → as the engine writes it
	aggregates map[string]bool
	lambda     map[string]bool
	refused    map[string]bool
	keywords   map[string]bool
}

// newFunctionLists reads the committed lists.
func newFunctionLists() *functionLists {
	l := &functionLists{allowed: map[string]string{}, aggregates: map[string]bool{}, lambda: map[string]bool{}, refused: map[string]bool{}, keywords: map[string]bool{}}
	eachFunction(allowedFunctions, func(section, name string) {
		l.allowed[strings.ToLower(name)] = name
		if section == aggregateSection {
			l.aggregates[strings.ToLower(name)] = true
		}
	})
	for word := range strings.FieldsSeq(keywords) {
		l.keywords[word] = true
	}
	eachFunction(lambdaFunctions, func(_, name string) { l.lambda[strings.ToLower(name)] = true })
	eachFunction(refusedFunctions, func(_, name string) { l.refused[strings.ToLower(name)] = true })
	return l
}

// eachFunction walks a list: `# category` lines, and names.
func eachFunction(list string, visit func(section, name string)) {
	section := ""
	for line := range strings.SplitSeq(list, "\n") {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "# "); ok {
			section = title
		} else if line != "" {
			visit(section, line)
		}
	}
}

// allows says whether a statement may call the function: it is on the list, or it
// is an aggregate function of the list with combinators.
func (l *functionLists) allows(name string) bool {
	_, ok := l.allowed[strings.ToLower(name)]
	return ok || l.isAggregate(name)
}

// knows says whether the engine has a function of that name, allowed or not.
func (l *functionLists) knows(name string) bool {
	return l.allows(name) || l.refused[strings.ToLower(name)]
}

// combinators are the suffixes that make an aggregate function of an aggregate function.
func combinators() []string {
	return []string{
		"if", "array", "map", "ornull", "ordefault", "state", "merge", "foreach", "distinct",
		"resample", "simplestate", "argmin", "argmax", "tuple",
	}
}

// isAggregate says whether the name is that of an aggregate function of the list, with or without combinators.
func (l *functionLists) isAggregate(name string) bool {
	return l.isAggregateLower(strings.ToLower(name), 0)
}

func (l *functionLists) isAggregateLower(name string, depth int) bool {
	const maxCombinators = 6
	if l.aggregates[name] {
		return true
	}
	if depth == maxCombinators {
		return false
	}
	for _, suffix := range combinators() {
		if base, ok := strings.CutSuffix(name, suffix); ok && base != "" && l.isAggregateLower(base, depth+1) {
			return true
		}
	}
	return false
}

// names lists the allowed functions, for suggestions.
func (l *functionLists) names() []string {
	names := make([]string, 0, len(l.allowed))
	for _, name := range l.allowed {
		names = append(names, name)
	}
	return names
}
