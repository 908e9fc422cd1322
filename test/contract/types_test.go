package contract

import (
	"fmt"
	"math"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// roundTrip is a column type with values that must come back as they went in.
type roundTrip struct {
	kind   string
	values [2]any
}

func ptr[T any](v T) *T { return &v }

func roundTrips() []roundTrip {
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	moment := time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC)
	huge, _ := new(big.Int).SetString("-170141183460469231731687303715884105728", 10)
	huge256, _ := new(big.Int).SetString("123456789012345678901234567890123456789012345678901234567890", 10)
	return []roundTrip{
		{"Int8", [2]any{int8(math.MinInt8), int8(math.MaxInt8)}},
		{"Int16", [2]any{int16(math.MinInt16), int16(math.MaxInt16)}},
		{"Int32", [2]any{int32(math.MinInt32), int32(math.MaxInt32)}},
		{"Int64", [2]any{int64(math.MinInt64), int64(math.MaxInt64)}},
		{"UInt8", [2]any{uint8(0), uint8(math.MaxUint8)}},
		{"UInt16", [2]any{uint16(0), uint16(math.MaxUint16)}},
		{"UInt32", [2]any{uint32(0), uint32(math.MaxUint32)}},
		{"UInt64", [2]any{uint64(0), uint64(math.MaxUint64)}},
		{"Int128", [2]any{*huge, *big.NewInt(1)}},
		{"UInt256", [2]any{*huge256, *big.NewInt(0)}},
		{"Float32", [2]any{float32(-1.5), float32(math.MaxFloat32)}},
		{"Float64", [2]any{math.SmallestNonzeroFloat64, math.Inf(1)}},
		{"Decimal(9, 2)", [2]any{decimal.RequireFromString("-1234567.89"), decimal.RequireFromString("0.01")}},
		{"Decimal(38, 10)", [2]any{decimal.RequireFromString("1234567890123456789012345678.0123456789"), decimal.RequireFromString("-1")}},
		{"Bool", [2]any{true, false}},
		{"String", [2]any{"", "a\x00b\n'\"\\ü🙂"}},
		{"FixedString(4)", [2]any{"abcd", "\x00\x01\x02\x03"}},
		{"LowCardinality(String)", [2]any{"x", "y"}},
		{"LowCardinality(Nullable(String))", [2]any{ptr("x"), (*string)(nil)}},
		{"Enum8('a' = 1, 'b\\'c' = 2)", [2]any{"a", "b'c"}},
		{"Enum16('x' = -1000, 'y' = 1000)", [2]any{"x", "y"}},
		{"UUID", [2]any{uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), uuid.Nil}},
		{"IPv4", [2]any{net.IPv4(192, 168, 1, 255).To4(), net.IPv4(0, 0, 0, 0).To4()}},
		{"IPv6", [2]any{net.ParseIP("2001:db8::1"), net.ParseIP("::1")}},
		{"Date", [2]any{day, time.Unix(0, 0).UTC()}},
		{"Date32", [2]any{day, time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)}},
		{"DateTime", [2]any{moment.Truncate(time.Second), time.Unix(0, 0).UTC()}},
		{"DateTime64(3, 'UTC')", [2]any{moment.Truncate(time.Millisecond), time.Date(1960, 1, 1, 0, 0, 0, 1e6, time.UTC)}},
		{"DateTime64(9, 'UTC')", [2]any{moment, time.Unix(0, 0).UTC()}},
		{"Nullable(Int64)", [2]any{ptr(int64(5)), (*int64)(nil)}},
		{"Nullable(DateTime64(3, 'UTC'))", [2]any{ptr(day), (*time.Time)(nil)}},
		{"Array(Int64)", [2]any{[]int64{1, -2, 3}, []int64{}}},
		{"Array(Array(String))", [2]any{[][]string{{"a", ""}, {}}, [][]string{}}},
		{"Array(Nullable(Float64))", [2]any{[]*float64{ptr(1.5), nil}, []*float64{}}},
		{"Map(String, Int64)", [2]any{map[string]int64{"a": 1, "b'": -1}, map[string]int64{}}},
		{"Map(LowCardinality(String), Array(String))", [2]any{map[string][]string{"k": {"v", "w"}}, map[string][]string{}}},
		{"Tuple(a Int64, b String)", [2]any{map[string]any{"a": int64(1), "b": "x"}, map[string]any{"a": int64(0), "b": ""}}},
	}
}

func types(t *testing.T, on target) {
	conn := on.open(t)
	all := roundTrips()
	columns := make([]string, len(all))
	for i, r := range all {
		columns[i] = fmt.Sprintf("c%d %s", i, r.kind)
	}
	name := table(t, conn, "id UInt8, "+strings.Join(columns, ", "), "ORDER BY id")
	b, err := conn.PrepareBatch(t.Context(), "INSERT INTO "+name)
	if err != nil {
		t.Fatal(err)
	}
	for row := range 2 {
		values := []any{uint8(row)}
		for _, r := range all {
			values = append(values, r.values[row])
		}
		if err := b.Append(values...); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Send(); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), "SELECT * FROM "+name+" ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for row := 0; rows.Next(); row++ {
		got := make([]any, len(all)+1)
		for i, column := range rows.ColumnTypes() {
			got[i] = newValue(column.ScanType())
		}
		if err := rows.Scan(got...); err != nil {
			t.Fatal(err)
		}
		for i, r := range all {
			if diff := cmp.Diff(shown(r.values[row]), shown(pointed(got[i+1]))); diff != "" {
				t.Errorf("%s came back changed (-stored +read):\n%s", r.kind, diff)
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
