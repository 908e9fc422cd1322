package tui

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// nullText stands for NULL in a table: not the text "NULL", which a column may hold.
const nullText = "∅"

// cellText is a cell of an answer as one line of printable text.
func cellText(cell any) string {
	switch v := cell.(type) {
	case nil:
		return nullText
	case string:
		return printable(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any, map[string]any:
		text, err := json.Marshal(v)
		if err != nil {
			return printable(fmt.Sprint(v))
		}
		return printable(string(text))
	}
	return printable(fmt.Sprint(cell))
}

// printable escapes what could move the cursor, change the terminal or reorder the
// line: control characters and those of the format class.
func printable(text string) string {
	if !strings.ContainsFunc(text, unprintable) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !unprintable(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' || r == '\u2028' || r == '\u2029'
}

// width is how many columns of the terminal a text takes.
func width(text string) int { return runewidth.StringWidth(text) }

// cut shortens a text to a width; what was cut ends in an ellipsis.
func cut(text string, limit int) string {
	if limit <= 0 {
		return ""
	}
	return runewidth.Truncate(text, limit, "…")
}

// pad cuts or fills a text to exactly a width.
func pad(text string, to int, right bool) string {
	text = cut(text, to)
	fill := strings.Repeat(" ", max(0, to-width(text)))
	if right {
		return fill + text
	}
	return text + fill
}

// wrap breaks a text into lines of at most limit columns, at spaces where there are
// any; spaces inside a line are kept, because a statement may hold them in a literal.
func wrap(text string, limit int) []string {
	limit = max(limit, 1)
	var lines []string
	line, started := "", false
	for _, word := range strings.Split(text, " ") {
		if started && width(line)+1+width(word) <= limit {
			line += " " + word
			continue
		}
		if started {
			lines = append(lines, line)
		}
		for line, started = word, true; width(line) > limit; {
			head := runewidth.Truncate(line, limit, "")
			if head == "" { // a wide character in a line of one column
				break
			}
			lines, line = append(lines, head), line[len(head):]
		}
	}
	return append(lines, line)
}

// grouped writes a count with thin groups of three digits: 450 000.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// bytesText writes a size with a unit.
func bytesText(n uint64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	size, unit := float64(n), 0
	for size >= 1000 && unit < len(units)-1 {
		size, unit = size/1000, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}

// millis writes a time of stages and statements.
func millis(ms float64) string {
	if ms >= 10_000 {
		return fmt.Sprintf("%.1f s", ms/1000)
	}
	return fmt.Sprintf("%.0f ms", ms)
}
