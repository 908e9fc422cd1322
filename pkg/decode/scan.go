package decode

import (
	"errors"
	"fmt"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// scan reads one record and appends the values it finds to their columns.
func (b *Block) scan(text []byte) error {
	b.serial++
	for _, c := range b.columns {
		c.filled = false
	}
	s := &b.scanner
	s.Reset(text)
	b.extra.reset(text)
	if s.Space() != '{' {
		return notObject(s)
	}
	if err := b.scanObject(b.root); err != nil {
		return err
	}
	if err := s.End(); err != nil {
		return err
	}
	b.extra.end()
	return nil
}

// notObject says what a record is that is not an object.
func notObject(s *jsontext.Scanner) error {
	first := s.Space()
	if first == 0 && s.End() == nil {
		return s.Fail("the value is empty")
	}
	start := s.Pos()
	err := s.Skip()
	if err == nil {
		err = s.End()
	}
	if err != nil {
		return err
	}
	what := "the value is not a JSON object"
	if first == '[' {
		what = "the value is a JSON array, not an object"
	}
	return &jsontext.SyntaxError{Offset: start, Message: what}
}

// scanObject reads the members of an object; the bracket comes next.
func (b *Block) scanObject(o *object) error {
	s := &b.scanner
	if err := s.Open(); err != nil {
		return err
	}
	b.unknown[o.depth].clear()
	guess := &o.first
	for more := s.Space() != '}'; more; {
		s.Space()
		start := s.Pos()
		m := *guess
		if m == nil || !s.Match(m.quoted) {
			key, err := s.Key()
			if err != nil {
				return err
			}
			if m = o.members[string(key)]; m == nil && !b.unknown[o.depth].add(key) {
				return errTwice
			}
		}
		key := span{start, s.Pos()}
		first, err := s.Colon()
		switch {
		case err != nil:
		case m == nil:
			err = b.keep(key)
		case m.row == b.serial:
			err = errTwice
		default:
			m.row = b.serial
			*guess = m
			guess = &m.next
			err = b.scanMember(m, key, first)
		}
		if err == nil {
			more, err = s.More('}')
		}
		if err != nil {
			return err
		}
	}
	s.Close()
	return nil
}

// keep copies a value that has no column to _extra.
func (b *Block) keep(key span) error {
	start := b.scanner.Pos()
	if err := b.scanner.Skip(); err != nil {
		return err
	}
	b.extra.add(key, span{start, b.scanner.Pos()})
	return nil
}

// scanMember reads the value of a member that the schema knows.
func (b *Block) scanMember(m *member, key span, first byte) error {
	s := &b.scanner
	if first == 'n' {
		return b.scanNull(m, key)
	}
	if m.object != nil {
		if first != '{' {
			return b.keep(key) // its columns stay without a value
		}
		b.extra.enter(key)
		err := b.scanObject(m.object)
		b.extra.leave()
		return err
	}
	c := m.column
	start, depth := s.Pos(), s.Depth()
	err := c.parse(s, first)
	if err == nil {
		c.filled = true
		return nil
	}
	var misfit *misfit
	if !errors.As(err, &misfit) {
		return err
	}
	s.Seek(start)
	s.SetDepth(depth)
	return b.setAside(c, key, misfit)
}

// setAside puts a value that its column cannot hold into _extra, and NULL into
// the column. Without NULL, the record does not fit.
func (b *Block) setAside(c *column, key span, why *misfit) error {
	start := b.scanner.Pos()
	if err := b.scanner.Skip(); err != nil {
		return err // not JSON at all: that is the better reason
	}
	value := span{start, b.scanner.Pos()}
	c.truncate(b.count)
	if why.hopeless || !c.null() {
		return &columnError{column: c, message: fmt.Sprintf("%s: %s %s", c.describe(), clip(b.scanner.Slice(value.from, value.to)), why.message)}
	}
	c.filled = true
	b.extra.add(key, value)
	return nil
}

// scanNull reads null. A list or map, which has no NULL, is stored empty, and
// _extra remembers that it was null.
func (b *Block) scanNull(m *member, key span) error {
	start := b.scanner.Pos()
	if err := b.scanner.Literal("null"); err != nil {
		return err
	}
	if m.column != nil && m.column.emptied {
		b.extra.add(key, span{start, b.scanner.Pos()})
	}
	return nil
}

// columnError says which column a record does not fit.
type columnError struct {
	column  *column
	message string
}

func (e *columnError) Error() string { return e.message }

// refusal is why a record is not a row.
type refusal struct {
	reason  aurora.Reason
	column  string
	message string
}

func refuse(err error) *refusal {
	var misfit *columnError
	if errors.As(err, &misfit) {
		return &refusal{aurora.ReasonMismatch, misfit.column.Name, misfit.message}
	}
	return &refusal{reason: aurora.ReasonParse, message: err.Error()}
}

func (r *refusal) letter(rec *aurora.Record) *aurora.DeadLetter {
	return &aurora.DeadLetter{
		Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset, Timestamp: rec.Timestamp,
		Reason: r.reason, Column: r.column, Message: r.message,
		Key: rec.Key, Value: rec.Value, Headers: rec.Headers,
	}
}
