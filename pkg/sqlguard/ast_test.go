package sqlguard

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// astConstructs are the constructs whose trees are kept: the guard knows nodes by the
// names the pinned engine prints, so a change of the engine must be seen.
func astConstructs() map[string]string {
	return map[string]string{
		"select":                 "SELECT a, b AS c, 1, 'x (alias y)', NULL, [1, 2], (1, 'a'), -1.5 FROM aurora.t AS t",
		"with_subquery":          "WITH x AS (SELECT 1 AS a) SELECT * FROM x",
		"with_expression":        "WITH 1 AS y, a -> a AS f SELECT y",
		"with_columns":           "WITH x(a, b) AS (SELECT 1, 2) SELECT a FROM x",
		"with_recursive":         "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x) SELECT n FROM x",
		"union_shares_with":      "WITH x AS (SELECT 1 AS a) SELECT 2 UNION ALL SELECT a FROM x",
		"intersect_except":       "SELECT 1 INTERSECT SELECT 2 EXCEPT SELECT 3",
		"joins":                  "SELECT 1 FROM a INNER JOIN b USING (id) CROSS JOIN c ASOF LEFT JOIN d ON c.x = d.x AND c.t >= d.t",
		"array_join":             "SELECT x FROM t LEFT ARRAY JOIN xs AS x, f(xs) AS y",
		"sample_final":           "SELECT 1 FROM t FINAL SAMPLE 1/10 OFFSET 1/2",
		"prewhere_where":         "SELECT 1 FROM t PREWHERE a WHERE b GROUP BY c HAVING d ORDER BY e LIMIT 1 BY f LIMIT 2, 3",
		"grouping_sets":          "SELECT grouping(a) FROM t GROUP BY GROUPING SETS ((a), (b), ())",
		"group_order_all":        "SELECT a FROM t GROUP BY ALL ORDER BY ALL",
		"with_fill":              "SELECT a FROM t ORDER BY a DESC NULLS LAST COLLATE 'en' WITH FILL FROM 1 TO 9 STEP 2 STALENESS 3 INTERPOLATE (b AS b + 1)",
		"window":                 "SELECT sum(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING) FROM t",
		"named_window":           "SELECT rank() OVER w FROM t WINDOW w AS (ORDER BY a), v AS (w PARTITION BY b)",
		"qualify":                "SELECT a FROM t QUALIFY row_number() OVER () = 1",
		"parametric_aggregate":   "SELECT quantiles(0.5, 0.9)(a), sum(a) FILTER (WHERE b), count(DISTINCT a) FROM t",
		"lambda":                 "SELECT arrayMap((x, y) -> x + y, a, b) FROM t",
		"function_by_name":       "SELECT arrayMap(file, ['a'])",
		"apply":                  "SELECT * APPLY(file) FROM t",
		"apply_lambda":           "SELECT COLUMNS('a') APPLY(x -> file(x)) FROM t",
		"except_replace":         "SELECT * EXCEPT (a, b) REPLACE (c + 1 AS c), t.* EXCEPT STRICT d FROM t",
		"columns":                "SELECT COLUMNS('a'), COLUMNS(a, b), t.COLUMNS('a'), t.COLUMNS(a, b) FROM t",
		"in_table":               "SELECT a IN b, a IN (b.c), a IN (1, 2), a IN (SELECT 1), a IN numbers(3) FROM t",
		"exists":                 "SELECT EXISTS (SELECT 1), a = ANY (SELECT 1), a > ALL (SELECT 1) FROM t",
		"case_cast_interval":     "SELECT CASE a WHEN 1 THEN 2 END, CASE WHEN a THEN 1 ELSE 2 END, a::String, CAST(a AS Array(Int8)), INTERVAL 1 DAY, EXTRACT(YEAR FROM a), a ? 1 : 2 FROM t",
		"json_paths":             "SELECT j.a.b, j.a.:Int64, j.^a, j.a[].b, p.1, p.x, m['k'] FROM t",
		"table_functions":        "SELECT * FROM numbers(10) AS n, values('a Int8', 1), generate_series(1, 2)",
		"values_query":           "SELECT * FROM (VALUES (1, 2), (3, 4))",
		"table_column_aliases":   "SELECT a FROM t AS t(a, b)",
		"explain_in_from":        "SELECT * FROM (EXPLAIN AST SELECT 1)",
		"stream":                 "SELECT 1 FROM t STREAM",
		"parallel_with":          "SELECT 1 PARALLEL WITH SELECT 2",
		"global_variable":        "SELECT @@version",
		"operators":              "SELECT a + b - c * d / e % f, a || b, a <=> b, NOT a, -a, a BETWEEN 1 AND 2, a LIKE 'x', a IS NULL, a AND b OR c, a[1], a.1, (a, b), [a, b] FROM t",
		"distinct_on_top_fetch":  "SELECT DISTINCT ON (a) a FROM t ORDER BY a OFFSET 1 ROW FETCH FIRST 2 ROWS ONLY",
		"quoted_names_are_plain": "SELECT `a b`, `c (x)` AS `d e` FROM `my table`",
	}
}

// The trees of the constructs are those that were reviewed.
func treesAreThoseReviewed(t *testing.T, e *engine) {
	t.Helper()
	for name, sql := range astConstructs() {
		tree, err := e.ExplainAST(t.Context(), aurora.Statement{SQL: sql})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		file := filepath.Join("testdata", "ast", name+".txt")
		text := "-- " + sql + "\n" + tree + "\n"
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		golden, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(string(golden), text); diff != "" {
			t.Errorf("%s: the engine prints another tree (-reviewed +engine):\n%s", name, diff)
		}
	}
}

// goldenTrees reads the committed trees.
func goldenTrees(tb testing.TB) map[string]string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "ast", "*.txt"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no golden trees: %v", err)
	}
	trees := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		_, tree, _ := strings.Cut(string(text), "\n")
		trees[strings.TrimSuffix(filepath.Base(file), ".txt")] = tree
	}
	return trees
}

// The trees of what is not accepted hold a node that is not on the list; all others are read whole.
func TestReadASTKnowsTheNodesOfTheEngine(t *testing.T) {
	t.Parallel()
	foreign := map[string]bool{"apply": true, "apply_lambda": true, "stream": true, "parallel_with": true}
	for name, tree := range goldenTrees(t) {
		root, err := readAST(tree)
		if foreign[name] != (err != nil) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err == nil {
			if got := count(root); got != strings.Count(strings.TrimSpace(tree), "\n")+1 {
				t.Errorf("%s: %d nodes of %d lines", name, got, strings.Count(tree, "\n"))
			}
		}
	}
}

func count(n *node) int {
	total := 1
	for _, c := range n.children {
		total += count(c)
	}
	return total
}

func TestReadASTRefusesWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	for name, tree := range map[string]string{
		"empty":               "",
		"no root":             " SelectWithUnionQuery",
		"unknown node":        "SelectWithUnionQuery (children 1)\n SomethingNew",
		"fewer children":      "SelectWithUnionQuery (children 2)\n ExpressionList",
		"more children":       "SelectWithUnionQuery (children 1)\n ExpressionList\n ExpressionList",
		"a child too deep":    "SelectWithUnionQuery (children 1)\n   ExpressionList",
		"two roots":           "SelectWithUnionQuery\nSelectWithUnionQuery",
		"text where none is":  "SelectWithUnionQuery url",
		"no text":             "SelectWithUnionQuery (children 1)\n Function",
		"an unclosed literal": "SelectWithUnionQuery (children 1)\n Literal 'x",
		"more after literal":  "SelectWithUnionQuery (children 1)\n Literal 'x' (alias y",
		"an alias on a list":  "SelectWithUnionQuery (children 1)\n ExpressionList (alias x)",
		"zero children":       "SelectWithUnionQuery (children 0)",
		"children by words":   "SelectWithUnionQuery (children many)",
	} {
		_, err := readAST(tree)
		var r *refusal
		if !errors.As(err, &r) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

func TestReadASTPartsTextAndAlias(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]node{
		`Literal 'it\'s (alias x)' (alias q)`:        {kind: nodeLiteral, text: `'it\'s (alias x)'`, alias: "q"},
		`Literal 'x (children 2)'`:                   {kind: nodeLiteral, text: `'x (children 2)'`},
		`Literal Array_['a (alias b)', UInt64_1]`:    {kind: nodeLiteral, text: `Array_['a (alias b)', UInt64_1]`},
		`Function sum (alias s) (children 1)`:        {kind: nodeFunction, text: "sum", alias: "s", want: 1},
		`Identifier id (alias count())`:              {kind: nodeIdentifier, text: "id", alias: "count()"},
		`Subquery (alias m) (children 1)`:            {kind: nodeSubquery, alias: "m", want: 1},
		`TableIdentifier aurora.page views`:          {kind: nodeTable, text: "aurora.page views"},
		`InterpolateElement (column a) (children 1)`: {kind: nodeInterpolate, text: "(column a)", want: 1},
	} {
		got, err := readNode(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if diff := cmp.Diff(want, *got, cmp.AllowUnexported(node{})); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
}

// FuzzReadAST: no text makes the reader panic, and what it accepts adds up.
func FuzzReadAST(f *testing.F) {
	for _, tree := range goldenTrees(f) {
		f.Add(tree)
	}
	f.Add("SelectWithUnionQuery (children 1)\n Literal '\\'")
	f.Fuzz(func(t *testing.T, text string) {
		root, err := readAST(text)
		if err != nil {
			return
		}
		if got, lines := count(root), strings.Count(strings.TrimRight(text, "\n"), "\n")+1; got != lines {
			t.Errorf("%d nodes of %d lines", got, lines)
		}
	})
}
