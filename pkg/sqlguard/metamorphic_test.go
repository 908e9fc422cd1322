package sqlguard

import (
	"slices"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// rewrites say the same in other writing.
func rewrites() map[string]func([]token) string {
	return map[string]func([]token) string{
		"comments": func(tokens []token) string {
			return rewrite(tokens, func(t token) string {
				if t.kind == kindSpace {
					return " /* ' ` ; /* nested */ */ -- \" SETTINGS x = 1\n"
				}
				return t.text
			})
		},
		"white space": func(tokens []token) string {
			return "\n\t " + rewrite(tokens, func(t token) string {
				if t.kind == kindSpace {
					return "\u00a0\r\n\t \u3000"
				}
				return t.text
			}) + "\n\n"
		},
		"case": func(tokens []token) string {
			return rewrite(tokens, func(t token) string {
				if t.kind != kindWord || !slices.Contains(strings.Fields("SELECT FROM WHERE GROUP BY ORDER LIMIT AS JOIN LEFT ON AND OR NOT HAVING UNION ALL WITH INTO OUTFILE APPLY EXPLAIN DROP INSERT"), strings.ToUpper(t.text)) {
					return t.text
				}
				return strings.ToLower(t.text[:1]) + strings.ToUpper(t.text[1:])
			})
		},
		"quotes": func(tokens []token) string {
			return rewrite(tokens, func(t token) string {
				if t.kind == kindQuoted && t.text[0] == '`' && !strings.ContainsAny(t.text, "\\\"") {
					return `"` + t.name() + `"`
				}
				return t.text
			})
		},
	}
}

func rewrite(tokens []token, write func(token) string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(write(t))
	}
	return b.String()
}

// Comments, white space, the case of keywords and the kind of quotes change no verdict.
func writingChangesNoVerdict(t *testing.T, e *engine) {
	t.Helper()
	guard := New(e, e)
	for i, c := range readCorpus(t, "legitimate.sql") {
		verdict, err := guard.Check(t.Context(), c.statement, Ask)
		if err != nil {
			t.Errorf("%s: %v", c.statement.SQL, err)
			continue
		}
		for name, rewritten := range someRewrites(i, c.statement.SQL) {
			again, err := guard.Check(t.Context(), aurora.Statement{SQL: rewritten, Params: c.statement.Params}, Ask)
			// The engine keeps the blanks inside [1, 2]::Array(UInt8).
			if err != nil || again.Statement.SQL != verdict.Statement.SQL && !strings.Contains(c.statement.SQL, "]::") {
				t.Errorf("%s changes the verdict on\n%s\nto %v\n%s", name, rewritten, err, again.Statement.SQL)
			}
		}
	}
	for i, c := range readCorpus(t, "attacks.sql") {
		for _, rewritten := range someRewrites(i, c.statement.SQL) {
			refused(t, guard, aurora.Statement{SQL: rewritten, Params: c.statement.Params}, Ask)
		}
	}
}

// someRewrites gives one rewrite of a statement, another one for each.
func someRewrites(i int, sql string) map[string]string {
	all := rewrites()
	names := []string{"case", "comments", "quotes", "white space"}
	name := names[i%len(names)]
	return map[string]string{name: all[name](lex(sql))}
}
