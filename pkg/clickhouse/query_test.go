package clickhouse

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

func testQueryConvertsEveryType(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	tests := []struct {
		sql  string
		typ  string
		want any
	}{
		{"1", "UInt8", int64(1)},
		{"toUInt64(18446744073709551615)", "UInt64", "18446744073709551615"},
		{"toInt128(-7)", "Int128", int64(-7)},
		{"toUInt256('115792089237316195423570985008687907853269984665640564039457584007913129639935')", "UInt256",
			"115792089237316195423570985008687907853269984665640564039457584007913129639935"},
		{"0.5", "Float64", 0.5},
		{"nan", "Float64", "nan"},
		{"-inf", "Float64", "-inf"},
		{"toFloat32(0.1)", "Float32", 0.1},
		{"toDecimal64('12.3400', 4)", "Decimal(18, 4)", "12.34"},
		{"toDecimal256('-1234567890123456789012345678901234567890.5', 2)", "Decimal(76, 2)", "-1234567890123456789012345678901234567890.5"},
		{"true", "Bool", true},
		{"'it''s'", "String", "it's"},
		{"unhex('FF00')", "String", "base64:/wA="},
		{"toFixedString('ab', 2)", "FixedString(2)", "ab"},
		{"NULL", "Nullable(Nothing)", nil},
		{"CAST(NULL, 'Nullable(Int32)')", "Nullable(Int32)", nil},
		{"CAST('a', 'LowCardinality(Nullable(String))')", "LowCardinality(Nullable(String))", "a"},
		{"CAST('b', 'Enum8(\\'a\\' = 1, \\'b\\' = 2)')", "Enum8('a' = 1, 'b' = 2)", "b"},
		{"toDate('2013-01-02')", "Date", "2013-01-02"},
		{"toDate32('1900-01-01')", "Date32", "1900-01-01"},
		{"toDateTime64('2013-01-02 03:04:05.678', 3, 'UTC')", "DateTime64(3, 'UTC')", "2013-01-02T03:04:05.678Z"},
		{"toDateTime64('2013-07-02 03:04:05', 3, 'Europe/Berlin')", "DateTime64(3, 'Europe/Berlin')", "2013-07-02T03:04:05+02:00"},
		{"toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')", "UUID", "61f0c404-5cb3-11e7-907b-a6006ad3dba0"},
		{"toIPv4('1.2.3.4')", "IPv4", "1.2.3.4"},
		{"toIPv6('::1')", "IPv6", "::1"},
		{"[1, 2]", "Array(UInt8)", []any{int64(1), int64(2)}},
		{"[[toDate('2013-01-02')], []]", "Array(Array(Date))", []any{[]any{"2013-01-02"}, []any{}}},
		{"[NULL, 'x']", "Array(Nullable(String))", []any{nil, "x"}},
		{"map('a', toUInt64(1))", "Map(String, UInt64)", map[string]any{"a": int64(1)}},
		{"(1, 'x')", "Tuple(UInt8, String)", []any{int64(1), "x"}},
		{"CAST((1, '2013-01-02'), 'Tuple(n UInt8, d Date)')", "Tuple(n UInt8, d Date)", map[string]any{"n": int64(1), "d": "2013-01-02"}},
		{`CAST('{"a":{"b":42},"c":["x"]}', 'JSON')`, "JSON", map[string]any{"a": map[string]any{"b": int64(42)}, "c": []any{"x"}}},
		{"CAST(toUInt64(5), 'Variant(String, UInt64)')", "Variant(String, UInt64)", int64(5)},
		{"CAST('hi', 'Dynamic')", "Dynamic", "hi"},
		{"toIntervalDay(3)", "IntervalDay", "3 Days"},
		{"(1., 2.)::Point", "Point", []any{1.0, 2.0}},
	}
	for _, tt := range tests {
		t.Run(tt.sql, func(t *testing.T) {
			got, err := db.Query(t.Context(), aurora.Statement{SQL: "SELECT " + tt.sql + " AS v"}, aurora.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			want := aurora.Result{Columns: []aurora.ResultColumn{{Name: "v", Type: tt.typ}}, Rows: [][]any{{tt.want}}, Stats: got.Stats}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func testQueryBindsHostileText(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	hostile := []string{"", "it's", `back\slash`, `\N`, "tab\tline\nreturn\r", "'; DROP TABLE x --", "{x:String}", `"quoted"`, "naïve ☃", "\x01\b\f", "%d%s"}
	for _, text := range hostile {
		t.Run(text, func(t *testing.T) {
			got, err := db.Query(t.Context(), aurora.Statement{
				SQL: "SELECT {s:String}, {n:Nullable(String)} IS NULL, {a:Array(String)}, {d:DateTime64(3, 'UTC')}, {i:Int64}",
				Params: []aurora.Param{
					{Name: "s", Type: "String", Value: text},
					{Name: "n", Type: "Nullable(String)", Value: `\N`},
					{Name: "a", Type: "Array(String)", Value: `['it\'s','x\ny']`},
					{Name: "d", Type: "DateTime64(3, 'UTC')", Value: "2013-01-02 03:04:05.6"},
					{Name: "i", Type: "Int64", Value: "-3"},
				},
			}, aurora.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			want := []any{text, int64(1), []any{"it's", "x\ny"}, "2013-01-02T03:04:05.6Z", int64(-3)}
			if diff := cmp.Diff([][]any{want}, got.Rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func testQuerySaysWhenItWasCut(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	tests := []struct {
		name   string
		sql    string
		limits aurora.Limits
		rows   int
		cut    bool
	}{
		{"one row too many", "SELECT number FROM numbers(11)", aurora.Limits{Rows: 10}, 10, true},
		{"exactly the limit", "SELECT number FROM numbers(10)", aurora.Limits{Rows: 10}, 10, false},
		{"the default limit", "SELECT number FROM numbers(1000000)", aurora.Limits{}, aurora.DefaultRows, true},
		{"by bytes", "SELECT repeat('x', 1000) FROM numbers(100)", aurora.Limits{Rows: 1000, ResultBytes: 10_000}, 9, true},
		{"by bytes, many blocks", "SELECT repeat('x', 92) FROM numbers(1000000)", aurora.Limits{Rows: 50_000, ResultBytes: 100_000}, 925, true},
		{"no rows", "SELECT number FROM numbers(10) WHERE number > 100", aurora.Limits{}, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := db.Query(t.Context(), aurora.Statement{SQL: tt.sql}, tt.limits)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Rows) != tt.rows || got.Truncated != tt.cut {
				t.Errorf("%d rows, truncated %v; want %d, %v", len(got.Rows), got.Truncated, tt.rows, tt.cut)
			}
			if len(got.Columns) != 1 {
				t.Errorf("columns = %v, want one even without rows", got.Columns)
			}
		})
	}
}

func testQueryCountsWhatItRead(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	got, err := db.Query(t.Context(), aurora.Statement{SQL: "SELECT count() FROM numbers(100000) WHERE number % 2 = 0"}, aurora.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Stats.RowsRead != 100000 || got.Stats.BytesRead != 800000 || got.Stats.ElapsedMS <= 0 {
		t.Errorf("stats = %+v, want 100000 rows and 800000 bytes", got.Stats)
	}
}

func testQueryStopsAtItsLimits(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	const endless = "SELECT count() FROM numbers(999999999) WHERE sipHash64(number) = 7"
	tests := []struct {
		name   string
		sql    string
		limits aurora.Limits
		code   aurora.Code
	}{
		{"time", endless, aurora.Limits{Time: time.Second}, aurora.CodeTimeout},
		{"rows to read", "SELECT count() FROM numbers(1000) WHERE number > 3", aurora.Limits{RowsToRead: 100}, aurora.CodeQueryFailed},
		{"memory", "SELECT length(groupArray(repeat('x', 1000))) FROM numbers(1000000)", aurora.Limits{MemoryBytes: 20_000_000}, aurora.CodeQueryFailed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			started := time.Now()
			_, err := db.Query(t.Context(), aurora.Statement{SQL: tt.sql}, tt.limits)
			wantCode(t, err, tt.code)
			if took := time.Since(started); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func testQueryEndsWithItsContext(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	started := time.Now()
	_, err := db.Query(ctx, aurora.Statement{SQL: "SELECT count() FROM numbers(999999999) WHERE sipHash64(number) = 7"}, aurora.Limits{})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v, want cancelled", err)
	}
	if got := aurora.AsError(err).Code; got != aurora.CodeInterrupted {
		t.Errorf("code = %s", got)
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("took %s to come back", took)
	}
}

func testQueryErrorsAreWords(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	tests := []struct {
		sql    string
		code   aurora.Code
		detail string
	}{
		{"SELECT 1 FROM nowhere", aurora.CodeTableUnknown, "nowhere"},
		{"SELECT 1 FROM aurora.nowhere", aurora.CodeTableUnknown, "nowhere"},
		{"SELECT nothing FROM numbers(1)", aurora.CodeColumnUnknown, "nothing"},
		{"SELEC 1", aurora.CodeQueryFailed, "Syntax error"},
		{"SELECT noSuchFunction(1)", aurora.CodeQueryFailed, "noSuchFunction"},
		{"SELECT {a:UInt8}", aurora.CodeQueryFailed, "a"},
		{"SELECT throwIf(number = 3) FROM numbers(10)", aurora.CodeQueryFailed, "throwIf"},
	}
	for _, tt := range tests {
		t.Run(tt.sql, func(t *testing.T) {
			_, err := db.Query(t.Context(), aurora.Statement{SQL: tt.sql}, aurora.Limits{})
			e := wantCode(t, err, tt.code)
			t.Logf("%s | %s | %s", e.Title, e.Detail, e.Hint)
			if !strings.Contains(e.Detail, tt.detail) {
				t.Errorf("detail %q does not say %q", e.Detail, tt.detail)
			}
			for _, noise := range []string{"version", "DB::", "Stack", "/src", "\n", "in scope"} {
				if strings.Contains(e.Detail, noise) {
					t.Errorf("detail %q has the noise %q", e.Detail, noise)
				}
			}
		})
	}
}

func testFormatAndExplain(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	got, err := db.Format(t.Context(), "select  1,\n 'a\\\\b\\tc'  -- comment\n from numbers( 3 )")
	if err != nil {
		t.Fatal(err)
	}
	if want := `SELECT 1, 'a\\b\tc' FROM numbers(3)`; got != want {
		t.Errorf("Format = %q, want %q", got, want)
	}
	tree, err := db.ExplainAST(t.Context(), aurora.Statement{SQL: "SELECT {n:UInt8} FROM numbers(3)", Params: []aurora.Param{{Name: "n", Type: "UInt8", Value: "1"}}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(tree, "SelectWithUnionQuery") || !strings.Contains(tree, "\n") {
		t.Errorf("ExplainAST = %q", tree)
	}
	_, err = db.Format(t.Context(), "SELEC 1")
	wantCode(t, err, aurora.CodeQueryFailed)
}

// wantCode fails the test unless err is an error of the code that tells what to do next.
func wantCode(t *testing.T, err error, code aurora.Code) aurora.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	e := aurora.AsError(err)
	if e.Code != code {
		t.Fatalf("code %s (%v), want %s", e.Code, err, code)
	}
	if e.Hint == "" || e.Title == "" {
		t.Errorf("an error without a title or a hint: %+v", e)
	}
	return *e
}
