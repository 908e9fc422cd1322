package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// tick is how often the clock of a running question moves on.
const tick = 200 * time.Millisecond

// run is a question or statement on its way.
type run struct {
	number  int
	entry   entry
	started time.Time
	cancel  context.CancelFunc
}

// The messages of a run. Each has the run's number.
type (
	stepMsg struct {
		run  int
		step aurora.Step
		more <-chan aurora.Step
	}
	doneMsg struct {
		run    int
		answer aurora.Answer
		err    error
	}
	tickMsg struct{ run int }
)

// submit runs what was typed.
func (m *model) submit() tea.Cmd {
	text := strings.TrimSpace(m.input.Value())
	if text == "" || m.run != nil {
		return nil
	}
	e := entry{text: text, sql: m.sql}
	m.history.add(e)
	m.input.SetValue("")
	m.input.Placeholder = printable(text) // what the answer below belongs to
	return m.start(e)
}

// start runs a line in a command of its own; its stages come back one by one.
func (m *model) start(e entry) tea.Cmd {
	ctx, cancel := context.WithCancel(m.ctx)
	m.runs++
	m.run = &run{number: m.runs, entry: e, started: m.opts.Now(), cancel: cancel}
	m.steps, m.details, m.grid, m.status = nil, nil, nil, ""
	m.wide, m.offset, m.help = false, 0, false
	number, steps := m.runs, make(chan aurora.Step)
	progress := func(s aurora.Step) {
		select {
		case steps <- s:
		case <-ctx.Done():
		}
	}
	call := func() tea.Msg {
		defer cancel()
		defer close(steps)
		answer, err := m.opts.answer(ctx, e, progress)
		return doneMsg{run: number, answer: answer, err: err}
	}
	return tea.Batch(call, listen(number, steps), m.nextTick(number))
}

// answer calls the engine. A panic in it becomes an error: it must not take the terminal with it.
func (o Options) answer(ctx context.Context, e entry, progress func(aurora.Step)) (answer aurora.Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &aurora.Error{Code: aurora.CodeInternal, Title: "unexpected error", Detail: fmt.Sprint(p), Hint: "run `aurora doctor`; if all is well there, please report this"}
		}
	}()
	if e.sql {
		return o.Engine.Query(ctx, aurora.Statement{SQL: e.text, Params: []aurora.Param{}}, aurora.Limits{Rows: o.Question.Limit})
	}
	question := o.Question
	question.Text = e.text
	return o.Engine.Ask(ctx, question, progress)
}

// listen waits for the next stage; the channel's end needs no message of its own.
func listen(number int, steps <-chan aurora.Step) tea.Cmd {
	return func() tea.Msg {
		step, ok := <-steps
		if !ok {
			return nil
		}
		return stepMsg{run: number, step: step, more: steps}
	}
}

func (m *model) nextTick(number int) tea.Cmd {
	return tea.Tick(tick, func(time.Time) tea.Msg { return tickMsg{run: number} })
}

// current says whether a message belongs to what runs now.
func (m *model) current(number int) bool { return m.run != nil && m.run.number == number }

func (m *model) stepped(msg stepMsg) tea.Cmd {
	if m.current(msg.run) {
		m.steps = append(m.steps, msg.step)
	}
	return listen(msg.run, msg.more)
}

func (m *model) ticked(msg tickMsg) tea.Cmd {
	if !m.current(msg.run) {
		return nil
	}
	return m.nextTick(msg.run)
}

// finished shows the answer, or the error, of the current run.
func (m *model) finished(msg doneMsg) {
	if !m.current(msg.run) {
		return
	}
	m.run = nil
	if msg.err != nil {
		m.details = detailsOfError(msg.err)
		if errors.Is(msg.err, context.Canceled) {
			m.details, m.status = nil, "cancelled"
		}
		return
	}
	g := newGrid(msg.answer.Result)
	m.details, m.grid, m.status = detailsOf(msg.answer), &g, summary(msg.answer)
}

// cancel gives the prompt back at once. The engine learns it by its context; what it
// still sends is dropped.
func (m *model) cancel() {
	m.run.cancel()
	m.run = nil
	m.status = "cancelled"
}

// summary is what an answer cost, in one line, the most wanted first.
func summary(a aurora.Answer) string {
	rows := fmt.Sprintf("%d rows", len(a.Rows))
	if len(a.Rows) == 1 {
		rows = "1 row"
	}
	if a.Truncated {
		rows = fmt.Sprintf("first %d rows of more", len(a.Rows))
	}
	parts := []string{rows, millis(a.Stats.ElapsedMS), fmt.Sprintf("read %s rows, %s", grouped(a.Stats.RowsRead), bytesText(a.Stats.BytesRead))}
	if a.Engine != "" {
		parts = append(parts, "engine: "+printable(a.Engine))
	}
	return strings.Join(parts, " · ")
}
