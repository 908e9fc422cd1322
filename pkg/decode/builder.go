package decode

import (
	"unicode/utf8"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// builder collects the values of one column.
//
// parse takes one value, whose first byte Space gave, and appends it; null is
// never passed to it. When it fails, the builder may hold a part of the value
// and the scanner may stand anywhere in it: the caller truncates and seeks.
// null appends a NULL and is false where the type has none. blank appends the
// value that stands under a NULL.
type builder interface {
	parse(s *jsontext.Scanner, first byte) error
	null() bool
	blank()
	rows() int
	truncate(rows int)
	reset()
	state(buf *proto.Buffer)
	encode(buf *proto.Buffer)
}

// misfit is a value that its column cannot hold.
type misfit struct {
	// message goes on after the value: "is not a date".
	message string
	// hopeless marks a value that may not be set aside either: a date that does not
	// exist or that ClickHouse cannot hold.
	hopeless bool
}

func (m *misfit) Error() string { return m.message }

// unfit makes the misfit of a value that is not of the wanted kind.
func unfit(want string) error { return &misfit{message: "is not " + want} }

// impossible makes the misfit of a date or time.
func impossible(why string) error { return &misfit{message: why, hopeless: true} }

// clip gives the beginning of a text for a message.
func clip(text []byte) string {
	const limit = 80
	if len(text) <= limit {
		return string(text)
	}
	end := limit
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return string(text[:end]) + "…"
}

// plain is what a builder without NULL and without a state prefix shares.
type plain struct{}

func (plain) null() bool          { return false }
func (plain) state(*proto.Buffer) {}

// nullable adds NULL to a builder.
type nullable struct {
	mask  proto.ColUInt8
	inner builder
}

func (c *nullable) parse(s *jsontext.Scanner, first byte) error {
	if err := c.inner.parse(s, first); err != nil {
		return err
	}
	c.mask = append(c.mask, 0)
	return nil
}

func (c *nullable) null() bool {
	c.inner.blank()
	c.mask = append(c.mask, 1)
	return true
}

func (c *nullable) blank()    { c.null() }
func (c *nullable) rows() int { return len(c.mask) }
func (c *nullable) reset()    { c.mask = c.mask[:0]; c.inner.reset() }

func (c *nullable) truncate(rows int) {
	c.mask = c.mask[:min(rows, len(c.mask))]
	c.inner.truncate(rows)
}

func (c *nullable) state(buf *proto.Buffer) { c.inner.state(buf) }

func (c *nullable) encode(buf *proto.Buffer) {
	c.mask.EncodeColumn(buf)
	c.inner.encode(buf)
}

// list is an array of values.
type list struct {
	plain
	ends  proto.ColUInt64
	items builder
}

func (c *list) parse(s *jsontext.Scanner, first byte) error {
	if first != '[' {
		return unfit("an array")
	}
	if err := s.Open(); err != nil {
		return err
	}
	for more := s.Space() != ']'; more; {
		err := parseItem(s, c.items)
		if err == nil {
			more, err = s.More(']')
		}
		if err != nil {
			return err
		}
	}
	s.Close()
	c.ends = append(c.ends, uint64(c.items.rows()))
	return nil
}

// parseItem takes an element of an array or the value of a map entry.
func parseItem(s *jsontext.Scanner, items builder) error {
	first := s.Space()
	if first != 'n' {
		return items.parse(s, first)
	}
	if err := s.Literal("null"); err != nil {
		return err
	}
	if !items.null() {
		return unfit("free of nulls")
	}
	return nil
}

func (c *list) blank()    { c.ends = append(c.ends, uint64(c.items.rows())) }
func (c *list) rows() int { return len(c.ends) }
func (c *list) reset()    { c.ends = c.ends[:0]; c.items.reset() }

func (c *list) truncate(rows int) {
	c.ends = c.ends[:min(rows, len(c.ends))]
	c.items.truncate(last(c.ends))
}

// last is the number of items in the rows of a list.
func last(ends proto.ColUInt64) int {
	if len(ends) == 0 {
		return 0
	}
	return int(ends[len(ends)-1])
}

func (c *list) state(buf *proto.Buffer) { c.items.state(buf) }

func (c *list) encode(buf *proto.Buffer) {
	c.ends.EncodeColumn(buf)
	c.items.encode(buf)
}

// mapping is a map from text to values.
type mapping struct {
	plain
	ends   proto.ColUInt64
	keys   proto.ColStr
	values builder
	seen   keySet
}

func (c *mapping) parse(s *jsontext.Scanner, first byte) error {
	if first != '{' {
		return unfit("an object")
	}
	if err := s.Open(); err != nil {
		return err
	}
	c.seen.clear()
	for more := s.Space() != '}'; more; {
		err := c.parseEntry(s)
		if err == nil {
			more, err = s.More('}')
		}
		if err != nil {
			return err
		}
	}
	s.Close()
	c.ends = append(c.ends, uint64(c.values.rows()))
	return nil
}

func (c *mapping) parseEntry(s *jsontext.Scanner) error {
	key, err := s.Key()
	if err != nil {
		return err
	}
	if !c.seen.add(key) {
		return errTwice
	}
	c.keys.AppendBytes(key)
	if _, err := s.Colon(); err != nil {
		return err
	}
	return parseItem(s, c.values)
}

func (c *mapping) blank()    { c.ends = append(c.ends, uint64(c.values.rows())) }
func (c *mapping) rows() int { return len(c.ends) }

func (c *mapping) reset() {
	c.ends = c.ends[:0]
	c.keys.Reset()
	c.values.reset()
}

func (c *mapping) truncate(rows int) {
	c.ends = c.ends[:min(rows, len(c.ends))]
	truncateText(&c.keys, last(c.ends))
	c.values.truncate(last(c.ends))
}

func (c *mapping) state(buf *proto.Buffer) { c.values.state(buf) }

func (c *mapping) encode(buf *proto.Buffer) {
	c.ends.EncodeColumn(buf)
	c.keys.EncodeColumn(buf)
	c.values.encode(buf)
}

// input shows a builder to ch-go under the type of its column.
type input struct {
	builder
	kind proto.ColumnType
}

func (c input) Type() proto.ColumnType           { return c.kind }
func (c input) Rows() int                        { return c.rows() }
func (c input) EncodeState(buf *proto.Buffer)    { c.state(buf) }
func (c input) EncodeColumn(buf *proto.Buffer)   { c.encode(buf) }
func (c input) WriteColumn(writer *proto.Writer) { writer.ChainBuffer(c.encode) }
