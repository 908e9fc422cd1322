package tui

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/exp/teatest"
	"github.com/google/go-cmp/cmp"
	"github.com/muesli/termenv"
)

// asciiTheme has no escape sequences at all, so that a golden frame is what is read.
func asciiTheme() theme {
	renderer := lipgloss.NewRenderer(io.Discard)
	renderer.SetColorProfile(termenv.Ascii)
	return newTheme(renderer, false)
}

// bench drives a model by hand: commands run when drain is called.
type bench struct {
	t       *testing.T
	model   *model
	engine  *fakeEngine
	clock   *clock
	pending []tea.Cmd
}

func newBench(t *testing.T, width, height int) *bench {
	t.Helper()
	b := &bench{t: t, engine: &fakeEngine{}, clock: newClock()}
	b.model = newModel(t.Context(), Options{Engine: b.engine, Now: b.clock.Now}, asciiTheme())
	b.send(tea.WindowSizeMsg{Width: width, Height: height})
	return b
}

func (b *bench) send(msg tea.Msg) {
	_, cmd := b.model.Update(msg)
	if cmd != nil {
		b.pending = append(b.pending, cmd)
	}
}

func (b *bench) typed(text string) { b.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)}) }

func (b *bench) press(keys ...tea.KeyType) {
	for _, k := range keys {
		b.send(tea.KeyMsg{Type: k})
	}
}

// drain runs the commands that wait until the current run has ended; ticks are left out.
func (b *bench) drain() {
	b.t.Helper()
	messages := make(chan tea.Msg)
	launch := func(cmd tea.Cmd) {
		go func() { // ends when the test has read its message
			select {
			case messages <- cmd():
			case <-b.t.Context().Done():
			}
		}()
	}
	for deadline := time.After(time.Minute); b.model.run != nil; {
		for _, cmd := range b.pending {
			launch(cmd)
		}
		b.pending = nil
		select {
		case msg := <-messages:
			switch msg := msg.(type) {
			case tea.BatchMsg:
				b.pending = append(b.pending, msg...)
			case tickMsg, nil:
			default:
				b.send(msg)
			}
		case <-deadline:
			b.t.Fatal("the run does not end")
		}
	}
	b.pending = nil
}

func (b *bench) ask(text string) {
	b.t.Helper()
	b.typed(text)
	b.press(tea.KeyEnter)
	b.drain()
}

func (b *bench) frame() string { return b.model.View() }

func (b *bench) shows(want ...string) {
	b.t.Helper()
	for _, text := range want {
		if !strings.Contains(b.frame(), text) {
			b.t.Errorf("the screen does not show %q:\n%s", text, b.frame())
		}
	}
}

func (b *bench) hides(unwanted ...string) {
	b.t.Helper()
	for _, text := range unwanted {
		if strings.Contains(b.frame(), text) {
			b.t.Errorf("the screen shows %q:\n%s", text, b.frame())
		}
	}
}

// scenes are the screens that are kept as golden frames.
func scenes() map[string]func(*bench) {
	return map[string]func(*bench){
		"welcome": func(*bench) {},
		"running": func(b *bench) {
			b.typed("how many clicks by page")
			b.press(tea.KeyEnter)
			for _, step := range steps() {
				b.send(stepMsg{run: 1, step: step, more: nil})
			}
			b.clock.move(1700 * time.Millisecond)
		},
		"answer": func(b *bench) { b.ask("how many clicks by page") },
		"scrolled": func(b *bench) {
			b.ask("how many clicks by page")
			b.press(tea.KeyPgDown, tea.KeyPgDown, tea.KeyShiftRight)
		},
		"details": func(b *bench) {
			b.ask("how many clicks by page")
			b.press(tea.KeyF2)
		},
		"refused": func(b *bench) { b.ask("how many frobs") },
		"sql": func(b *bench) {
			b.press(tea.KeyCtrlT)
			b.ask("SELECT * FROM odd")
		},
		"help": func(b *bench) { b.press(tea.KeyF1) },
	}
}

func TestGoldenFrames(t *testing.T) {
	t.Parallel()
	for name, play := range scenes() {
		for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}, {40, 12}} {
			file := fmt.Sprintf("%s-%dx%d", name, size.width, size.height)
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				b := newBench(t, size.width, size.height)
				play(b)
				golden(t, file, b.frame())
				checkFrame(t, b.frame(), size.width, size.height)
			})
		}
	}
}

// golden compares a frame with its file; -update rewrites the file.
func golden(t *testing.T, name, frame string) {
	t.Helper()
	var lines []string
	for _, line := range strings.Split(frame, "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	got := strings.Join(lines, "\n") + "\n"
	path := filepath.Join("testdata", name+".golden")
	if flag.Lookup("update").Value.String() == "true" { // teatest declares the flag
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("frame (-want +got):\n%s", diff)
	}
}

// checkFrame holds for every frame: it fits, and nothing in it can move the cursor.
func checkFrame(t *testing.T, frame string, wide, high int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) > high {
		t.Errorf("%d lines on a screen of %d", len(lines), high)
	}
	for i, line := range lines {
		if w := lipgloss.Width(line); w > wide {
			t.Errorf("line %d is %d wide on a screen of %d: %q", i, w, wide, line)
		}
		if strings.ContainsFunc(line, unprintable) {
			t.Errorf("line %d has control characters: %q", i, line)
		}
	}
}

func TestEveryFrameFits(t *testing.T) {
	t.Parallel()
	for name, play := range scenes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 80, 24)
			play(b)
			for _, wide := range []int{1, 2, 5, 7, 11, 12, 13, 20, 39, 79, 200} {
				for _, high := range []int{1, 2, 3, 5, 6, 8, 12, 60} {
					b.send(tea.WindowSizeMsg{Width: wide, Height: high})
					checkFrame(t, b.frame(), wide, high)
				}
			}
		})
	}
}

func TestAnswerShowsHowItWasFound(t *testing.T) {
	t.Parallel()
	b := newBench(t, 100, 30)
	b.ask("clicks by page")
	b.shows("ask> clicks by page", "count of rows per page", "SELECT page, count() AS clicks", "minutes=15 (UInt16)", "aurora.clicks",
		"first 60 rows of more", "read 450 000 rows, 3.6 MB", "engine: offline", "11 ms")
	if b.model.input.Value() != "" {
		t.Errorf("the prompt still holds %q", b.model.input.Value())
	}
	if diff := cmp.Diff([]string{"clicks by page"}, b.engine.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestNULLIsNotTheTextNULL(t *testing.T) {
	t.Parallel()
	b := newBench(t, 120, 30)
	b.ask("hostile")
	b.shows("NULL", nullText, `line\nbreak\ttab`, `\x1b]0;title\x07`, `right\u202eleft`, `{"a":[1,null]}`)
}

func TestNumbersAreAlignedToTheRight(t *testing.T) {
	t.Parallel()
	b := newBench(t, 120, 30)
	b.ask("hostile")
	ends := map[int]bool{}
	for _, line := range strings.Split(b.frame(), "\n") {
		for _, number := range []string{"-5 ", "123456 "} {
			if i := strings.Index(line, number); i >= 0 {
				ends[lipgloss.Width(line[:i+len(number)])] = true
			}
		}
	}
	if len(ends) != 1 {
		t.Errorf("numbers of one column end at %v", ends)
	}
}

func TestScrollStaysInside(t *testing.T) {
	t.Parallel()
	b := newBench(t, 80, 24)
	b.ask("how many clicks by page")
	first := b.frame()
	b.press(tea.KeyPgUp, tea.KeyShiftLeft)
	if diff := cmp.Diff(first, b.frame()); diff != "" {
		t.Errorf("scrolled out at the start:\n%s", diff)
	}
	b.press(tea.KeyCtrlEnd)
	b.shows("of 60", "42357") // the last row
	last := b.frame()
	b.press(tea.KeyPgDown)
	if diff := cmp.Diff(last, b.frame()); diff != "" {
		t.Errorf("scrolled out at the end:\n%s", diff)
	}
	b.press(tea.KeyCtrlHome, tea.KeyShiftRight, tea.KeyShiftRight, tea.KeyShiftRight, tea.KeyShiftRight)
	b.shows("columns 3–3 of 3", "share")
}

func TestCancelGivesThePromptBackAtOnce(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]tea.KeyType{"esc": tea.KeyEsc, "ctrl+c": tea.KeyCtrlC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 80, 24)
			b.engine.hold = make(chan struct{})
			b.typed("slow question")
			b.press(tea.KeyEnter)
			b.shows("running", "slow question")
			b.press(k)
			b.hides("running")
			late := doneMsg{run: 1, answer: clicksAnswer()}
			b.send(late)
			b.hides("count of rows per page")
			b.engine.hold = nil
			b.ask("next question")
			b.shows("count of rows per page")
		})
	}
}

func TestSecondCtrlCQuits(t *testing.T) {
	t.Parallel()
	b := newBench(t, 80, 24)
	b.press(tea.KeyCtrlC)
	b.shows("press ctrl+c again to quit")
	if len(b.pending) != 0 {
		t.Fatal("one ctrl+c left the shell")
	}
	b.clock.move(quitWindow + time.Second)
	b.press(tea.KeyCtrlC)
	if len(b.pending) != 0 {
		t.Fatal("a late second ctrl+c left the shell")
	}
	b.clock.move(quitWindow / 2)
	b.press(tea.KeyCtrlC)
	if len(b.pending) != 1 || b.pending[0]() != tea.Quit() {
		t.Fatal("a second ctrl+c in time did not leave the shell")
	}
}

func TestErrorIsThreeLines(t *testing.T) {
	t.Parallel()
	b := newBench(t, 80, 24)
	b.ask("how many frobs")
	b.shows("error      the question was not understood", "why        no column or table is called \"frobs\"", "next       use words of the tables")
	b.ask("panic please")
	b.shows("error      unexpected error", "why        index out of range", "aurora doctor")
}

func TestModeAndHistory(t *testing.T) {
	t.Parallel()
	b := newBench(t, 80, 24)
	b.ask("first question")
	b.press(tea.KeyCtrlT)
	b.shows("sql> ", " SQL ")
	b.ask("SELECT 1")
	b.typed("SELECT 2 dra")
	b.press(tea.KeyUp)
	b.shows("sql> SELECT 1")
	b.press(tea.KeyUp)
	b.shows("ask> first question", " Ask ")
	b.press(tea.KeyUp)
	b.shows("ask> first question")
	b.press(tea.KeyDown, tea.KeyDown)
	b.shows("sql> SELECT 2 dra")
	b.press(tea.KeyDown)
	b.shows("sql> SELECT 2 dra")
	if diff := cmp.Diff([]string{"first question", "SELECT 1"}, b.engine.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestNothingIsNotAQuestion(t *testing.T) {
	t.Parallel()
	b := newBench(t, 80, 24)
	b.typed("   ")
	b.press(tea.KeyEnter)
	if b.model.run != nil || len(b.engine.asked) != 0 {
		t.Error("white space was asked")
	}
}

// Every key of the map is in the help, and every help line is a key: both are made from it.
func TestHelpHasEveryKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, 80, 30)
	b.press(tea.KeyF1)
	for _, binding := range newKeyMap().full() {
		b.shows(binding.Help().Key, binding.Help().Desc)
	}
	b.press(tea.KeyEsc)
	b.hides("older")
}

func TestNoColorHasNoColor(t *testing.T) {
	t.Parallel()
	for name, color := range map[string]bool{"with colour": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			renderer := lipgloss.NewRenderer(io.Discard)
			renderer.SetColorProfile(termenv.ANSI256)
			b := newBench(t, 80, 24)
			b.model.theme = newTheme(renderer, color)
			b.ask("how many clicks by page")
			colored := strings.Contains(b.frame(), "\x1b[38;") || strings.Contains(b.frame(), ";38;")
			if colored != color {
				t.Errorf("colours in the frame: %v, want %v", colored, color)
			}
			if !strings.Contains(b.frame(), "\x1b[") {
				t.Error("no bold either")
			}
		})
	}
}

// TestTypedInATerminal runs the real program: keys go in, the screen comes out.
func TestTypedInATerminal(t *testing.T) {
	t.Parallel()
	engine := &fakeEngine{hold: make(chan struct{})}
	m := newModel(t.Context(), Options{Engine: engine}, asciiTheme())
	tm := teatest.NewTestModel(t, m, teatest.WithInitialTermSize(100, 30))
	see := func(text string) {
		t.Helper()
		teatest.WaitFor(t, tm.Output(), func(out []byte) bool { return bytes.Contains(out, []byte(text)) }, teatest.WithDuration(time.Minute))
	}
	tm.Type("how many clicks by page")
	tm.Send(tea.KeyMsg{Type: tea.KeyEnter})
	see("read-only, within the allowed tables")
	close(engine.hold)
	see("first 60 rows of more")
	tm.Send(tea.KeyMsg{Type: tea.KeyCtrlT})
	tm.Type("SELECT * FROM odd")
	tm.Send(tea.KeyMsg{Type: tea.KeyF5})
	see("18446744073709551615")
	tm.Send(tea.KeyMsg{Type: tea.KeyCtrlQ})
	final := tm.FinalModel(t, teatest.WithFinalTimeout(time.Minute))
	checkFrame(t, final.View(), 100, 30)
	if diff := cmp.Diff([]string{"how many clicks by page", "SELECT * FROM odd"}, engine.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// TestQuitEndsWhatRuns: leaving the shell must not leave a statement behind.
func TestQuitEndsWhatRuns(t *testing.T) {
	t.Parallel()
	engine := &fakeEngine{hold: make(chan struct{})}
	tm := teatest.NewTestModel(t, newModel(t.Context(), Options{Engine: engine}, asciiTheme()), teatest.WithInitialTermSize(80, 24))
	tm.Type("slow")
	tm.Send(tea.KeyMsg{Type: tea.KeyEnter})
	teatest.WaitFor(t, tm.Output(), func(out []byte) bool { return bytes.Contains(out, []byte("running")) }, teatest.WithDuration(time.Minute))
	tm.Send(tea.KeyMsg{Type: tea.KeyCtrlQ})
	tm.WaitFinished(t, teatest.WithFinalTimeout(time.Minute))
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		engine.mu.Lock()
		cancelled := engine.cancelled
		engine.mu.Unlock()
		if cancelled == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the engine was not told")
		}
	}
}

func BenchmarkKeyToFrame(b *testing.B) {
	answer := clicksAnswer()
	rows := answer.Rows
	for len(answer.Rows) < 50_000 {
		answer.Rows = append(answer.Rows, rows...)
	}
	m := newModel(b.Context(), Options{Engine: &fakeEngine{}}, asciiTheme())
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.run = &run{number: 1, cancel: func() {}}
	m.finished(doneMsg{run: 1, answer: answer})
	for b.Loop() {
		m.Update(tea.KeyMsg{Type: tea.KeyPgDown})
		_ = m.View()
	}
}
