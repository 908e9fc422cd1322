package decode

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// fuzzSchema has nullable columns only (but for the list and the map), so that
// whatever a record holds is either in a column or in _extra.
func fuzzSchema() aurora.Schema {
	return aurora.Schema{Columns: columnsOf("i Nullable(Int64)", "u Nullable(UInt64)", "f Nullable(Float64)", "b Nullable(Bool)", "s Nullable(String)",
		"w LowCardinality(Nullable(String))", "o.i Nullable(Int64)", "o.p.s Nullable(String)", "l Array(Nullable(Int64))", "m Map(String, Nullable(String))")}
}

// FuzzAppend compares rows with encoding/json: a record is a row exactly if it
// is an object there (but for the texts that package jsontext refuses on
// purpose and lists of other types), and columns and _extra together give back
// every value. Every refusal leaves all columns as long as before.
func FuzzAppend(f *testing.F) {
	for _, seed := range []string{
		`{"i":1,"u":2,"f":1.5,"b":true,"s":"x","w":"y","o":{"i":3,"p":{"s":"z"}},"l":[1,null],"m":{"k":"v"}}`,
		`{"i":"1","u":-2,"f":"x","b":0,"s":5,"w":[],"o":{"i":3.5,"p":7,"q":{"r":[]}},"l":null,"m":null,"z":{"y":null}}`,
		`{"i":9223372036854775808,"u":18446744073709551615,"f":9007199254740993}`, `{"o":[1],"o":{"i":1},"i":1,"i":null}`,
		`{"\u0069":5,"i\u0000":1}`, `{"m":{"a":"1","a":null},"l":[]}`, `[]`, ``, `{"o":null}`, `{"f":-0,"i":-0,"u":-0}`, `{"f":1e308,"z":1E-300}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		b := newBlock(t, fuzzSchema())
		if letter := b.Append(record(`{"i":7,"w":"before","l":[1],"m":{"a":"b"}}`)); letter != nil {
			t.Fatal(letter.Message)
		}
		letter := b.Append(record(string(text)))
		checkLengths(t, b)
		want, object := decodeObject(text)
		if letter != nil {
			if b.Rows() != 1 {
				t.Fatal("a refused record left a row")
			}
			if object && !mayRefuse(want, letter) {
				t.Fatalf("refused with %s %s", letter.Reason, letter.Message)
			}
			return
		}
		if !object {
			t.Fatalf("stored as %s, and is no object", row(t, b, 1))
		}
		if got := rebuild(t, b, 1); !reflect.DeepEqual(prune(got), prune(want)) {
			t.Fatalf("stored %s\nwhich is %v\nwant     %v", row(t, b, 1), prune(got), prune(want))
		}
	})
}

func decodeObject(text []byte) (map[string]any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, false
	}
	_, err := decoder.Token()
	return object, err != nil && err.Error() == "EOF"
}

// mayRefuse says whether a JSON object may be a dead letter: only by the listed
// reasons of jsontext, or because its list or map holds another type.
func mayRefuse(object map[string]any, letter *aurora.DeadLetter) bool {
	if letter.Reason == aurora.ReasonParse {
		for _, listed := range []string{"not UTF-8", "surrogate", "out of range", "deeper"} {
			if strings.Contains(letter.Message, listed) {
				return true
			}
		}
		return false
	}
	return (letter.Column == "l" && !fitsList(object["l"])) || (letter.Column == "m" && !fitsMap(object["m"]))
}

func fitsList(v any) bool {
	items, ok := v.([]any)
	for _, item := range items {
		if number, isNumber := item.(json.Number); item != nil && (!isNumber || !isInt64(number)) {
			return false
		}
	}
	return ok
}

func isInt64(n json.Number) bool {
	_, err := strconv.ParseInt(string(n), 10, 64)
	return err == nil
}

func fitsMap(v any) bool {
	entries, ok := v.(map[string]any)
	for _, value := range entries {
		if _, text := value.(string); value != nil && !text {
			return false
		}
	}
	return ok
}

// rebuild makes the record again out of a row and its _extra.
func rebuild(t *testing.T, b *Block, i int) map[string]any {
	t.Helper()
	object, ok := decodeObject([]byte(b.own.extra.data.Row(i)))
	if !ok {
		t.Fatalf("_extra %q is not an object", b.own.extra.data.Row(i))
	}
	for _, c := range b.columns {
		value := goValue(t, c.builder, i)
		if value == nil {
			continue
		}
		at := object
		for _, key := range c.Path[:len(c.Path)-1] {
			if at[key] == nil {
				at[key] = map[string]any{}
			}
			at = at[key].(map[string]any)
		}
		key := c.Path[len(c.Path)-1]
		if kept, both := at[key]; both {
			if kept == nil && isEmpty(value) {
				continue // a null list, stored empty
			}
			t.Fatalf("%s is in its column and in _extra", c.Name)
		}
		at[key] = value
	}
	return object
}

func isEmpty(v any) bool {
	value := reflect.ValueOf(v)
	return (value.Kind() == reflect.Slice || value.Kind() == reflect.Map) && value.Len() == 0
}

// goValue gives row i as encoding/json would, with numbers as float64 or text.
func goValue(t *testing.T, b builder, i int) any {
	t.Helper()
	switch c := b.(type) {
	case *nullable:
		if c.mask[i] == 1 {
			return nil
		}
		return goValue(t, c.inner, i)
	case *words:
		if c.keys[i] == 0 {
			return nil
		}
		return c.dict.Row(int(c.keys[i]))
	case *texts:
		return c.data.Row(i)
	case *fixed[int64]:
		return json.Number(strconv.FormatInt(c.data[i], 10))
	case *fixed[uint64]:
		return json.Number(strconv.FormatUint(c.data[i], 10))
	case *fixed[float64]:
		return json.Number(strconv.FormatFloat(c.data[i], 'g', -1, 64))
	case *fixed[bool]:
		return c.data[i]
	case *list:
		items := []any{}
		for j := startOf(c.ends, i); j < int(c.ends[i]); j++ {
			items = append(items, goValue(t, c.items, j))
		}
		return items
	case *mapping:
		entries := map[string]any{}
		for j := startOf(c.ends, i); j < int(c.ends[i]); j++ {
			entries[c.keys.Row(j)] = goValue(t, c.values, j)
		}
		return entries
	}
	t.Fatalf("no value of a %T", b)
	return nil
}

func startOf(ends []uint64, i int) int {
	if i == 0 {
		return 0
	}
	return int(ends[i-1])
}

// oneForm writes a float in one of the ways in which it can be written.
func oneForm(n json.Number) json.Number {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return n
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

// prune takes out what a row does not tell apart: null from missing in a column,
// empty objects and lists from missing, and the ways to write one float.
func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		kept := map[string]any{}
		for key, value := range v {
			if number, ok := value.(json.Number); ok && key == "f" {
				value = oneForm(number)
			}
			if value = prune(value); value != nil {
				kept[key] = value
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	case []any:
		var kept []any
		for _, value := range v {
			kept = append(kept, prune(value))
		}
		if kept == nil {
			return nil
		}
		return kept
	case json.Number:
		if strings.ContainsAny(string(v), ".eE") {
			return oneForm(v)
		}
		if v == "-0" {
			return json.Number("0")
		}
	}
	return v
}
