package tui

import (
	"fmt"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// labelWidth is the width of the labels before the details of an answer.
const labelWidth = 11

// detail is one labelled text about an answer or an error.
type detail struct {
	label, text string
	alarm       bool
}

// detailsOf says how an answer was found: what was understood, and the statement.
func detailsOf(a aurora.Answer) []detail {
	var list []detail
	add := func(label, text string) {
		if text != "" {
			list = append(list, detail{label: label, text: printable(text)})
		}
	}
	add("understood", a.Interpretation)
	for _, assumption := range a.Assumptions {
		add("assuming", assumption)
	}
	add("sql", a.SQL)
	var params []string
	for _, p := range a.Params {
		params = append(params, fmt.Sprintf("%s=%s (%s)", p.Name, p.Value, p.Type))
	}
	add("params", strings.Join(params, ", "))
	add("tables", strings.Join(a.Tables, ", "))
	for _, note := range a.Notes {
		add("note", note)
	}
	return list
}

// detailsOfError gives the three lines of an error: what, why, next.
func detailsOfError(err error) []detail {
	e := aurora.AsError(err)
	list := []detail{{label: "error", text: printable(e.Title), alarm: true}}
	if e.Detail != "" {
		list = append(list, detail{label: "why", text: printable(e.Detail)})
	}
	return append(list, detail{label: "next", text: printable(e.Hint)})
}

// detailLines lays details out under each other, wrapped behind their labels; on a
// narrow screen the label stands in the text.
func detailLines(t theme, list []detail, limit int) []string {
	indent := labelWidth
	if limit < 3*labelWidth {
		indent = 0
	}
	var lines []string
	for _, d := range list {
		style, text := t.text, d.text
		if d.alarm {
			style = t.failure
		}
		if indent == 0 {
			text = d.label + ": " + text
		}
		for i, line := range wrap(text, limit-indent) {
			label := ""
			if i == 0 {
				label = d.label
			}
			lines = append(lines, t.label.Render(pad(label, indent, false))+style.Render(cut(line, limit-indent)))
		}
	}
	return lines
}

// clip keeps the first lines; when some are left out the last one says so.
func clip(t theme, lines []string, height int, how string) []string {
	if len(lines) <= height {
		return lines
	}
	if height <= 0 {
		return nil
	}
	left := len(lines) - height + 1
	return append(lines[:height-1:height-1], t.faint.Render(fmt.Sprintf("… %d more lines: %s", left, how)))
}
