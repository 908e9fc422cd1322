package sqlguard

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Rule names why a statement was refused. The names are part of the interface:
// they stand in [aurora.Error].Extra["rule"].
type Rule string

// The rules.
const (
	RuleTooLarge      Rule = "too_large"                // the statement or its parameters are too large
	RuleBadText       Rule = "bad_text"                 // not UTF-8, or control characters
	RuleNotSelect     Rule = "not_a_select"             // does not begin like a SELECT
	RuleMulti         Rule = "multi_statement"          // more than one statement
	RuleUnbalanced    Rule = "unbalanced"               // brackets or quotes that do not close
	RuleClause        Rule = "clause_forbidden"         // a clause that a read does not need: SETTINGS, FORMAT, INTO OUTFILE, APPLY
	RuleOddIdentifier Rule = "odd_identifier"           // a quoted name with characters no name has
	RuleParamType     Rule = "param_type"               // a parameter of a type that is not on the list
	RuleParamMissing  Rule = "param_missing"            // a parameter without a value, or a value without a parameter
	RuleParamValue    Rule = "param_value"              // a value that does not fit its type
	RuleSyntax        Rule = "syntax"                   // the engine cannot parse it
	RuleAST           Rule = "ast_unknown"              // a syntax tree that cannot be judged
	RuleFunction      Rule = "function_forbidden"       // a function that is not on the list
	RuleTable         Rule = "table_forbidden"          // a table that does not exist or may not be read
	RuleTableFunction Rule = "table_function_forbidden" // a table function that is not on the list, or too many rows
	RuleIdentifier    Rule = "identifier_unknown"       // a name that would be a function or a table where a value belongs
	RuleColumn        Rule = "column_unknown"           // a name that is no column, alias or argument
)

// refusal is a refusal before it is put in the user's words: at is the offset in
// the original text, or -1, and then name says which word of it to look for.
type refusal struct {
	rule   Rule
	title  string
	detail string
	hint   string
	at     int
	name   string
	// reaches says that the statement reached for something that was reviewed and refused: no slip.
	reaches bool
}

func (r *refusal) Error() string { return string(r.rule) + ": " + r.title }

// refuse makes a refusal that concerns the whole statement.
func refuse(rule Rule, title string, args ...any) *refusal {
	return &refusal{rule: rule, title: fmt.Sprintf(title, args...), at: -1}
}

// because adds why and what to do instead.
func (r *refusal) because(detail, hint string) *refusal {
	r.detail, r.hint = detail, hint
	return r
}

// on points at an offset of the original text.
func (r *refusal) on(offset int) *refusal {
	r.at = offset
	return r
}

// named points at the word of the original text that is meant.
func (r *refusal) named(name string) *refusal {
	r.name = name
	return r
}

// userError puts the refusal in the form every face prints.
func (r *refusal) userError(original string) *aurora.Error {
	hint := r.hint
	if hint == "" {
		hint = "write one SELECT over your tables; `aurora sql --help` shows examples"
	}
	extra := map[string]any{"rule": string(r.rule), "where": where(original, r.offset(original))}
	if r.reaches {
		extra["reaches"] = true
	}
	return &aurora.Error{
		Code:   aurora.CodeGuardRefused,
		Title:  r.title,
		Detail: r.detail,
		Hint:   hint,
		Extra:  extra,
	}
}

// offset finds the place in the original text: the offset if it is known, else
// the first word of that name.
func (r *refusal) offset(original string) int {
	if r.at >= 0 {
		return min(r.at, len(original))
	}
	if r.name == "" {
		return 0
	}
	name := r.name[strings.LastIndexByte(r.name, '.')+1:]
	for _, t := range lex(original) {
		if isName(t) && strings.EqualFold(t.name(), name) {
			return t.pos
		}
	}
	return 0
}

// where gives line and column, both from 1, of an offset.
func where(text string, offset int) string {
	before := text[:offset]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("%d:%d", line, column)
}

// Mechanical says whether a refusal is a slip that the author of the statement may
// mend (a name that does not exist, a word in the wrong place), rather than a
// statement that reaches for what is not allowed. What is mended is checked again.
func Mechanical(e *aurora.Error) bool {
	rule, _ := e.Extra["rule"].(string)
	if e.Extra["reaches"] == true {
		return false
	}
	switch Rule(rule) {
	case RuleSyntax, RuleUnbalanced, RuleColumn, RuleIdentifier, RuleTable, RuleFunction, RuleParamMissing, RuleParamType, RuleParamValue:
		return e.Code == aurora.CodeGuardRefused
	default:
		return false
	}
}
