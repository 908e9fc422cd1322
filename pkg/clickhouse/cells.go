package clickhouse

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// maxSafeInteger is the largest integer that survives a float64, which is what
// JavaScript reads a JSON number into.
const maxSafeInteger = 1<<53 - 1

// cellReader turns rows of the driver into cells of an [aurora.Result].
type cellReader struct {
	types   []typeName
	targets []any
}

func newCellReader(columns []driver.ColumnType) *cellReader {
	r := &cellReader{}
	for _, column := range columns {
		r.types = append(r.types, parseType(column.DatabaseTypeName()))
		r.targets = append(r.targets, reflect.New(column.ScanType()).Interface())
	}
	return r
}

// read converts the current row.
func (r *cellReader) read(rows driver.Rows) ([]any, error) {
	for _, target := range r.targets {
		// The last row must not show through where this one is shorter or NULL.
		reflect.ValueOf(target).Elem().SetZero()
	}
	if err := rows.Scan(r.targets...); err != nil {
		return nil, err
	}
	cells := make([]any, len(r.targets))
	for i, target := range r.targets {
		cells[i] = cell(reflect.ValueOf(target).Elem().Interface(), r.types[i])
	}
	return cells, nil
}

// cell converts one value of the driver: the types it is specific about first, then by kind.
func cell(value any, t typeName) any {
	t = t.base()
	switch v := value.(type) {
	case nil:
		return nil
	case time.Time:
		return timeCell(v, t)
	case time.Duration:
		return clockCell(v)
	case *big.Int:
		return bigCell(v)
	case big.Int:
		return bigCell(&v)
	case clickhouse.Dynamic: // Variant is the same type
		return cell(v.Any(), parseType(v.Type()))
	case clickhouse.JSON:
		return cell(v.NestedMap(), typeName{})
	case []byte:
		if t.name != "Array" { // the driver gives Array(UInt8) as bytes too
			return textCell(string(v))
		}
	case string:
		return textCell(v)
	}
	if isNilPointer(value) {
		return nil
	}
	if text, ok := value.(fmt.Stringer); ok && reflect.TypeOf(value).Kind() != reflect.Pointer {
		return text.String() // UUID, IP, Decimal
	}
	return kindCell(reflect.ValueOf(value), t)
}

func isNilPointer(value any) bool {
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// kindCell converts by kind: pointers (Nullable), numbers, arrays, maps and tuples.
func kindCell(v reflect.Value, t typeName) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return cell(v.Elem().Interface(), t)
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intCell(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return uintCell(v.Uint())
	case reflect.Float32:
		return floatCell(v.Float(), 32)
	case reflect.Float64:
		return floatCell(v.Float(), 64)
	case reflect.String:
		return textCell(v.String())
	case reflect.Slice, reflect.Array:
		return listCell(v, t)
	case reflect.Map:
		return mapCell(v, t)
	}
	return fmt.Sprint(v.Interface())
}

// listCell converts an Array, a Tuple without names, a Nested or a geometry.
func listCell(v reflect.Value, t typeName) any {
	list := make([]any, v.Len())
	for i := range list {
		inner := t.arg(0)
		switch t.name {
		case "Tuple":
			inner = t.arg(i)
		case "Nested": // a list of named elements
			inner = typeName{name: "Tuple", args: t.args}
		}
		list[i] = cell(v.Index(i).Interface(), inner)
	}
	return list
}

// mapCell converts a Map, a Tuple with names or a JSON object; the keys become text.
func mapCell(v reflect.Value, t typeName) any {
	object := make(map[string]any, v.Len())
	for entries := v.MapRange(); entries.Next(); {
		key := fmt.Sprint(cell(entries.Key().Interface(), t.arg(0)))
		inner := t.arg(1)
		if t.name == "Tuple" {
			inner = t.element(key)
		}
		object[key] = cell(entries.Value().Interface(), inner)
	}
	return object
}

func intCell(n int64) any {
	if n > maxSafeInteger || n < -maxSafeInteger {
		return strconv.FormatInt(n, 10)
	}
	return n
}

func uintCell(n uint64) any {
	if n > maxSafeInteger {
		return strconv.FormatUint(n, 10)
	}
	return int64(n)
}

func bigCell(n *big.Int) any {
	if n.IsInt64() {
		return intCell(n.Int64())
	}
	return n.String()
}

// floatCell gives a number, or the text "nan", "inf" or "-inf", which JSON has no number for.
func floatCell(f float64, bits int) any {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case bits == 32:
		// The shortest decimal of the float32, not the digits its float64 twin would show.
		short, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
		if err == nil {
			return short
		}
	}
	return f
}

// timeCell gives a date as 2006-01-02 and a point in time as RFC 3339, in the zone its
// type names or else in UTC.
func timeCell(at time.Time, t typeName) any {
	if t.name == "Date" || t.name == "Date32" {
		return at.Format(time.DateOnly)
	}
	if !t.zoned() {
		at = at.UTC()
	}
	return at.Format(time.RFC3339Nano)
}

// clockCell gives a Time or Time64 as ClickHouse writes it: [-]hhh:mm:ss[.fraction].
func clockCell(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	text := fmt.Sprintf("%s%02d:%02d:%02d", sign, d/time.Hour, d/time.Minute%60, d/time.Second%60)
	if fraction := d % time.Second; fraction != 0 {
		text += strings.TrimRight(fmt.Sprintf(".%09d", fraction), "0")
	}
	return text
}

// textCell gives text as it is. Bytes that are not UTF-8 would be replaced in JSON
// without a word, so such a value becomes "base64:…".
func textCell(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return "base64:" + base64.StdEncoding.EncodeToString([]byte(text))
}

// weight is about how many bytes a cell takes in ClickHouse, never much less.
func weight(cell any) int64 {
	switch v := cell.(type) {
	case string:
		return int64(len(v)) + 8
	case []any:
		sum := int64(8)
		for _, inner := range v {
			sum += weight(inner)
		}
		return sum
	case map[string]any:
		sum := int64(8)
		for key, inner := range v {
			sum += weight(key) + weight(inner)
		}
		return sum
	}
	return 8
}
