package tui

import (
	"context"
	"errors"
	"io"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Engine is what the shell needs of Aurora. Both calls block until the rows are there
// or ctx ends; progress is called from the same goroutine for each stage that ended.
type Engine interface {
	Ask(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error)
	Query(ctx context.Context, s aurora.Statement, limits aurora.Limits) (aurora.Answer, error)
}

// Options are what a shell is opened with.
type Options struct {
	Engine Engine
	// Question holds the settings of every question; its text is asked at once if not empty.
	Question aurora.Question
	// SQL starts in SQL mode.
	SQL bool
	// Color allows colours; bold, faint and reverse are used either way.
	Color bool
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Run opens the shell on a terminal and returns when the user leaves it or ctx ends.
func Run(ctx context.Context, o Options, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a question that still runs ends with the shell
	program := tea.NewProgram(newModel(ctx, o, themeFor(out, o.Color)),
		tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithAltScreen(), tea.WithoutSignalHandler())
	_, err := program.Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
