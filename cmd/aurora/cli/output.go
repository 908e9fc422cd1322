package cli

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/charmbracelet/lipgloss"
	"github.com/mattn/go-runewidth"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Format is a form of output.
type Format string

// The forms of output.
const (
	FormatTable Format = "table"
	FormatJSON  Format = "json"
	FormatJSONL Format = "jsonl"
	FormatCSV   Format = "csv"
	FormatTSV   Format = "tsv"
)

var formats = []Format{FormatTable, FormatJSON, FormatJSONL, FormatCSV, FormatTSV}

// Output writes data to stdout and conversation to stderr.
type Output struct {
	Format   Format
	Data     io.Writer
	Messages io.Writer
	Quiet    bool
	// Color says whether colour may be used.
	Color bool
	// Live says whether a line on stderr may be rewritten.
	Live bool
}

// dataWriter says what a failed write of the data is: no error of this program.
type dataWriter struct{ to io.Writer }

func (w dataWriter) Write(data []byte) (int, error) {
	n, err := w.to.Write(data)
	if err == nil {
		return n, nil
	}
	code, hint := aurora.CodeStorageUnwritable, "check where the output goes"
	if errors.Is(err, syscall.ENOSPC) {
		code, hint = aurora.CodeStorageFull, "free some space where the output goes"
	}
	return n, &aurora.Error{Code: code, Title: "cannot write the output", Detail: err.Error(), Hint: hint, Err: err}
}

// JSON writes a value as indented JSON, one document.
func (o *Output) JSON(value any) error {
	encoder := json.NewEncoder(o.Data)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// Note writes a line of conversation, unless --quiet.
func (o *Output) Note(format string, args ...any) {
	if !o.Quiet {
		fmt.Fprintf(o.Messages, format+"\n", args...)
	}
}

// Done notes a step that succeeded.
func (o *Output) Done(format string, args ...any) {
	o.Note("%s %s", o.style("2", "✔"), fmt.Sprintf(format, args...))
}

// Strong renders text bold where colour is allowed.
func (o *Output) Strong(text string) string {
	if !o.Color {
		return text
	}
	return lipgloss.NewStyle().Bold(true).Render(text)
}

// Faint renders text dim where colour is allowed.
func (o *Output) Faint(text string) string {
	if !o.Color {
		return text
	}
	return lipgloss.NewStyle().Faint(true).Render(text)
}

func (o *Output) style(color, text string) string {
	if !o.Color {
		return text
	}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(color)).Render(text)
}

// Table is rows of cells under a header; right-aligned columns hold numbers.
type Table struct {
	Header []string
	Rows   [][]string
	Right  map[int]bool
}

// Items writes a list: as a table, as one JSON array, or one JSON object, CSV or TSV record per item.
func Items[T any](o *Output, items []T, table func([]T) Table) error {
	switch o.Format {
	case FormatJSON:
		if items == nil {
			items = []T{}
		}
		return o.JSON(items)
	case FormatJSONL:
		encoder := json.NewEncoder(o.Data)
		encoder.SetEscapeHTML(false)
		for _, item := range items {
			if err := encoder.Encode(item); err != nil {
				return err
			}
		}
		return nil
	}
	return o.Table(table(items))
}

// Table writes a table in the chosen format (table, CSV or TSV).
func (o *Output) Table(t Table) error {
	switch o.Format {
	case FormatCSV, FormatTSV:
		return o.separated(t)
	}
	return o.aligned(t)
}

func (o *Output) separated(t Table) error {
	if o.Format == FormatTSV {
		return o.tabbed(t)
	}
	w := csv.NewWriter(o.Data)
	if err := w.Write(t.Header); err != nil {
		return err
	}
	if err := w.WriteAll(t.Rows); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

// tabEscaper writes tabs and line ends in a cell as ClickHouse's TSV does, so that a row stays a line.
var tabEscaper = strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r")

func (o *Output) tabbed(t Table) error {
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = tabEscaper.Replace(cell)
		}
		if _, err := fmt.Fprintln(o.Data, strings.Join(cells, "\t")); err != nil {
			return err
		}
	}
	return nil
}

func (o *Output) aligned(t Table) error {
	widths := make([]int, len(t.Header))
	for i, h := range t.Header {
		widths[i] = runewidth.StringWidth(h)
	}
	for r, row := range t.Rows {
		for i := range row {
			t.Rows[r][i] = printable(row[i])
			widths[i] = max(widths[i], runewidth.StringWidth(t.Rows[r][i]))
		}
	}
	if len(t.Header) > 0 {
		if _, err := fmt.Fprintln(o.Data, o.Faint(line(t.Header, widths, t.Right))); err != nil {
			return err
		}
	}
	for _, row := range t.Rows {
		if _, err := fmt.Fprintln(o.Data, line(row, widths, t.Right)); err != nil {
			return err
		}
	}
	return nil
}

func line(cells []string, widths []int, right map[int]bool) string {
	var b strings.Builder
	for i, cell := range cells {
		pad := strings.Repeat(" ", widths[i]-runewidth.StringWidth(cell))
		switch {
		case right[i]:
			b.WriteString(pad + cell)
		case i == len(cells)-1:
			b.WriteString(cell)
		default:
			b.WriteString(cell + pad)
		}
		if i < len(cells)-1 {
			b.WriteString("  ")
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// printable replaces control characters, so that a cell can neither move the cursor nor break a line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return '·'
		}
		return r
	}, s)
}

// printError writes an error in three lines: what, why, next. With a JSON
// format it writes the problem document that the REST API would answer with.
func (o *Output) printError(err error) {
	e := aurora.AsError(err)
	if o.Format == FormatJSON || o.Format == FormatJSONL {
		document, _ := json.Marshal(e.Problem())
		fmt.Fprintln(o.Messages, string(document))
		return
	}
	fmt.Fprintf(o.Messages, "%s %s\n", o.style("1", "error:"), printable(e.Title))
	fmt.Fprintf(o.Messages, "why:   %s\n", printable(e.Why()))
	fmt.Fprintf(o.Messages, "next:  %s\n", printable(e.Hint))
}
