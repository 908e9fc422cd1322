package sqlguard

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Checking a statement made to be hard to check comes to an end, whatever the verdict.
func bombsDoNotStopTheGuard(t *testing.T, e *engine) {
	t.Helper()
	guard := New(e, e)
	nest := func(open, inner, closing string, n int) string {
		return "SELECT " + strings.Repeat(open, n) + inner + strings.Repeat(closing, n)
	}
	for name, sql := range map[string]string{
		"brackets":        nest("(", "1", ")", 63),
		"arrays":          nest("[", "1", "]", 63),
		"functions":       nest("abs(", "1", ")", 63),
		"subqueries":      nest("(SELECT ", "1", ")", 63),
		"lambdas":         nest("arrayMap(x -> ", "x", ", [1])", 30),
		"case":            nest("CASE WHEN 1 THEN ", "1", " ELSE 0 END", 500),
		"not":             "SELECT " + strings.Repeat("NOT ", 10_000) + "1",
		"minus":           "SELECT " + strings.Repeat("- ", 20_000) + "1",
		"plus":            "SELECT 1" + strings.Repeat("+1", 20_000),
		"or":              "SELECT 1" + strings.Repeat(" OR 1", 10_000),
		"list":            "SELECT 1 IN (1" + strings.Repeat(",1", 20_000) + ")",
		"columns":         "SELECT 1" + strings.Repeat(",a", 20_000) + " FROM url",
		"unions":          "SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", 2_000),
		"joins":           "SELECT 1 FROM url" + strings.Repeat(", url", 5_000),
		"aliases":         "WITH 1 AS a0" + doubling(200) + " SELECT a200",
		"ctes":            "WITH a0 AS (SELECT 1)" + strings.Repeat(", a AS (SELECT 1)", 2_000) + " SELECT 1",
		"unclosed quotes": "SELECT '" + strings.Repeat("\\'", 30_000),
		"comments":        "SELECT " + strings.Repeat("/*", 30_000),
		"ternaries":       "SELECT " + strings.Repeat("1 ? ", 2_000) + "1" + strings.Repeat(" : 1", 2_000),
		"casts":           "SELECT 1" + strings.Repeat("::Int8", 5_000),
	} {
		began := time.Now()
		_, err := guard.Check(t.Context(), aurora.Statement{SQL: sql}, Ask)
		const limit = 15 * time.Second // generous: the machine of the tests is shared
		if took := time.Since(began); took > limit {
			t.Errorf("%s took %s: %v", name, took, err)
		} else {
			t.Logf("%s: %s, %v", name, took.Round(time.Millisecond), aurora.AsError(err) != nil)
		}
	}
	if _, err := guard.Check(t.Context(), aurora.Statement{SQL: "SELECT id FROM url"}, Ask); err != nil {
		t.Errorf("after the bombs: %v", err)
	}
}

// doubling makes aliases that each name the one before twice.
func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		a, c := "a"+strconv.Itoa(i), "a"+strconv.Itoa(i+1)
		b.WriteString(", (" + a + ", " + a + ") AS " + c)
	}
	return b.String()
}
