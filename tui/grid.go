package tui

import (
	"fmt"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

const (
	// widestColumn caps a column, so that one long text does not push the others out.
	widestColumn = 40
	// columnGap is the space between two columns.
	columnGap = 2
)

// grid shows the rows of a result through a window: only the rows that are seen are
// formatted, however many there are.
type grid struct {
	result aurora.Result
	widths []int
	right  []bool
	// top is the first row that is seen, left the first column.
	top, left int
}

// newGrid measures the columns of a result.
func newGrid(result aurora.Result) grid {
	g := grid{result: result}
	for i, column := range result.Columns {
		w := width(printable(column.Name))
		for _, row := range result.Rows {
			w = max(w, width(cellText(row[i])))
			if w >= widestColumn {
				break
			}
		}
		g.widths = append(g.widths, min(max(w, 1), widestColumn))
		g.right = append(g.right, numeric(column.Type))
	}
	return g
}

// numeric says whether a ClickHouse type is a number, which is aligned to the right.
func numeric(typ string) bool {
	typ = strings.TrimPrefix(strings.TrimPrefix(typ, "LowCardinality("), "Nullable(")
	for _, prefix := range []string{"Int", "UInt", "Float", "Decimal", "BFloat"} {
		if strings.HasPrefix(typ, prefix) && !strings.HasPrefix(typ, "Interval") {
			return true
		}
	}
	return false
}

// scroll moves the window by rows and columns and keeps it inside the result.
func (g *grid) scroll(rows, columns, height int) {
	g.top = min(max(0, g.top+rows), max(0, len(g.result.Rows)-max(height, 1)))
	g.left = min(max(0, g.left+columns), max(0, len(g.result.Columns)-1))
}

// view gives the header and as many rows as fit into height lines of a width.
func (g *grid) view(t theme, width, height int) []string {
	if len(g.result.Columns) == 0 || height < 1 {
		return nil
	}
	lines := []string{t.header.Render(g.line(width, func(i int) string { return printable(g.result.Columns[i].Name) }, nil))}
	for n := g.top; n < len(g.result.Rows) && len(lines) < height; n++ {
		row := g.result.Rows[n]
		isNull := func(i int) bool { return row[i] == nil }
		lines = append(lines, g.line(width, func(i int) string { return cellText(row[i]) }, func(i int, text string) string {
			if isNull(i) {
				return t.null.Render(text)
			}
			return text
		}))
	}
	return lines
}

// line lays out one row from the first visible column on. Text is cut before it is
// styled: an escape sequence must not be cut in two.
func (g *grid) line(limit int, text func(int) string, style func(int, string) string) string {
	var b strings.Builder
	room := limit
	for i := g.left; i < len(g.widths) && room > 0; i++ {
		if i > g.left {
			gap := min(columnGap, room)
			b.WriteString(strings.Repeat(" ", gap))
			room -= gap
		}
		w := min(g.widths[i], room)
		if w <= 0 {
			break
		}
		cell := pad(text(i), w, g.right[i])
		if style != nil {
			cell = style(i, cell)
		}
		b.WriteString(cell)
		room -= w
	}
	return b.String()
}

// position says which rows and columns are seen, when they are not all.
func (g *grid) position(width, height int) string {
	rows, columns := len(g.result.Rows), len(g.result.Columns)
	visible := min(max(height-1, 0), rows-g.top)
	var parts []string
	if visible < rows {
		parts = append(parts, fmt.Sprintf("rows %d–%d of %d", g.top+1, g.top+visible, rows))
	}
	if last := g.lastColumn(width); g.left > 0 || last < columns {
		parts = append(parts, fmt.Sprintf("columns %d–%d of %d", g.left+1, last, columns))
	}
	return strings.Join(parts, ", ")
}

// lastColumn is the number of the last column that is seen whole; at least the first seen.
func (g *grid) lastColumn(limit int) int {
	used := 0
	for i := g.left; i < len(g.widths); i++ {
		used += g.widths[i]
		if used > limit {
			return max(i, g.left+1)
		}
		used += columnGap
	}
	return len(g.widths)
}
