// Package answers computes the reference answers of the example with loops over
// the CSV files, so that nothing of what is tested has a part in them.
package answers

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/aurora-analytics/aurora/examples/flights/dataset"
)

// row is a row of a table; a missing value is an empty text.
type row struct {
	fields []string
	places map[string]int
}

// text gives the field in a column.
func (r row) text(column string) string { return r.fields[r.places[column]] }

// number gives the number in a column, and false where it is missing.
func (r row) number(column string) (float64, bool) {
	if r.text(column) == "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(r.text(column), 64)
	return n, err == nil
}

// table is a table with all its rows.
type table []row

func load(name string) (table, error) {
	r, err := dataset.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	places := map[string]int{}
	for i, column := range r.Columns {
		places[column] = i
	}
	var rows table
	for {
		fields, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{slices.Clone(fields), places})
	}
}

// where keeps the rows for which a condition holds.
func (t table) where(holds func(row) bool) table {
	var kept table
	for _, r := range t {
		if holds(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

// equal keeps the rows with a value in a column.
func (t table) equal(column, value string) table {
	return t.where(func(r row) bool { return r.text(column) == value })
}

// by groups the rows by the value in a column.
func (t table) by(key func(row) string) map[string]table {
	groups := map[string]table{}
	for _, r := range t {
		groups[key(r)] = append(groups[key(r)], r)
	}
	return groups
}

func column(name string) func(row) string { return func(r row) string { return r.text(name) } }

// average gives the mean of the values that are there.
func (t table) average(column string) float64 {
	var sum, n float64
	for _, r := range t {
		if v, ok := r.number(column); ok {
			sum, n = sum+v, n+1
		}
	}
	return sum / n
}

// largest gives the largest value in a column.
func (t table) largest(column string) float64 {
	var largest float64
	for _, r := range t {
		if v, ok := r.number(column); ok {
			largest = max(largest, v)
		}
	}
	return largest
}

// entry is a group with its measure.
type entry struct {
	key   string
	value float64
}

// measure gives one entry per group, by rising key.
func measure(groups map[string]table, of func(table) float64) []entry {
	var entries []entry
	for key, group := range groups {
		entries = append(entries, entry{key, of(group)})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	return entries
}

// top gives the n entries with the largest measures; of equal ones, those with the lower key.
func top(entries []entry, n int) []entry {
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(b.value, a.value) })
	return entries[:n]
}

func count(t table) float64 { return float64(len(t)) }

// rows writes entries as the rows of an answer.
func rows(entries []entry) [][]any {
	var all [][]any
	for _, e := range entries {
		all = append(all, []any{e.key, e.value})
	}
	return all
}

func one(value float64) [][]any { return [][]any{{value}} }

// JSON gives the reference answers, one line per question.
func JSON() ([]byte, error) {
	tables := map[string]table{}
	for _, name := range dataset.Tables() {
		t, err := load(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		tables[name] = t
	}
	all := compute(tables)
	var b bytes.Buffer
	b.WriteString("{\n")
	for i, answer := range all {
		text, err := json.Marshal(answer.rows)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "  %q: %s", answer.id, text)
		if i < len(all)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

// answer is the answer to the question with an id.
type answer struct {
	id   string
	rows [][]any
}

func compute(tables map[string]table) []answer {
	flights := tables["flights"]
	names := map[string]string{}
	for _, airline := range tables["airlines"] {
		names[airline.text("carrier")] = airline.text("name")
	}
	late := flights.where(func(r row) bool { v, ok := r.number("dep_delay"); return ok && v > 60 })
	seats := map[string]float64{}
	for _, plane := range tables["planes"] {
		seats[plane.text("tailnum")], _ = plane.number("seats")
	}
	// The times are UTC, and so are their months, days and hours.
	month := func(r row) string { return r.text("time_hour")[:len("2013-01")] + "-01" }
	hour := func(r row) string { return r.text("time_hour")[len("2013-01-01T"):][:2] }
	airline := func(r row) string { return names[r.text("carrier")] }
	mean := func(column string) func(table) float64 { return func(t table) float64 { return t.average(column) } }
	return []answer{
		{"count", one(count(flights))},
		{"top", rows(top(measure(flights.by(column("carrier")), count), 5))},
		{"average", rows(measure(flights.by(column("origin")), mean("dep_delay")))},
		{"trend", rows(measure(flights.by(month), count))},
		{"hours", numbered(measure(flights.by(hour), count))},
		{"day", one(count(flights.where(func(r row) bool { return strings.HasPrefix(r.text("time_hour"), "2013-12-25") })))},
		{"filter", one(count(flights.equal("origin", "JFK").equal("dest", "LAX")))},
		{"missing", one(count(flights.equal("dep_time", "")))},
		{"share", one(count(late) / count(flights))},
		{"percentage", one(100 * count(flights.equal("origin", "JFK")) / count(flights))},
		{"join", rows(measure(flights.by(airline), count))},
		{"join_average", rows(measure(flights.by(airline), mean("arr_delay")))},
		{"join_filter", one(count(flights.where(func(r row) bool { return seats[r.text("tailnum")] > 300 })))},
		{"longest", rows(top(measure(flights.by(column("dest")), func(t table) float64 { return t.largest("distance") }), 3))},
		{"planes", rows(top(measure(tables["planes"].by(column("manufacturer")), count), 3))},
		{"weather", rows(measure(tables["weather"].by(column("origin")), mean("temp")))},
	}
}

// numbered writes entries whose keys are numbers.
func numbered(entries []entry) [][]any {
	var all [][]any
	for _, e := range entries {
		key, err := strconv.Atoi(e.key)
		if err != nil {
			panic(err) // the keys are hours
		}
		all = append(all, []any{key, e.value})
	}
	return all
}
