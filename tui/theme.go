package tui

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// theme is the one table of styles. Every style comes from one renderer, so that no
// state is shared between two shells of a process.
type theme struct {
	title, mode, prompt, text, faint, label, failure, header, null, key lipgloss.Style
}

// themeFor gives the styles for a terminal. Without colours bold, faint and reverse
// remain, which NO_COLOR does not forbid.
func themeFor(out io.Writer, color bool) theme {
	renderer := lipgloss.NewRenderer(out)
	if !color {
		renderer.SetColorProfile(termenv.ANSI)
	}
	return newTheme(renderer, color)
}

func newTheme(r *lipgloss.Renderer, color bool) theme {
	plain := r.NewStyle()
	t := theme{
		title: plain.Bold(true), mode: plain.Reverse(true), prompt: plain.Bold(true), text: plain, faint: plain.Faint(true),
		label: plain.Faint(true), failure: plain.Bold(true), header: plain.Bold(true), null: plain.Faint(true), key: plain.Bold(true),
	}
	if !color {
		return t
	}
	accent := lipgloss.AdaptiveColor{Light: "25", Dark: "81"}
	alarm := lipgloss.AdaptiveColor{Light: "160", Dark: "203"}
	t.title = t.title.Foreground(accent)
	t.prompt = t.prompt.Foreground(accent)
	t.header = t.header.Foreground(accent)
	t.failure = t.failure.Foreground(alarm)
	return t
}
