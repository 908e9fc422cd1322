package tui

// history is what was run, oldest first, and where in it the user stands.
type history struct {
	entries []entry
	// at is the entry that is shown; len(entries) is the line being typed.
	at int
	// draft is what was being typed before the user went back.
	draft entry
}

// entry is a line with the mode it was run in.
type entry struct {
	text string
	sql  bool
}

// add appends a line, unless it repeats the last one.
func (h *history) add(e entry) {
	if n := len(h.entries); n == 0 || h.entries[n-1] != e {
		h.entries = append(h.entries, e)
	}
	h.at = len(h.entries)
}

// move goes by steps through the history and gives the line to show. ok is false at its ends.
func (h *history) move(steps int, typed entry) (e entry, ok bool) {
	to := h.at + steps
	if to < 0 || to > len(h.entries) {
		return entry{}, false
	}
	if h.at == len(h.entries) {
		h.draft = typed
	}
	h.at = to
	if to == len(h.entries) {
		return h.draft, true
	}
	return h.entries[to], true
}
