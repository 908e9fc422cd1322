// Package tui is the question shell: `aurora shell`.
//
// It is one Bubble Tea model. Panes are plain structs with methods, Update does no
// I/O, and what the engine does runs in commands and comes back as messages that carry
// the number of their run, so that an answer nobody waits for any more is dropped.
package tui
