package decode

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func TestAppendMakesARow(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 63) + strings.Repeat("]", 63)
	cases := []struct {
		name, columns, record, want string
	}{
		{"integers", "a Int64,b Int64", `{"a":9223372036854775807,"b":-9223372036854775808}`, `a=9223372036854775807 b=-9223372036854775808`},
		{"unsigned integers", "a UInt64,b UInt64", `{"a":18446744073709551615,"b":0}`, `a=18446744073709551615 b=0`},
		{"an integer never passes through a float", "a Int64", `{"a":9007199254740993}`, `a=9007199254740993`},
		{"floats", "a Float64,b Float64,c Float64", `{"a":0.1,"b":-1e-7,"c":3}`, `a=0.1 b=-1e-07 c=3`},
		{"negative zero stays negative in a float", "a Float64", `{"a":-0}`, `a=-0`},
		{"booleans", "a Bool,b Bool", `{"a":true,"b":false}`, `a=true b=false`},
		{"text with escapes", "a String", `{"a":"q\" b\\ s\/ n\n u\u00e9 p\ud83d\ude00 z\u0000"}`, `a="q\" b\\ s/ n\n ué p😀 z\x00"`},
		{"text outside ASCII", "a String", `{"a":"zażółć 日本 😀"}`, `a="zażółć 日本 😀"`},
		{"white space anywhere", "a Int64", " \t{ \"a\" :\r\n 1 } \n", `a=1`},
		{"words", "a LowCardinality(String),b LowCardinality(Nullable(String))", `{"a":"","b":""}`, `a="" b=""`},
		{"nulls", "a Nullable(Int64),b LowCardinality(Nullable(String))", `{"a":null,"b":null}`, `a=NULL b=NULL`},
		{"a missing field is NULL", "a Nullable(Int64),b LowCardinality(Nullable(String))", `{}`, `a=NULL b=NULL`},
		{"RFC 3339", "a DateTime64(3)", `{"a":"2024-02-29T23:59:59.5+02:00"}`, `a=2024-02-29T21:59:59.500Z`},
		{"a time without a zone is UTC", "a DateTime64(3)", `{"a":"2024-02-29 23:59:59"}`, `a=2024-02-29T23:59:59.000Z`},
		{"zeros beyond the precision are no loss", "a DateTime64(3)", `{"a":"2024-01-01T00:00:00.120000Z"}`, `a=2024-01-01T00:00:00.120Z`},
		{"nanoseconds", "a DateTime64(9)", `{"a":"2024-01-01T00:00:00.123456789Z"}`, `a=2024-01-01T00:00:00.123456789Z`},
		{"first and last time", "a DateTime64(3),b DateTime64(3)", `{"a":"1900-01-01T00:00:00Z","b":"2299-12-31T23:59:59.999Z"}`, `a=1900-01-01T00:00:00.000Z b=2299-12-31T23:59:59.999Z`},
		{"epoch seconds", "a DateTime64(0) epoch s", `{"a":1700000000}`, `a=2023-11-14T22:13:20Z`},
		{"epoch milliseconds", "a DateTime64(3) epoch ms", `{"a":1700000000123}`, `a=2023-11-14T22:13:20.123Z`},
		{"dates", "a Date32,b Date32", `{"a":"1900-01-01","b":"2299-12-31"}`, `a=1900-01-01 b=2299-12-31`},
		{"UUID in either case", "a UUID", `{"a":"00112233-4455-6677-8899-AABBCCDDEEFF"}`, `a=00112233-4455-6677-8899-aabbccddeeff`},
		{"addresses", "a IPv4,b IPv6", `{"a":"10.0.0.255","b":"2001:db8::1"}`, `a=10.0.0.255 b=2001:db8::1`},
		{"nested objects", "a.b.c Int64,a.d String", `{"a":{"b":{"c":1},"d":"x"}}`, `a_b_c=1 a_d="x"`},
		{"members in another order", "a.b.c Int64,a.d String,e Int64", `{"e":3,"a":{"d":"x","b":{"c":1}}}`, `a_b_c=1 a_d="x" e=3`},
		{"arrays", "a Array(Int64),b Array(String)", `{"a":[1,2],"b":[]}`, `a=[1 2] b=[]`},
		{"arrays with nulls", "a Array(Nullable(Int64))", `{"a":[1,null]}`, `a=[1 NULL]`},
		{"arrays of arrays", "a Array(Array(Int64))", `{"a":[[1],[],[2,3]]}`, `a=[[1] [] [2 3]]`},
		{"maps", "a Map(String, Int64)", `{"a":{"x":1,"y":2}}`, `a={x:1 y:2}`},
		{"maps with nulls", "a Map(String, Nullable(String))", `{"a":{"x":null}}`, `a={x:NULL}`},
		{"mixed keeps the token", "a String mixed", `{"a":1.50}`, `a="1.50"`},
		{"mixed keeps text", "a String mixed", `{"a":"1.50"}`, `a="1.50"`},
		{"mixed keeps objects", "a String mixed", `{"a":{"b": [1, null]}}`, `a="{\"b\": [1, null]}"`},
		{"mixed null is NULL", "a Nullable(String) mixed", `{"a":null}`, `a=NULL`},
		{"the last of two members wins", "a Int64", `{"a":1,"a":2}`, `a=2`},
		{"the last of two members wins under an escape", "a Int64", `{"a":1,"\u0061":2}`, `a=2`},
		{"the last of two objects wins whole", "a.b Nullable(Int64),a.c Nullable(Int64)", `{"a":{"b":1},"a":{"c":2}}`, `a_b=NULL a_c=2`},
		{"the last of two map entries wins", "a Map(String, Int64)", `{"a":{"x":1,"x":2}}`, `a={x:2}`},
		{"the last of two unknown members wins", "a Int64", `{"a":1,"z":1,"z":{"y":1,"y":2}}`, `a=1 _extra={"z":{"y":2}}`},
		{"unknown members go to _extra as they stand", "a Int64", `{"z":1.50,"a":1,"y":[ 1 ],"x":null}`, `a=1 _extra={"z":1.50,"y":[ 1 ],"x":null}`},
		{"unknown members of nested objects", "a.b Int64,c.d.e Int64", `{"a":{"b":1,"x":"\u00e9"},"y":2,"c":{"z":3,"d":{"e":1,"w":4},"v":5}}`,
			`a_b=1 c_d_e=1 _extra={"a":{"x":"\u00e9"},"y":2,"c":{"z":3,"d":{"w":4},"v":5}}`},
		{"a value of another type goes to _extra", "a Nullable(Int64),b.c Nullable(Bool)", `{"a":"x","b":{"c":1}}`, `a=NULL b_c=NULL _extra={"a":"x","b":{"c":1}}`},
		{"a fraction does not become an integer", "a Nullable(Int64)", `{"a":1.0}`, `a=NULL _extra={"a":1.0}`},
		{"an integer beyond 64 bits goes to _extra", "a Nullable(Int64)", `{"a":9223372036854775808}`, `a=NULL _extra={"a":9223372036854775808}`},
		{"an integer that a float would round goes to _extra", "a Nullable(Float64)", `{"a":9007199254740993}`, `a=NULL _extra={"a":9007199254740993}`},
		{"decimals that the column has not go to _extra", "a Nullable(DateTime64(3))", `{"a":"2024-01-01T00:00:00.1234Z"}`, `a=NULL _extra={"a":"2024-01-01T00:00:00.1234Z"}`},
		{"digits in quotes are not a number", "a Nullable(Int64)", `{"a":"5"}`, `a=NULL _extra={"a":"5"}`},
		{"a number is not text", "a LowCardinality(Nullable(String))", `{"a":5}`, `a=NULL _extra={"a":5}`},
		{"a scalar where an object was goes to _extra", "a.b Nullable(Int64)", `{"a":5}`, `a_b=NULL _extra={"a":5}`},
		{"a missing list is empty", "a Array(Int64),b Map(String, Int64)", `{}`, `a=[] b={}`},
		{"a null list is empty, and _extra tells", "a Array(Int64)", `{"a":null}`, `a=[] _extra={"a":null}`},
		{"nesting up to the limit", "a Nullable(Int64)", `{"z":` + deep + `}`, `a=NULL _extra={"z":` + deep + `}`},
		{"an empty key", " String", `{"":"x"}`, `="x"`},
		{"a key that needs escapes", "a\"b Int64", `{"a\"b":1}`, `a"b=1`},
		{"small integers", "a Int8,b UInt8", `{"a":-128,"b":255}`, `a=-128 b=255`},
		{"a small integer out of range", "a Nullable(Int8)", `{"a":128}`, `a=NULL _extra={"a":128}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBlock(t, aurora.Schema{Columns: columnsOf(splitSpecs(c.columns)...)})
			if letter := b.Append(record(c.record)); letter != nil {
				t.Fatalf("dead letter: %s %s: %s", letter.Reason, letter.Column, letter.Message)
			}
			if diff := cmp.Diff(c.want, row(t, b, 0)); diff != "" {
				t.Error(diff)
			}
			checkLengths(t, b)
		})
	}
}

// splitSpecs splits at the commas that are outside brackets.
func splitSpecs(text string) []string {
	var specs []string
	depth, from := 0, 0
	for i, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			specs = append(specs, text[from:i])
			from = i + 1
		}
	}
	return append(specs, text[from:])
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	const mismatch, parse = aurora.ReasonMismatch, aurora.ReasonParse
	tooDeep := strings.Repeat("[", 64) + strings.Repeat("]", 64)
	cases := []struct {
		name, columns, record string
		reason                aurora.Reason
		column, message       string
	}{
		{"a missing field without NULL", "a Int64", `{}`, mismatch, "a", "a is missing or null"},
		{"null without NULL", "a Int64", `{"a":null}`, mismatch, "a", "a is missing or null"},
		{"another type without NULL", "a.b Bool", `{"a":{"b":1}}`, mismatch, "a_b", "a_b (a.b): 1 is not true or false"},
		{"0000-00-00, even with NULL", "a Nullable(Date32)", `{"a":"0000-00-00"}`, mismatch, "a", `"0000-00-00" is no date between 1900 and 2299`},
		{"a day that does not exist", "a Nullable(Date32)", `{"a":"2023-02-29"}`, mismatch, "a", "is no date"},
		{"a date after the last", "a Nullable(Date32)", `{"a":"9999-12-31"}`, mismatch, "a", "is no date"},
		{"a time after the last", "a Nullable(DateTime64(3))", `{"a":"2300-01-01T00:00:00Z"}`, mismatch, "a", "is no time"},
		{"a time before the first by its zone", "a Nullable(DateTime64(3))", `{"a":"1900-01-01T00:00:00+01:00"}`, mismatch, "a", "is no time"},
		{"hour 24", "a Nullable(DateTime64(3))", `{"a":"2024-01-01 24:00:00"}`, mismatch, "a", "is no time"},
		{"second 60", "a Nullable(DateTime64(3))", `{"a":"2016-12-31T23:59:60Z"}`, mismatch, "a", "is no time"},
		{"nanoseconds beyond 64 bits", "a DateTime64(9)", `{"a":"2263-01-01T00:00:00Z"}`, mismatch, "a", "out of the range"},
		{"an epoch out of range", "a Nullable(DateTime64(0)) epoch s", `{"a":1700000000000}`, mismatch, "a", "in the unit s"},
		{"an array with a null it cannot hold", "a Array(Int64)", `{"a":[1,null]}`, mismatch, "a", "is not free of nulls"},
		{"an array with another type", "a Array(Int64)", `{"a":[1,"x"]}`, mismatch, "a", "is not an integer"},
		{"no array", "a Array(Int64)", `{"a":7}`, mismatch, "a", "is not an array"},
		{"an empty value", "a Nullable(Int64)", ``, parse, "", "the value is empty at byte 0"},
		{"white space only", "a Nullable(Int64)", ` `, parse, "", "empty"},
		{"an array", "a Nullable(Int64)", `[{"a":1}]`, parse, "", "JSON array"},
		{"a number", "a Nullable(Int64)", `7`, parse, "", "not a JSON object"},
		{"words", "a Nullable(Int64)", `hello`, parse, "", "at byte 0"},
		{"cut off", "a Nullable(Int64)", `{"a":1`, parse, "", "at byte 6"},
		{"two objects", "a Nullable(Int64)", `{"a":1}{"a":2}`, parse, "", "text goes on after the value at byte 7"},
		{"a comma at the end", "a Nullable(Int64)", `{"a":1,}`, parse, "", "at byte 7"},
		{"a leading zero", "a Nullable(Int64)", `{"a":01}`, parse, "", "leading zero"},
		{"a control character", "a Nullable(String)", "{\"a\":\"x\ny\"}", parse, "", "control character in a string at byte 7"},
		{"a lone surrogate", "a Nullable(String)", `{"a":"\ud800"}`, parse, "", "lone surrogate"},
		{"a lone surrogate in an unknown member", "a Nullable(String)", `{"z":"\udc00"}`, parse, "", "lone surrogate"},
		{"bytes that are not UTF-8", "a Nullable(String)", "{\"a\":\"\xff\"}", parse, "", "not UTF-8"},
		{"bytes that are not UTF-8 in a key", "a Nullable(String)", "{\"\xc0\xaf\":1}", parse, "", "not UTF-8"},
		{"1e400", "a Nullable(Float64)", `{"a":1e400}`, parse, "", "number out of range"},
		{"1e-400", "a Nullable(Float64)", `{"a":1e-400}`, parse, "", "number out of range"},
		{"1e400 in an unknown member", "a Nullable(Float64)", `{"z":[1e400]}`, parse, "", "number out of range"},
		{"nesting beyond the limit", "a Nullable(Int64)", `{"z":` + tooDeep + `}`, parse, "", "nesting is deeper than 64"},
		{"broken JSON behind a value of another type", "a Nullable(Int64)", `{"a":"x}`, parse, "", "no end"},
		{"NaN", "a Nullable(Float64)", `{"a":NaN}`, parse, "", "at byte 5"},
		{"a byte order mark", "a Nullable(Float64)", "\ufeff{}", parse, "", "at byte 0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBlock(t, aurora.Schema{Columns: columnsOf(splitSpecs(c.columns)...)})
			rec := record(c.record)
			rec.Key, rec.Headers = []byte("k"), []aurora.Header{{Key: "h", Value: []byte("v")}}
			letter := b.Append(rec)
			if letter == nil {
				t.Fatalf("stored as %s", row(t, b, 0))
			}
			if letter.Reason != c.reason || letter.Column != c.column || !strings.Contains(letter.Message, c.message) {
				t.Errorf("got %s %q %q", letter.Reason, letter.Column, letter.Message)
			}
			want := &aurora.DeadLetter{Topic: "t", Partition: 3, Offset: 42, Timestamp: rec.Timestamp, Key: rec.Key, Headers: rec.Headers, Value: rec.Value,
				Reason: letter.Reason, Column: letter.Column, Message: letter.Message}
			if diff := cmp.Diff(want, letter); diff != "" {
				t.Error(diff)
			}
			if b.Rows() != 0 || b.PartitionKeys() != 0 {
				t.Errorf("%d rows, %d partition keys after a refusal", b.Rows(), b.PartitionKeys())
			}
			checkLengths(t, b)
		})
	}
}

func TestRefusalLeavesTheRowsBefore(t *testing.T) {
	t.Parallel()
	b := newBlock(t, aurora.Schema{Columns: columnsOf("w LowCardinality(String)", "n LowCardinality(Nullable(String))", "l Array(String)", "m Map(String, Int64)", "s Nullable(String)", "last Int64")})
	good := `{"w":"one","n":"two","l":["a","b"],"m":{"k":1},"s":"x","last":1}`
	for _, bad := range []string{
		`{"w":"new","n":"newer","l":["c"],"m":{"q":2},"s":"y","last":"no"}`,
		`{"w":"new","n":null,"l":["c","d",`,
		`{"w":"new","m":{"q":2,"r":"no"}}`,
		`{"w":"new"}`,
	} {
		if letter := b.Append(record(good)); letter != nil {
			t.Fatal(letter.Message)
		}
		if letter := b.Append(record(bad)); letter == nil {
			t.Fatalf("%s was stored", bad)
		}
		checkLengths(t, b)
	}
	if b.Rows() != 4 {
		t.Fatalf("%d rows", b.Rows())
	}
	want := `w="one" n="two" l=["a" "b"] m={k:1} s="x" last=1`
	for i := range b.Rows() {
		if diff := cmp.Diff(want, row(t, b, i)); diff != "" {
			t.Error(diff)
		}
	}
	if words := b.columns[0].builder.(*words); words.dict.Rows() != 1 {
		t.Errorf("the dictionary kept %d entries; those of refused records must go", words.dict.Rows())
	}
}

func TestResetStartsAnew(t *testing.T) {
	t.Parallel()
	b := newBlock(t, aurora.Schema{Columns: columnsOf("w LowCardinality(Nullable(String))", "n Int64"), PartitionBy: "toDate(`_timestamp`)"})
	for _, value := range []string{`{"w":"a","n":1}`, `{"n":2,"w":null}`} {
		b.Append(record(value))
	}
	first := string(b.Encode())
	b.Reset()
	if b.Rows() != 0 || b.PartitionKeys() != 0 {
		t.Fatal("rows are left")
	}
	for _, value := range []string{`{"w":"a","n":1}`, `{"n":2,"w":null}`} {
		b.Append(record(value))
	}
	if second := string(b.Encode()); second != first {
		t.Errorf("the same records made other bytes:\n%q\n%q", first, second)
	}
}

func TestPartitionKeysCountDays(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, column, by string
		times            []string
		want             int
	}{
		{"days", "t DateTime64(3)", "toDate(`t`)", []string{"2024-01-01T00:00:00Z", "2024-01-01T23:59:59.999Z", "2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z"}, 2},
		{"days before 1970", "t DateTime64(3)", "toDate(`t`)", []string{"1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "1969-12-31T00:00:00Z"}, 2},
		{"weeks begin on Monday", "t Date32", "toMonday(`t`)", []string{"2023-12-31", "2024-01-01", "2024-01-07", "2024-01-08"}, 3},
		{"weeks before 1970", "t Date32", "toMonday(`t`)", []string{"1969-12-28", "1969-12-29", "1970-01-04", "1970-01-05"}, 3},
		{"months", "t Date32", "toYYYYMM(`t`)", []string{"2023-12-31", "2024-01-01", "2024-12-31", "2023-12-01"}, 3},
		{"years", "t Date32", "toYear(`t`)", []string{"2023-12-31", "2024-01-01", "2024-12-31"}, 2},
		{"no partitions", "t Date32", "", []string{"2023-12-31", "2024-01-01"}, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBlock(t, aurora.Schema{Columns: columnsOf(c.column), PartitionBy: c.by})
			for _, text := range c.times {
				if letter := b.Append(record(`{"t":"` + text + `"}`)); letter != nil {
					t.Fatal(letter.Message)
				}
			}
			if got := b.PartitionKeys(); got != c.want {
				t.Errorf("%d keys, want %d", got, c.want)
			}
		})
	}
}

func TestNewJSONRefusesASchemaItCannotFill(t *testing.T) {
	t.Parallel()
	for _, c := range []aurora.Schema{
		{Columns: columnsOf("a Float32")},
		{Columns: columnsOf("a Decimal(10, 2)")},
		{Columns: columnsOf("a Int64", "a Int64")},
		{Columns: columnsOf("a Int64", "a.b Int64")},
		{Columns: columnsOf("a.b Int64", "a Int64")},
		{Columns: columnsOf("a DateTime64(3) epoch s")},
		{Columns: columnsOf("a Nullable(DateTime64(3))"), PartitionBy: "toDate(`a`)"},
		{Columns: columnsOf("a DateTime64(3)"), PartitionBy: "toHour(`a`)"},
	} {
		_, err := NewJSON(c, "t")
		if e := aurora.AsError(err); e == nil || e.Code != aurora.CodeTableConflict || e.Hint == "" {
			t.Errorf("%v: %v", c.Columns, err)
		}
	}
}

func TestColumnsNamesAuroraColumnsLast(t *testing.T) {
	t.Parallel()
	b := newBlock(t, aurora.Schema{Columns: columnsOf("a.b Int64", "c Int64")})
	want := []string{"a_b", "c", "_topic", "_partition", "_offset", "_timestamp", "_extra"}
	if diff := cmp.Diff(want, b.Columns()); diff != "" {
		t.Error(diff)
	}
}
