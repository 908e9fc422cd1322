package tui

import "github.com/charmbracelet/bubbles/key"

// keyMap is every key of the shell; the footer and the help are made from it.
type keyMap struct {
	Run, Mode, Cancel, Quit, Details, Help, Older, Newer, PageUp, PageDown, Left, Right, Top, Bottom key.Binding
}

func newKeyMap() keyMap {
	bind := func(help, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, does))
	}
	return keyMap{
		Run:      bind("enter", "run", "enter", "ctrl+r", "f5"),
		Cancel:   bind("esc", "cancel", "esc", "ctrl+c"),
		Mode:     bind("ctrl+t", "ask/sql", "ctrl+t"),
		PageDown: bind("pgdn", "more rows", "pgdown"),
		PageUp:   bind("pgup", "rows before", "pgup"),
		Right:    bind("shift+→", "next columns", "shift+right"),
		Left:     bind("shift+←", "columns before", "shift+left"),
		Details:  bind("f2", "details", "f2"),
		Older:    bind("↑", "older", "up", "ctrl+p"),
		Newer:    bind("↓", "newer", "down", "ctrl+n"),
		Top:      bind("ctrl+home", "first row", "ctrl+home"),
		Bottom:   bind("ctrl+end", "last row", "ctrl+end"),
		Help:     bind("f1", "help", "f1"),
		Quit:     bind("ctrl+q", "quit", "ctrl+q"),
	}
}

// short are the keys of the footer, the most wanted first: what does not fit is left out.
func (k keyMap) short() []key.Binding {
	return []key.Binding{k.Run, k.Cancel, k.Quit, k.Mode, k.Help, k.Details, k.PageDown, k.Right, k.Older}
}

// full are all keys, for the help.
func (k keyMap) full() []key.Binding {
	return []key.Binding{
		k.Run, k.Cancel, k.Quit, k.Mode, k.Older, k.Newer, k.PageDown, k.PageUp, k.Bottom, k.Top, k.Right, k.Left, k.Details, k.Help,
	}
}
