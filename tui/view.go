package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/lipgloss"
)

// chrome is the lines around the answer: title, prompt, a free line, status, keys.
const chrome = 5

// View draws the screen: exactly height lines, none wider than the terminal.
func (m *model) View() string {
	lines := []string{m.titleLine(), m.promptLine(), ""}
	body := m.body()
	room := m.bodyHeight()
	for len(body) < room {
		body = append(body, "")
	}
	lines = append(lines, body[:room]...)
	lines = append(lines, m.statusLine(), m.footer())
	lines = lines[:min(len(lines), m.height)]
	for i, line := range lines {
		if lipgloss.Width(line) > m.width { // a screen too narrow for what it shows
			lines[i] = m.theme.text.MaxWidth(m.width).Render(line)
		}
	}
	return strings.Join(lines, "\n")
}

func (m *model) bodyHeight() int { return max(m.height-chrome, 0) }

func (m *model) titleLine() string {
	mode := " Ask "
	if m.sql {
		mode = " SQL "
	}
	left := m.theme.title.Render("aurora")
	if m.width < len("aurora")+1+len(mode) {
		return m.theme.title.Render(cut("aurora", m.width))
	}
	return left + " " + m.theme.mode.Render(mode)
}

func (m *model) promptLine() string {
	if m.width <= len(m.prompt()) {
		return cut(m.prompt(), m.width)
	}
	return m.theme.prompt.Render(m.prompt()) + m.input.View()
}

// body is the answer, or what stands in its place.
func (m *model) body() []string {
	switch {
	case m.help:
		return m.helpLines()
	case m.run != nil:
		return m.progressLines()
	case m.wide:
		lines := detailLines(m.theme, m.details, m.width)
		m.offset = min(m.offset, max(0, len(lines)-m.bodyHeight()))
		return lines[m.offset:]
	case m.grid == nil && m.details == nil:
		return m.welcome()
	}
	details := m.shownDetails()
	if m.grid == nil {
		return details
	}
	return append(append(details, ""), m.grid.view(m.theme, m.width, m.gridHeight())...)
}

// shownDetails are the details as far as they may push the rows down.
func (m *model) shownDetails() []string {
	lines := detailLines(m.theme, m.details, m.width)
	if m.grid == nil {
		return clip(m.theme, lines, m.bodyHeight(), "f2")
	}
	return clip(m.theme, lines, max(2, m.bodyHeight()*2/5), "f2")
}

// gridHeight is the height of the table with its header.
func (m *model) gridHeight() int {
	return max(m.bodyHeight()-len(m.shownDetails())-1, 0)
}

func (m *model) welcome() []string {
	var lines []string
	for _, line := range []string{
		"Ask a question in plain language; enter runs it.",
		"ctrl+t changes to SQL, read-only and checked.",
	} {
		for _, part := range wrap(line, m.width) {
			lines = append(lines, m.theme.faint.Render(part))
		}
	}
	return lines
}

// progressLines shows the stages as they end.
func (m *model) progressLines() []string {
	lines := []string{m.theme.faint.Render(cut(printable(m.run.entry.text), m.width))}
	for _, step := range m.steps {
		text := fmt.Sprintf("✓ %s  %s", pad(printable(step.Name), labelWidth-4, false), millis(step.ElapsedMS))
		if step.Summary != "" {
			text += "  " + printable(step.Summary)
		}
		lines = append(lines, cut(text, m.width))
	}
	if room := m.bodyHeight(); len(lines) > room && room > 0 {
		lines = lines[len(lines)-room:]
	}
	return lines
}

func (m *model) statusLine() string {
	if m.run != nil {
		seconds := m.opts.Now().Sub(m.run.started).Seconds()
		return m.theme.faint.Render(cut(fmt.Sprintf("running %.1f s", seconds), m.width))
	}
	status := m.status
	if m.grid != nil && !m.help && !m.wide {
		if position := m.grid.position(m.width, m.gridHeight()); position != "" {
			status = position + " · " + status
		}
	}
	return m.theme.faint.Render(cut(status, m.width))
}

// footer shows the keys that fit.
func (m *model) footer() string {
	line := ""
	for _, binding := range m.keys.short() {
		item := m.keyText(binding)
		if line != "" {
			item = "  " + item
		}
		if lipgloss.Width(line)+lipgloss.Width(item) > m.width {
			break
		}
		line += item
	}
	return line
}

func (m *model) keyText(binding key.Binding) string {
	help := binding.Help()
	return m.theme.key.Render(help.Key) + " " + m.theme.faint.Render(help.Desc)
}

func (m *model) helpLines() []string {
	var lines []string
	for _, binding := range m.keys.full() {
		help := binding.Help()
		lines = append(lines, m.theme.key.Render(pad(help.Key, labelWidth, false))+m.theme.faint.Render(cut(help.Desc, m.width-labelWidth)))
	}
	if room := m.bodyHeight(); len(lines) > room && room > 0 { // two columns where one is too long
		return m.inColumns(room)
	}
	return lines
}

// inColumns lays the help out in as many columns as the height needs.
func (m *model) inColumns(height int) []string {
	full := m.keys.full()
	columns := (len(full) + height - 1) / height
	each := max(m.width/columns, 1)
	lines := make([]string, height)
	for i, binding := range full {
		help := binding.Help()
		lines[i%height] += m.theme.faint.Render(pad(cut(help.Key+" "+help.Desc, each-1), each, false))
	}
	return lines
}
