package sqlguard

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// fakeParser answers from its fields.
type fakeParser struct {
	format func(sql string) (string, error)
	tree   string
}

func (p fakeParser) Format(_ context.Context, sql string) (string, error) { return p.format(sql) }
func (p fakeParser) ExplainAST(context.Context, aurora.Statement) (string, error) {
	return p.tree, nil
}

type fakeCatalogue []aurora.Table

func (c fakeCatalogue) Tables(context.Context) ([]aurora.Table, error) { return c, nil }

func same1(sql string) (string, error) { return sql, nil }

const treeOfOne = "SelectWithUnionQuery (children 1)\n ExpressionList (children 1)\n  SelectQuery (children 1)\n   ExpressionList (children 1)\n    Literal UInt64_1"

// What the engine says wrongly, late or not at all never becomes a yes.
func TestCheckFailsClosed(t *testing.T) {
	t.Parallel()
	away := &aurora.Error{Code: aurora.CodeClickHouseAway, Title: "cannot reach ClickHouse", Hint: "aurora up"}
	for name, c := range map[string]struct {
		parser  fakeParser
		refused bool
	}{
		"engine away":               {fakeParser{format: func(string) (string, error) { return "", away }}, false},
		"context ended":             {fakeParser{format: func(string) (string, error) { return "", context.DeadlineExceeded }}, false},
		"tree empty":                {fakeParser{format: same1}, true},
		"tree of something else":    {fakeParser{format: same1, tree: "DropQuery aurora t (children 1)\n Identifier t"}, true},
		"settings beside the query": {fakeParser{format: same1, tree: strings.Replace(treeOfOne, "(children 1)", "(children 2)", 1) + "\n Set"}, true},
		"format beside the query":   {fakeParser{format: same1, tree: strings.Replace(treeOfOne, "(children 1)", "(children 2)", 1) + "\n Identifier CSV"}, true},
		"file beside the query":     {fakeParser{format: same1, tree: strings.Replace(treeOfOne, "(children 1)", "(children 2)", 1) + "\n Literal 'x'"}, true},
		"not a fixed point":         {fakeParser{format: func(sql string) (string, error) { return sql + " + 1", nil }, tree: treeOfOne}, true},
		"canonical writes":          {fakeParser{format: func(string) (string, error) { return "DROP TABLE t", nil }, tree: treeOfOne}, true},
		"canonical of two":          {fakeParser{format: func(string) (string, error) { return "SELECT 1; SELECT 2", nil }, tree: treeOfOne}, true},
		"more words than the tree":  {fakeParser{format: func(string) (string, error) { return "SELECT 1 FROM secrets", nil }, tree: treeOfOne}, true},
	} {
		verdict, err := New(c.parser, fakeCatalogue{}).Check(t.Context(), aurora.Statement{SQL: "SELECT 1"}, Ask)
		var e *aurora.Error
		isRefusal := errors.As(err, &e) && e.Code == aurora.CodeGuardRefused
		if err == nil || isRefusal != c.refused {
			t.Errorf("%s: %v %+v, want refused %v", name, err, verdict, c.refused)
		}
	}
	if _, err := New(fakeParser{format: same1, tree: treeOfOne}, fakeCatalogue{}).Check(t.Context(), aurora.Statement{SQL: "SELECT 1"}, "root"); err == nil {
		t.Error("an unknown profile passed")
	}
	if _, err := New(fakeParser{format: same1, tree: treeOfOne}, fakeCatalogue{}).Check(t.Context(), aurora.Statement{SQL: "SELECT 1"}, Ask); err != nil {
		t.Errorf("the control case: %v", err)
	}
}

func TestCheckBoundsText(t *testing.T) {
	t.Parallel()
	many := make([]aurora.Param, maxParams+1)
	for name, c := range map[string]struct {
		statement aurora.Statement
		rule      Rule
	}{
		"long text":       {aurora.Statement{SQL: "SELECT '" + strings.Repeat("x", maxText) + "'"}, RuleTooLarge},
		"many parameters": {aurora.Statement{SQL: "SELECT 1", Params: many}, RuleTooLarge},
		"long parameter":  {aurora.Statement{SQL: "SELECT {a:String}", Params: []aurora.Param{{Name: "a", Value: strings.Repeat("x", maxParam+1)}}}, RuleTooLarge},
		"NUL":             {aurora.Statement{SQL: "SELECT 'a\x00'"}, RuleBadText},
		"escape":          {aurora.Statement{SQL: "SELECT '\x1b[0m'"}, RuleBadText},
		"broken UTF-8":    {aurora.Statement{SQL: "SELECT '\xff'"}, RuleBadText},
		"lone return":     {aurora.Statement{SQL: "SELECT 1 -- x\rDROP"}, RuleBadText},
		"deep brackets":   {aurora.Statement{SQL: "SELECT " + strings.Repeat("(", 65) + "1" + strings.Repeat(")", 65)}, RuleUnbalanced},
		"empty":           {aurora.Statement{SQL: " -- nothing\n"}, RuleNotSelect},
		"semicolons":      {aurora.Statement{SQL: ";;"}, RuleNotSelect},
	} {
		_, err := New(fakeParser{format: same1, tree: treeOfOne}, fakeCatalogue{}).Check(t.Context(), c.statement, Ask)
		var e *aurora.Error
		if !errors.As(err, &e) || e.Extra["rule"] != string(c.rule) {
			t.Errorf("%s: %v, want %s", name, err, c.rule)
		}
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ, value, want string
		ok               bool
	}{
		{"Int8", "127", "127", true}, {"Int8", "128", "", false}, {"UInt8", "-1", "", false}, {"UInt64", "1_0", "", false}, {"Int32", "1 OR 1", "", false},
		{"Float64", "1e5", "1e5", true}, {"Float64", "abc", "", false}, {"Float64", "inf", "inf", true}, {"Bool", "TRUE", "TRUE", true}, {"Bool", "yes", "", false},
		{"Decimal(10, 2)", "-1.25", "-1.25", true}, {"Decimal(10, 2)", "1;2", "", false}, {"Date", "2024-02-30", "", false}, {"Date", "2024-02-29", "2024-02-29", true},
		{"DateTime64(3, 'UTC')", "2024-01-01T00:00:00.123Z", "2024-01-01T00:00:00.123Z", true}, {"DateTime", "1700000000", "1700000000", true}, {"DateTime", "now()", "", false},
		{"UUID", "61f0c404-5cb3-11e7-907b-a6006ad3dba0", "61f0c404-5cb3-11e7-907b-a6006ad3dba0", true}, {"UUID", "x", "", false},
		{"IPv4", "1.2.3.4", "1.2.3.4", true}, {"IPv4", "::1", "", false}, {"IPv6", "::1", "::1", true},
		{"FixedString(2)", "abc", "", false}, {"Nullable(Int8)", `\N`, `\N`, true}, {"Nullable(Int8)", "x", "", false}, {"String", "'; DROP", "'; DROP", true},
		{"Array(Int8)", "[1,2 , 3]", "[1, 2, 3]", true}, {"Array(Int8)", "[1, 300]", "", false}, {"Array(String)", `['a''b', 'c\'d']`, `['a\'b', 'c\'d']`, true},
		{"Array(String)", "['a'] || x", "", false}, {"Array(String)", "['a'", "", false}, {"Array(Array(Int8))", "[[1], []]", "[[1], []]", true},
		{"Tuple(String, Int8)", "('a', 1)", "('a', 1)", true}, {"Tuple(String, Int8)", "('a')", "", false}, {"Map(String, Int8)", "{'k':1}", "{'k': 1}", true}, {"Map(String, Int8)", "{k}", "", false},
		{"Array(Nullable(Int8))", "[NULL, 1]", "[NULL, 1]", true}, {"Array(Date)", "['2024-01-01']", "['2024-01-01']", true}, {"Array(Int8)", "[file('x')]", "", false},
	} {
		typ, err := parseType(c.typ)
		if err != nil {
			t.Fatalf("%s: %v", c.typ, err)
		}
		got, err := fit(typ, c.value)
		if (err == nil) != c.ok || c.ok && got != c.want {
			t.Errorf("%s %q: %q, %v; want %q, %v", c.typ, c.value, got, err, c.want, c.ok)
		}
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ param, cast bool }{
		"String": {true, true}, "Array(Nullable(Int64))": {true, true}, "LowCardinality(Nullable(String))": {true, true}, "DateTime64(3,'UTC')": {true, true},
		"Map(String, Array(Int8))": {true, true}, "Tuple(a String, b Int8)": {true, true}, "Decimal(10, 2)": {true, true},
		"Identifier": {}, "identifier": {}, "AggregateFunction(sum, UInt64)": {}, "Array(AggregateFunction(sum, UInt64))": {}, "Nested(a AggregateFunction(uniq, String))": {},
		"Map(Int8, Int8)": {false, true}, "Enum8('a' = 1, 'b' = -2)": {false, true}, "JSON(a.b UInt32, max_dynamic_paths = 8)": {false, true}, "JSON": {false, true},
		"DOUBLE PRECISION": {false, true}, "varchar(255)": {false, true}, "BIGINT UNSIGNED": {false, true}, "Nested(a Int8)": {false, true}, "Variant(String, Int8)": {false, true},
		"Object('json')": {}, "SimpleAggregateFunction(sum, UInt64)": {}, "String(": {}, "": {}, "(String)": {}, "String)": {}, "String; DROP": {}, "Array(String": {},
	} {
		typ, err := parseType(text)
		if got := err == nil && isParamType(typ); got != want.param {
			t.Errorf("%q as a parameter: %v, want %v", text, got, want.param)
		}
		if got := err == nil && isCastType(typ); got != want.cast {
			t.Errorf("%q in a cast: %v, want %v", text, got, want.cast)
		}
	}
}

func TestCombinatorsFollowAggregatesOnly(t *testing.T) {
	t.Parallel()
	lists := newFunctionLists()
	for name, want := range map[string]bool{
		"sum": true, "SUM": true, "sumIf": true, "sumIfOrNull": true, "quantilesTDigestArrayIf": true, "uniqStateForEach": true, "countDistinct": true,
		"file": false, "fileIf": false, "lengthIf": false, "If": false, "Merge": false, "sleepState": false, "sumIfIfIfIfIfIfIfIf": false, "aggThrow": false, "aggThrowIf": false,
	} {
		if got := lists.isAggregate(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// The words of a refusal name what was refused, where it stands and what to do.
func refusalsSpeakToTheUser(t *testing.T, e *engine) {
	t.Helper()
	guard := New(e, e)
	for sql, want := range map[string]struct {
		rule  Rule
		where string
		words string
	}{
		"SELECT id\nFROM events\nWHERE file('x') = ''": {RuleFunction, "3:7", "file"},
		"SELECT lengthh(kind) FROM events":             {RuleFunction, "1:8", "did you mean length"},
		"SELECT kin FROM events":                       {RuleColumn, "1:8", "did you mean kind"},
		"SELECT * FROM evnts":                          {RuleTable, "1:15", "did you mean events"},
		"SELECT 1 FROM url('http://x')":                {RuleTableFunction, "1:15", "table function url"},
		"SELECT id FRM events":                         {RuleSyntax, "1:15", "near events"},
		"SELECT 1; DROP TABLE events":                  {RuleMulti, "1:9", "more than one statement"},
		"DROP TABLE events":                            {RuleNotSelect, "1:1", "DROP"},
		"SELECT 1\nSETTINGS max_threads = 1":           {RuleClause, "2:1", "SETTINGS"},
		"SELECT arrayMap(length, tags) FROM events":    {RuleIdentifier, "1:17", "x -> length(x)"},
		"SELECT * APPLY(sum) FROM events":              {RuleClause, "1:10", "APPLY"},
		"SELECT {a:Identifier} FROM events":            {RuleParamType, "1:8", "never the name of a table"},
		"SELECT {a:String} FROM events":                {RuleParamMissing, "1:8", "--param a=VALUE"},
		"SELECT * FROM aurora_system.secrets":          {RuleTable, "1:29", "there is no table aurora_system.secrets that may be read"},
	} {
		_, err := guard.Check(t.Context(), aurora.Statement{SQL: sql}, Ask)
		var r *aurora.Error
		if !errors.As(err, &r) {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		words := r.Title + " " + r.Detail + " " + r.Hint
		if r.Extra["rule"] != string(want.rule) || r.Extra["where"] != want.where || !strings.Contains(words, want.words) {
			t.Errorf("%s: %v %v %q, want %v", sql, r.Extra["rule"], r.Extra["where"], words, want)
		}
	}
	existing, missing := errorOf(t, guard, "SELECT * FROM leak"), errorOf(t, guard, "SELECT * FROM lfak")
	if diff := cmp.Diff(strings.ReplaceAll(existing, "leak", "T"), strings.ReplaceAll(missing, "lfak", "T")); diff != "" {
		t.Errorf("a forbidden and a missing table are told apart:\n%s", diff)
	}
}

func errorOf(t *testing.T, guard *Guard, sql string) string {
	t.Helper()
	_, err := guard.Check(t.Context(), aurora.Statement{SQL: sql}, Ask)
	e := aurora.AsError(err)
	if e == nil {
		t.Fatalf("%s passed", sql)
	}
	return e.Title + "|" + e.Detail + "|" + e.Hint
}

// For Browse a FORMAT clause at the end is handed to the transport.
func formatIsCutForBrowse(t *testing.T, e *engine) {
	t.Helper()
	guard := New(e, e)
	verdict, err := guard.Check(t.Context(), aurora.Statement{SQL: "SELECT id FROM url ORDER BY id\nFORMAT JSONEachRow;"}, Browse)
	if err != nil {
		t.Fatal(err)
	}
	if verdict.Format != "JSONEachRow" || verdict.Statement.SQL != "SELECT id FROM url ORDER BY id ASC" {
		t.Errorf("format %q, statement %q", verdict.Format, verdict.Statement.SQL)
	}
	refused(t, guard, aurora.Statement{SQL: "SELECT id FROM url FORMAT CSV"}, Ask)
	refused(t, guard, aurora.Statement{SQL: "SELECT * FROM (SELECT 1 FORMAT CSV)"}, Browse)
	refused(t, guard, aurora.Statement{SQL: "SELECT file('x') FORMAT CSV"}, Browse)
}

// A table that was made a moment ago is found; what is bound and read is told.
func verdictsTellWhatIsRead(t *testing.T, e *engine) {
	t.Helper()
	guard := New(e, e)
	s := aurora.Statement{
		SQL:    "SELECT u.name, sum(e.amount) AS total FROM events e JOIN aurora.users u USING (user_id) WHERE e.kind = {k : String} GROUP BY u.name",
		Params: []aurora.Param{{Name: "k", Value: "buy"}},
	}
	for range 2 { // the second time from the cache
		verdict, err := guard.Check(t.Context(), s, Ask)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"aurora.events", "aurora.users"}, verdict.Tables); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]aurora.Param{{Name: "k", Type: "String", Value: "buy"}}, verdict.Statement.Params); diff != "" {
			t.Error(diff)
		}
	}
	refused(t, guard, aurora.Statement{SQL: "SELECT a FROM aurora_late"}, Ask)
	e.lines(t, "CREATE VIEW aurora.aurora_late AS SELECT 1 AS a")
	defer e.lines(t, "DROP VIEW aurora.aurora_late")
	if _, err := guard.Check(t.Context(), aurora.Statement{SQL: "SELECT a FROM aurora_late"}, Ask); err != nil {
		t.Errorf("a new table is not found: %v", err)
	}
}
