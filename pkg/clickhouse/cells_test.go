package clickhouse

import (
	"encoding/json"
	"math"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"
)

func TestCellIsSafeForJSON(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("CET", 3600)
	at := time.Date(2026, 11, 22, 9, 30, 0, 120_000_000, berlin)
	text, number := "x", 7.5
	var none *string
	tests := []struct {
		name string
		in   any
		typ  string
		want any
	}{
		{"NULL", nil, "Nullable(Nothing)", nil},
		{"a NULL of a type", none, "Nullable(String)", nil},
		{"a value that may be NULL", &text, "LowCardinality(Nullable(String))", "x"},
		{"a float that may be NULL", &number, "Nullable(Float64)", 7.5},
		{"small integers stay numbers", uint8(200), "UInt8", int64(200)},
		{"the largest safe integer", int64(1)<<53 - 1, "Int64", int64(1)<<53 - 1},
		{"beyond it text", int64(1) << 53, "Int64", "9007199254740992"},
		{"negative beyond it", -int64(1) << 53, "Int64", "-9007199254740992"},
		{"unsigned beyond it", uint64(math.MaxUint64), "UInt64", "18446744073709551615"},
		{"Int256", new(big.Int).Lsh(big.NewInt(1), 100), "Int256", "1267650600228229401496703205376"},
		{"a small Int128", big.NewInt(-5), "Int128", int64(-5)},
		{"not a number", math.NaN(), "Float64", "nan"},
		{"infinite", math.Inf(-1), "Float64", "-inf"},
		{"Float32 shows its own digits", float32(0.1), "Float32", 0.1},
		{"a date has no time", at, "Date32", "2026-11-22"},
		{"no zone means UTC", at, "DateTime64(3)", "2026-11-22T08:30:00.12Z"},
		{"a named zone is kept", at, "DateTime64(3, 'Europe/Berlin')", "2026-11-22T09:30:00.12+01:00"},
		{"dates inside arrays", []time.Time{at}, "Array(Date)", []any{"2026-11-22"}},
		{"a time of day", 26*time.Hour + 3*time.Second + 500*time.Millisecond, "Time64(3)", "26:00:03.5"},
		{"a negative time", -time.Minute, "Time", "-00:01:00"},
		{"an address", net.ParseIP("10.0.0.1"), "IPv4", "10.0.0.1"},
		{"a map", map[string]uint64{"a": 1, "b": math.MaxUint64}, "Map(String, UInt64)", map[string]any{"a": int64(1), "b": "18446744073709551615"}},
		{"a map with dates", map[int32]time.Time{4: at}, "Map(Int32, Date)", map[string]any{"4": "2026-11-22"}},
		{"a tuple", []any{"q", at}, "Tuple(String, Date)", []any{"q", "2026-11-22"}},
		{"a named tuple", map[string]any{"d": at, "n": int8(1)}, "Tuple(n Int8, d Date)", map[string]any{"d": "2026-11-22", "n": int64(1)}},
		{"nested", []map[string]any{{"d": at}}, "Nested(d Date, x String)", []any{map[string]any{"d": "2026-11-22"}}},
		{"a point", [2]float64{1, 2}, "Point", []any{1.0, 2.0}},
		{"a variant", clickhouse.NewVariantWithType(uint64(math.MaxUint64), "UInt64"), "Variant(UInt64, String)", "18446744073709551615"},
		{"a dynamic date", clickhouse.NewDynamicWithType(at, "Date"), "Dynamic", "2026-11-22"},
		{"text", "naïve", "String", "naïve"},
		{"bytes are not replaced", "\xff\x00", "FixedString(2)", "base64:/wA="},
		{"a bool", true, "Bool", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := cell(tt.in, parseType(tt.typ))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("cell (-want +got):\n%s", diff)
			}
			if _, err := json.Marshal(got); err != nil {
				t.Errorf("not JSON: %v", err)
			}
		})
	}
}

func TestCellOfJSONColumn(t *testing.T) {
	t.Parallel()
	doc := clickhouse.NewJSON()
	doc.SetValueAtPath("a.b", clickhouse.NewDynamicWithType(int64(42), "Int64"))
	doc.SetValueAtPath("a.c", clickhouse.NewDynamicWithType([]string{"x"}, "Array(String)"))
	want := map[string]any{"a": map[string]any{"b": int64(42), "c": []any{"x"}}}
	if diff := cmp.Diff(want, cell(*doc, parseType("JSON(max_dynamic_paths=64)"))); diff != "" {
		t.Errorf("cell (-want +got):\n%s", diff)
	}
}

func TestParseType(t *testing.T) {
	t.Parallel()
	got := parseType("Map(String, Array(Tuple(a DateTime64(3, 'Europe/Berlin'), `b c` Enum8('x,)' = 1))))")
	tuple := got.arg(1).arg(0)
	if diff := cmp.Diff([]string{"Map", "String", "Array", "Tuple", "DateTime64", "Enum8"},
		[]string{got.name, got.arg(0).name, got.arg(1).name, tuple.name, tuple.element("a").name, tuple.element("b c").name}); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if !tuple.element("a").zoned() || parseType("DateTime64(3)").zoned() {
		t.Error("only a type that names a zone is zoned")
	}
	if base := parseType("LowCardinality(Nullable(Date))").base().name; base != "Date" {
		t.Errorf("base = %s", base)
	}
	if base := parseType("SimpleAggregateFunction(max, Date)").base().name; base != "Date" {
		t.Errorf("base = %s", base)
	}
}
