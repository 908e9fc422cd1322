package flights

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Compare says how the rows of an answer differ from the reference; nothing when
// they are the same. Columns count by position; numbers may differ by one part in
// a thousand million, because sums of floats depend on their order.
func Compare(reference, answer [][]any, ordered bool) error {
	want, got := normalise(reference), normalise(answer)
	if !ordered {
		slices.SortFunc(want, compareRows)
		slices.SortFunc(got, compareRows)
	}
	if len(want) != len(got) {
		return fmt.Errorf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if !sameRow(want[i], got[i]) {
			return fmt.Errorf("row %d is %v, want %v", i+1, got[i], want[i])
		}
	}
	return nil
}

// normalise writes every cell as text: numbers without ornament, times as RFC 3339.
func normalise(rows [][]any) [][]string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			all[i] = append(all[i], cellText(cell))
		}
	}
	return all
}

func cellText(cell any) string {
	switch v := cell.(type) {
	case nil:
		return "null"
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return timeText(v)
	}
	return fmt.Sprint(cell)
}

// timeText writes a date or a time in one way; any other text stays.
func timeText(text string) string {
	for _, layout := range []string{time.RFC3339Nano, time.DateTime, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339)
		}
	}
	return text
}

// compareRows orders rows by their texts that are no numbers first, so that a
// difference in the last digit does not move a row.
func compareRows(a, b []string) int {
	if c := slices.Compare(words(a), words(b)); c != 0 {
		return c
	}
	return slices.Compare(a, b)
}

func words(row []string) []string {
	return slices.DeleteFunc(slices.Clone(row), func(cell string) bool {
		_, err := strconv.ParseFloat(cell, 64)
		return err == nil
	})
}

func sameRow(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool {
		if x == y {
			return true
		}
		if !strings.ContainsAny(x+y, ".e") {
			return false // whole numbers are exact
		}
		f, errX := strconv.ParseFloat(x, 64)
		g, errY := strconv.ParseFloat(y, 64)
		return errX == nil && errY == nil && math.Abs(f-g) <= 1e-9*math.Max(math.Abs(f), math.Abs(g))
	})
}
