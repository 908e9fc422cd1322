package tui

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// quitWindow is the time in which a second ctrl+c leaves the shell.
const quitWindow = 2 * time.Second

// model is the whole shell.
type model struct {
	ctx    context.Context //nolint:containedctx // the program's own; a Bubble Tea model has no other way to get it
	opts   Options
	theme  theme
	keys   keyMap
	width  int
	height int

	input   textinput.Model
	sql     bool
	history history

	run     *run // what is running; nil when nothing is
	runs    int  // numbers the runs, so that late messages are known
	steps   []aurora.Step
	details []detail
	grid    *grid
	status  string
	// wide shows the details over the whole screen; offset scrolls them.
	wide   bool
	offset int
	help   bool
	// interrupted is when ctrl+c was pressed last.
	interrupted time.Time
}

func newModel(ctx context.Context, o Options, t theme) *model {
	if o.Now == nil {
		o.Now = time.Now
	}
	input := textinput.New()
	input.Prompt = ""
	input.TextStyle, input.PlaceholderStyle = t.text, t.faint
	input.Cursor.Style, input.Cursor.TextStyle = t.text, t.text
	input.Cursor.SetMode(cursor.CursorStatic)
	input.Focus()
	m := &model{ctx: ctx, opts: o, theme: t, keys: newKeyMap(), width: 80, height: 24, input: input, sql: o.SQL}
	m.setMode(o.SQL)
	return m
}

// Init asks the question the shell was opened with, if there is one.
func (m *model) Init() tea.Cmd {
	title := tea.SetWindowTitle("aurora shell")
	if m.opts.Question.Text == "" {
		return title
	}
	m.input.SetValue(m.opts.Question.Text)
	return tea.Batch(title, m.submit())
}

// Update takes one message. It does no I/O.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = max(msg.Width, 1), max(msg.Height, 1)
		m.input.Width = max(m.width-len(m.prompt())-1, 1)
		m.scroll(0, 0)
		return m, nil
	case tea.KeyMsg:
		return m, m.press(msg)
	case stepMsg:
		return m, m.stepped(msg)
	case doneMsg:
		m.finished(msg)
		return m, nil
	case tickMsg:
		return m, m.ticked(msg)
	}
	var cmd tea.Cmd
	m.input, cmd = m.input.Update(msg)
	return m, cmd
}

// press handles a key.
func (m *model) press(msg tea.KeyMsg) tea.Cmd {
	k := m.keys
	switch {
	case key.Matches(msg, k.Quit):
		return m.quit()
	case msg.Type == tea.KeyCtrlC:
		return m.interrupt()
	case key.Matches(msg, k.Cancel):
		m.escape()
	case key.Matches(msg, k.Run):
		return m.submit()
	case key.Matches(msg, k.Mode):
		m.setMode(!m.sql)
	case key.Matches(msg, k.Help):
		m.help = !m.help
	case key.Matches(msg, k.Details):
		m.wide, m.offset = !m.wide, 0
	case key.Matches(msg, k.Older):
		m.recall(-1)
	case key.Matches(msg, k.Newer):
		m.recall(1)
	default:
		if m.scrollKey(msg) {
			return nil
		}
		var cmd tea.Cmd
		m.input, cmd = m.input.Update(msg)
		return cmd
	}
	return nil
}

// scrollKey handles the keys that move through the answer.
func (m *model) scrollKey(msg tea.KeyMsg) bool {
	k, page := m.keys, max(m.gridHeight()-2, 1)
	const all = 1 << 30
	switch {
	case key.Matches(msg, k.PageDown):
		m.scroll(page, 0)
	case key.Matches(msg, k.PageUp):
		m.scroll(-page, 0)
	case key.Matches(msg, k.Bottom):
		m.scroll(all, 0)
	case key.Matches(msg, k.Top):
		m.scroll(-all, 0)
	case key.Matches(msg, k.Right):
		m.scroll(0, 1)
	case key.Matches(msg, k.Left):
		m.scroll(0, -1)
	default:
		return false
	}
	return true
}

func (m *model) scroll(rows, columns int) {
	if m.wide || m.grid == nil {
		m.offset = max(0, m.offset+rows)
		return
	}
	m.grid.scroll(rows, columns, m.gridHeight()-1)
}

// setMode changes between questions and SQL.
func (m *model) setMode(sql bool) {
	m.sql = sql
	m.input.Placeholder = "how many clicks by page"
	if sql {
		m.input.Placeholder = "SELECT page, count() FROM clicks GROUP BY page"
	}
	m.input.Width = max(m.width-len(m.prompt())-1, 1)
}

func (m *model) prompt() string {
	if m.sql {
		return "sql> "
	}
	return "ask> "
}

func (m *model) recall(steps int) {
	if e, ok := m.history.move(steps, entry{m.input.Value(), m.sql}); ok {
		m.setMode(e.sql)
		m.input.SetValue(e.text)
		m.input.CursorEnd()
	}
}

// escape leaves what covers the screen, or else cancels what runs.
func (m *model) escape() {
	switch {
	case m.help:
		m.help = false
	case m.run != nil:
		m.cancel()
	case m.wide:
		m.wide, m.offset = false, 0
	}
}

// interrupt is ctrl+c: the first one cancels, a second one soon after leaves.
func (m *model) interrupt() tea.Cmd {
	now := m.opts.Now()
	if now.Sub(m.interrupted) <= quitWindow {
		return m.quit()
	}
	m.interrupted = now
	if m.run != nil {
		m.cancel()
	}
	m.status = "press ctrl+c again to quit"
	return nil
}

func (m *model) quit() tea.Cmd {
	if m.run != nil {
		m.run.cancel()
	}
	return tea.Quit
}
