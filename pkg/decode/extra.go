package decode

// span is a stretch of the record's text.
type span struct{ from, to int }

// extra writes the object of _extra: the members that have no column, each with
// the bytes it has in the record and under the keys it stands under there.
type extra struct {
	source []byte
	text   []byte
	// path holds the keys of the open objects that the schema knows; the first
	// opened of them are begun in text.
	path   []span
	opened int
	// comma says that a member was written at the current place.
	comma bool
}

func (e *extra) reset(source []byte) {
	e.source, e.text, e.path, e.opened, e.comma = source, append(e.text[:0], '{'), e.path[:0], 0, false
}

func (e *extra) enter(key span) { e.path = append(e.path, key) }

func (e *extra) leave() {
	if e.opened == len(e.path) {
		e.text = append(e.text, '}')
		e.opened--
		e.comma = true
	}
	e.path = e.path[:len(e.path)-1]
}

func (e *extra) add(key, value span) {
	for ; e.opened < len(e.path); e.opened++ {
		e.key(e.path[e.opened])
		e.text = append(e.text, '{')
		e.comma = false
	}
	e.key(key)
	e.text = append(e.text, e.source[value.from:value.to]...)
	e.comma = true
}

func (e *extra) key(key span) {
	if e.comma {
		e.text = append(e.text, ',')
	}
	e.text = append(append(e.text, e.source[key.from:key.to]...), ':')
}

func (e *extra) end() { e.text = append(e.text, '}') }
