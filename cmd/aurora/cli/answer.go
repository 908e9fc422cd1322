package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// printAnswer writes the rows of an answer to stdout; as JSON the whole answer.
func printAnswer(out *Output, answer aurora.Answer) error {
	switch out.Format {
	case FormatJSON:
		return out.JSON(answer)
	case FormatJSONL:
		return printRowObjects(out, answer.Result)
	}
	table := Table{Right: map[int]bool{}}
	for i, c := range answer.Columns {
		table.Header = append(table.Header, c.Name)
		table.Right[i] = numeric(c.Type)
	}
	null := ""
	if out.Format == FormatTable {
		null = "NULL"
	}
	for _, row := range answer.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cellText(cell, null)
		}
		table.Rows = append(table.Rows, cells)
	}
	if err := out.Table(table); err != nil {
		return err
	}
	if answer.Truncated {
		out.Note("the first %d rows of more; raise --limit to see them", len(answer.Rows))
	}
	return nil
}

// printRowObjects writes one JSON object per row, with the columns in their order.
func printRowObjects(out *Output, result aurora.Result) error {
	for _, row := range result.Rows {
		var b strings.Builder
		for i, cell := range row {
			name, err := json.Marshal(result.Columns[i].Name)
			if err != nil {
				return err
			}
			value, err := json.Marshal(cell)
			if err != nil {
				return err
			}
			separator := ","
			if i == 0 {
				separator = "{"
			}
			fmt.Fprintf(&b, "%s%s:%s", separator, name, value)
		}
		if _, err := fmt.Fprintln(out.Data, b.String()+"}"); err != nil {
			return err
		}
	}
	if result.Truncated {
		out.Note("the first %d rows of more; raise --limit to see them", len(result.Rows))
	}
	return nil
}

func cellText(cell any, null string) string {
	switch v := cell.(type) {
	case nil:
		return null
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any, map[string]any:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(text)
	}
	return fmt.Sprint(cell)
}

// numeric tells whether a ClickHouse type is a number, which is aligned to the right.
func numeric(typ string) bool {
	typ = strings.TrimPrefix(strings.TrimPrefix(typ, "LowCardinality("), "Nullable(")
	for _, prefix := range []string{"Int", "UInt", "Float", "Decimal"} {
		if strings.HasPrefix(typ, prefix) {
			return true
		}
	}
	return false
}
