package decode_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode"
	"github.com/aurora-analytics/aurora/pkg/schema"
	"github.com/aurora-analytics/aurora/pkg/schema/payloads"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

// insert posts a block as the worker does: the bytes as Native, the columns named.
func insert(t *testing.T, e *enginetest.Engine, table string, b *decode.Block) {
	t.Helper()
	statement := "INSERT INTO " + table + " (`" + strings.Join(b.Columns(), "`, `") + "`) FORMAT Native"
	address := e.URL + "/?" + url.Values{"query": {statement}, "async_insert": {"0"}}.Encode()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(b.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(e.WriterUser, e.WriterPassword)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		t.Fatalf("insert: %s", body)
	}
}

// rowsOf reads the rows that a query gives, one list of values each.
func rowsOf(t *testing.T, e *enginetest.Engine, query string) [][]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(e.Query(query + " FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0")))
	decoder.UseNumber()
	var rows [][]any
	for {
		var row []any
		err := decoder.Decode(&row)
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

// roundTrips holds a column type and values with what the engine gives back for
// each; an empty answer stands for the value itself.
var roundTrips = []struct {
	kind   string
	epoch  string
	mixed  bool
	values [][2]string
}{
	{kind: "Int64", values: [][2]string{{"-9223372036854775808"}, {"9223372036854775807"}, {"0"}, {"9007199254740993"}}},
	{kind: "Nullable(Int64)", values: [][2]string{{"null"}, {"-1"}}},
	{kind: "UInt64", values: [][2]string{{"18446744073709551615"}, {"0"}}},
	{kind: "Int8", values: [][2]string{{"-128"}, {"127"}}},
	{kind: "Int16", values: [][2]string{{"-32768"}, {"32767"}}},
	{kind: "Int32", values: [][2]string{{"-2147483648"}, {"2147483647"}}},
	{kind: "UInt8", values: [][2]string{{"255"}}},
	{kind: "UInt16", values: [][2]string{{"65535"}}},
	{kind: "UInt32", values: [][2]string{{"4294967295"}}},
	{kind: "Float64", values: [][2]string{{"0.1"}, {"1.7976931348623157e308"}, {"5e-324"}, {"-0.0", "-0"}, {"9007199254740992"}}},
	{kind: "Nullable(Float64)", values: [][2]string{{"null"}, {"1.5"}}},
	{kind: "Bool", values: [][2]string{{"true"}, {"false"}}},
	{kind: "Nullable(Bool)", values: [][2]string{{"true"}, {"null"}}},
	{kind: "String", values: [][2]string{{`""`}, {`"it's \"quoted\" \\ ` + "`back`" + `"`}, {`"a\u0000b\n\t\r"`}, {`"日本 😀 é"`}, {`"'); DROP TABLE t; --"`}, {`"{p:String} $1 %s"`}, {`"` + strings.Repeat("long ", 40_000) + `"`}}},
	{kind: "Nullable(String)", values: [][2]string{{"null"}, {`""`}, {`"NULL"`}, {`"\\N"`}}},
	{kind: "String", mixed: true, values: [][2]string{{"1.50", `"1.50"`}, {`"x"`}, {"true", `"true"`}, {`{"a": [1, null]}`, `"{\"a\": [1, null]}"`}, {"123456789012345678901234567890", `"123456789012345678901234567890"`}}},
	{kind: "LowCardinality(String)", values: [][2]string{{`""`}, {`"a"`}, {`"a"`}, {`"😀"`}}},
	{kind: "LowCardinality(Nullable(String))", values: [][2]string{{"null"}, {`""`}, {`"a"`}, {"null"}, {`"a"`}}},
	{kind: "DateTime64(3, 'UTC')", values: [][2]string{{`"1900-01-01T00:00:00Z"`, `"1900-01-01 00:00:00.000"`}, {`"2299-12-31T23:59:59.999Z"`, `"2299-12-31 23:59:59.999"`}, {`"2024-02-29T23:59:59.5+02:00"`, `"2024-02-29 21:59:59.500"`}, {`"1969-12-31 23:59:59.999"`, `"1969-12-31 23:59:59.999"`}}},
	{kind: "Nullable(DateTime64(6, 'UTC'))", values: [][2]string{{"null"}, {`"2024-01-01T00:00:00.123456Z"`, `"2024-01-01 00:00:00.123456"`}}},
	{kind: "DateTime64(9, 'UTC')", values: [][2]string{{`"2024-01-01T00:00:00.123456789Z"`, `"2024-01-01 00:00:00.123456789"`}, {`"2262-04-11T23:47:15Z"`, `"2262-04-11 23:47:15.000000000"`}, {`"1900-01-01T00:00:00Z"`, `"1900-01-01 00:00:00.000000000"`}}},
	{kind: "DateTime64(0, 'UTC')", epoch: "s", values: [][2]string{{"1700000000", `"2023-11-14 22:13:20"`}, {"0", `"1970-01-01 00:00:00"`}, {"-1", `"1969-12-31 23:59:59"`}}},
	{kind: "DateTime64(3, 'UTC')", epoch: "ms", values: [][2]string{{"1700000000123", `"2023-11-14 22:13:20.123"`}}},
	{kind: "DateTime('UTC')", values: [][2]string{{`"2106-02-07T06:28:15Z"`, `"2106-02-07 06:28:15"`}, {`"1970-01-01T00:00:00Z"`, `"1970-01-01 00:00:00"`}}},
	{kind: "Date32", values: [][2]string{{`"1900-01-01"`}, {`"2299-12-31"`}, {`"2024-02-29"`}, {`"1970-01-01"`}}},
	{kind: "Nullable(Date32)", values: [][2]string{{"null"}, {`"1999-12-31"`}}},
	{kind: "Date", values: [][2]string{{`"1970-01-01"`}, {`"2149-06-06"`}}},
	{kind: "UUID", values: [][2]string{{`"00112233-4455-6677-8899-aabbccddeeff"`}, {`"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"`, `"ffffffff-ffff-ffff-ffff-ffffffffffff"`}}},
	{kind: "Nullable(UUID)", values: [][2]string{{"null"}, {`"00112233-4455-6677-8899-aabbccddeeff"`}}},
	{kind: "IPv4", values: [][2]string{{`"0.0.0.0"`}, {`"255.255.255.254"`}}},
	{kind: "IPv6", values: [][2]string{{`"::"`}, {`"2001:db8::ff"`}, {`"::ffff:1.2.3.4"`}}},
	{kind: "Array(Int64)", values: [][2]string{{"[]"}, {"[1,-2]"}}},
	{kind: "Array(String)", values: [][2]string{{`["a","","'"]`}, {"[]"}}},
	{kind: "Array(Nullable(Float64))", values: [][2]string{{"[null,1.5]"}, {"[]"}}},
	{kind: "Array(DateTime64(3, 'UTC'))", values: [][2]string{{`["2024-01-01T00:00:00Z"]`, `["2024-01-01 00:00:00.000"]`}}},
	{kind: "Array(Array(Int64))", values: [][2]string{{"[[1],[],[2,3]]"}, {"[]"}}},
	{kind: "Map(String, Int64)", values: [][2]string{{"{}"}, {`{"a":1,"it's \"":2}`}}},
	{kind: "Map(String, Nullable(String))", values: [][2]string{{`{"a":null,"b":"x"}`}}},
}

// TestEngineGivesBackEveryType stores every type with its extreme and hostile
// values through the real engine, and reads them again.
func TestEngineGivesBackEveryType(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	for i, c := range roundTrips {
		t.Run(fmt.Sprintf("%s %s %t", c.kind, c.epoch, c.mixed), func(t *testing.T) {
			table := fmt.Sprintf("aurora.round_trip_%d", i)
			s := aurora.Schema{OrderBy: []string{"_offset"}, PartitionBy: "toDate(`_timestamp`)", Columns: []aurora.Column{{Name: "v", Path: []string{"v"}, Type: c.kind, Epoch: c.epoch, Mixed: c.mixed}}}
			e.Query(schema.CreateTable("aurora", strings.TrimPrefix(table, "aurora."), s))
			b, err := decode.NewJSON(s, "it's a `topic`")
			if err != nil {
				t.Fatal(err)
			}
			var want [][]any
			for offset, value := range c.values {
				rec := &aurora.Record{Offset: int64(offset), Partition: 7, Timestamp: time.UnixMilli(1_700_000_000_123), Value: []byte(`{"v":` + value[0] + `,"more":{"v":` + value[0] + `}}`)}
				if letter := b.Append(rec); letter != nil {
					t.Fatalf("%s: %s", value[0], letter.Message)
				}
				back := value[1]
				if back == "" {
					back = value[0]
				}
				want = append(want, []any{decodeAny(t, back), "it's a `topic`", json.Number("7"), json.Number(fmt.Sprint(offset)), "2023-11-14 22:13:20.123", `{"more":{"v":` + value[0] + `}}`})
			}
			insert(t, e, table, b)
			got := rowsOf(t, e, "SELECT v, _topic, _partition, _offset, _timestamp, _extra FROM "+table+" ORDER BY _offset")
			if diff := cmp.Diff(want, got, sameNumbers); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// sameNumbers compares numbers by value where they are written differently.
var sameNumbers = cmp.Comparer(func(a, b json.Number) bool {
	x, errX := a.Float64()
	y, errY := b.Float64()
	if strings.ContainsAny(string(a+b), ".eE") && errX == nil && errY == nil {
		return x == y
	}
	return a == b
})

func decodeAny(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestEngineTakesEveryInferredTable makes the table of every payload of
// pkg/schema with the DDL that connect would run, stores the payload, and
// checks that rows and table partitions are as the block says.
func TestEngineTakesEveryInferredTable(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	files, err := filepath.Glob("../schema/testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no payloads", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			records := payloads.Read(t, file)
			sample, err := schema.Infer(name, records)
			if err != nil {
				return // a topic without anything to infer from
			}
			e.Query(schema.CreateTable("aurora", name, sample.Schema))
			b, err := decode.NewJSON(sample.Schema, name)
			if err != nil {
				t.Fatal(err)
			}
			for i := range records {
				b.Append(&records[i])
			}
			if b.Rows() == 0 {
				return
			}
			insert(t, e, "aurora."+name, b)
			want := [][]any{{json.Number(fmt.Sprint(b.Rows())), json.Number(fmt.Sprint(b.PartitionKeys()))}}
			got := rowsOf(t, e, "SELECT (SELECT count() FROM aurora."+name+"), (SELECT uniqExact(partition) FROM system.parts WHERE database = 'aurora' AND table = '"+name+"' AND active)")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rows and partitions: %s", diff)
			}
			checkComments(t, e, name, sample.Schema)
		})
	}
}

// checkComments proves that types, comments and codecs arrive as the schema has them.
func checkComments(t *testing.T, e *enginetest.Engine, table string, s aurora.Schema) {
	t.Helper()
	var want [][]any
	for _, c := range s.Columns {
		want = append(want, []any{c.Name, c.Type, c.Comment})
	}
	got := rowsOf(t, e, "SELECT name, type, comment FROM system.columns WHERE database = 'aurora' AND table = '"+table+"' AND name NOT IN ('_topic', '_partition', '_offset', '_timestamp', '_extra') ORDER BY position")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
