package jsontext

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// MaxDepth is how deeply arrays and objects may be nested.
const MaxDepth = 64

// SyntaxError says where a text stops being acceptable JSON.
type SyntaxError struct {
	Offset  int
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.Message, e.Offset)
}

// Scanner reads one JSON text from its start to its end. The zero Scanner is
// ready for [Scanner.Reset]. Slices it gives alias the text or a buffer of the
// scanner and hold until the next call.
type Scanner struct {
	text    []byte
	pos     int
	depth   int
	scratch []byte
}

// Reset starts a new text.
func (s *Scanner) Reset(text []byte) {
	s.text, s.pos, s.depth = text, 0, 0
}

// Pos is the offset of the next byte.
func (s *Scanner) Pos() int { return s.pos }

// Seek moves back to an offset that [Scanner.Pos] gave at the same depth.
func (s *Scanner) Seek(pos int) { s.pos = pos }

// Depth is the number of arrays and objects that are open.
func (s *Scanner) Depth() int { return s.depth }

// SetDepth goes back to a depth that [Scanner.Depth] gave, beside a Seek.
func (s *Scanner) SetDepth(depth int) { s.depth = depth }

// Slice gives the bytes from one offset up to another as they stand in the text.
func (s *Scanner) Slice(from, to int) []byte { return s.text[from:to:to] }

// Fail makes a syntax error at the next byte.
func (s *Scanner) Fail(message string) error {
	return &SyntaxError{Offset: s.pos, Message: message}
}

// Space skips white space and gives the next byte without taking it; 0 at the end.
func (s *Scanner) Space() byte {
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		if c > ' ' {
			return c
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		s.pos++
	}
	return 0
}

// End checks that only white space is left.
func (s *Scanner) End() error {
	s.Space()
	if s.pos < len(s.text) {
		return s.Fail("text goes on after the value")
	}
	return nil
}

// Take takes the next byte, which Space gave.
func (s *Scanner) Take() { s.pos++ }

// Match takes prefix if the text goes on with it.
func (s *Scanner) Match(prefix string) bool {
	end := s.pos + len(prefix)
	if end > len(s.text) || string(s.text[s.pos:end]) != prefix {
		return false
	}
	s.pos = end
	return true
}

// Open takes the bracket that begins an array or an object.
func (s *Scanner) Open() error {
	if s.depth++; s.depth > MaxDepth {
		return s.Fail("nesting is deeper than " + strconv.Itoa(MaxDepth))
	}
	s.pos++
	return nil
}

// Close takes the bracket that ends an array or an object.
func (s *Scanner) Close() {
	s.depth--
	s.pos++
}

// Colon takes the colon after a key and the space around it, and gives the
// first byte of the value.
func (s *Scanner) Colon() (byte, error) {
	if s.Space() != ':' {
		return 0, s.Fail("':' expected after a key")
	}
	s.pos++
	return s.Space(), nil
}

// More takes the comma between two members and gives true, or gives false at
// the closing bracket, which it leaves in place.
func (s *Scanner) More(closing byte) (bool, error) {
	switch c := s.Space(); c {
	case ',':
		s.pos++
		return true, nil
	case closing:
		return false, nil
	}
	return false, s.Fail("',' or '" + string(rune(closing)) + "' expected")
}

// Literal takes true, false or null.
func (s *Scanner) Literal(word string) error {
	if !s.Match(word) {
		return s.Fail("not a JSON value")
	}
	return nil
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of w that end a run of plain text: the quote, the
// backslash, control characters and bytes outside ASCII. Only the lowest mark
// is exact, which is all that is used.
func special(w uint64) uint64 {
	quote := w ^ (ones * '"')
	slash := w ^ (ones * '\\')
	return (w | ((quote - ones) &^ quote) | ((slash - ones) &^ slash) | ((w - ones*0x20) &^ w)) & highs
}

// plain gives the offset of the first byte from i that is not plain ASCII text.
func (s *Scanner) plain(i int) int {
	text := s.text
	for i+8 <= len(text) {
		if marks := special(binary.LittleEndian.Uint64(text[i:])); marks != 0 {
			return i + bits.TrailingZeros64(marks)>>3
		}
		i += 8
	}
	for i < len(text) {
		if c := text[i]; c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return i
		}
		i++
	}
	return i
}

// String takes a string, which begins at the next byte, and gives its text.
func (s *Scanner) String() ([]byte, error) {
	start := s.pos + 1
	end := s.plain(start)
	if end < len(s.text) && s.text[end] == '"' {
		s.pos = end + 1
		return s.text[start:end:end], nil
	}
	return s.hardString(start, end)
}

// hardString goes on with a string that is not plain ASCII.
func (s *Scanner) hardString(start, i int) ([]byte, error) {
	escaped := false
	from := start
	for {
		if i >= len(s.text) {
			s.pos = i
			return nil, s.Fail("string has no end")
		}
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			if !escaped {
				return s.text[start:i:i], nil
			}
			s.scratch = append(s.scratch, s.text[from:i]...)
			return s.scratch, nil
		case c == '\\':
			if !escaped {
				escaped, s.scratch = true, s.scratch[:0]
			}
			s.scratch = append(s.scratch, s.text[from:i]...)
			s.pos = i
			if err := s.escape(); err != nil {
				return nil, err
			}
			i = s.pos
			from = i
		case c < 0x20:
			s.pos = i
			return nil, s.Fail("control character in a string")
		default:
			r, size := utf8.DecodeRune(s.text[i:])
			if r == utf8.RuneError && size == 1 {
				s.pos = i
				return nil, s.Fail("string is not UTF-8")
			}
			i += size
		}
		i = s.plain(i)
	}
}

// escape takes an escape sequence and appends what it means to scratch.
func (s *Scanner) escape() error {
	if s.pos+1 >= len(s.text) {
		return s.Fail("string has no end")
	}
	c := s.text[s.pos+1]
	if c == 'u' {
		return s.unicode()
	}
	at := bytes.IndexByte([]byte(`"\/bfnrt`), c)
	if at < 0 {
		return s.Fail("unknown escape sequence")
	}
	s.scratch = append(s.scratch, "\"\\/\b\f\n\r\t"[at])
	s.pos += 2
	return nil
}

// unicode takes \uXXXX, or two of them that form one character.
func (s *Scanner) unicode() error {
	r, ok := s.hex4(s.pos)
	if !ok {
		return s.Fail("four hexadecimal digits expected after \\u")
	}
	size := 6
	if r >= 0xd800 && r < 0xe000 {
		low, ok := s.hex4(s.pos + 6)
		if !ok || r >= 0xdc00 || low < 0xdc00 || low >= 0xe000 {
			return s.Fail("lone surrogate")
		}
		r = (r-0xd800)<<10 + (low - 0xdc00) + 0x10000
		size = 12
	}
	s.scratch = utf8.AppendRune(s.scratch, r)
	s.pos += size
	return nil
}

// hex4 reads the \uXXXX at offset i.
func (s *Scanner) hex4(i int) (rune, bool) {
	if i+6 > len(s.text) || s.text[i] != '\\' || s.text[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range s.text[i+2 : i+6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// Number takes a number and gives its token. Integer says that it has neither
// fraction nor exponent.
func (s *Scanner) Number() (token []byte, integer bool, err error) {
	text, start, i := s.text, s.pos, s.pos
	if i < len(text) && text[i] == '-' {
		i++
	}
	first := i
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	switch {
	case i == first:
		s.pos = i
		return nil, false, s.Fail("not a JSON value")
	case text[first] == '0' && i > first+1:
		s.pos = first
		return nil, false, s.Fail("number with a leading zero")
	}
	if i >= len(text) || (text[i] != '.' && text[i] != 'e' && text[i] != 'E') {
		s.pos = i
		return text[start:i:i], true, nil
	}
	token, err = s.fraction(start, i)
	return token, false, err
}

// fraction goes on with a number after its integer part.
func (s *Scanner) fraction(start, i int) ([]byte, error) {
	text := s.text
	digits := func() bool {
		first := i
		for i < len(text) && text[i]-'0' <= 9 {
			i++
		}
		s.pos = i
		return i > first
	}
	if text[i] == '.' {
		i++
		if !digits() {
			return nil, s.Fail("digit expected after the decimal point")
		}
	}
	exponent := i < len(text) && (text[i] == 'e' || text[i] == 'E')
	if exponent {
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if !digits() {
			return nil, s.Fail("digit expected in the exponent")
		}
	}
	token := text[start:i:i]
	if exponent {
		if _, ok := Float(token); !ok {
			s.pos = start
			return nil, s.Fail("number out of range")
		}
	}
	s.pos = i
	return token, nil
}

// Float reads a number token. It is false when the number is beyond the range
// of a 64-bit float, at either end: a number that is not 0 never becomes 0.
func Float(token []byte) (float64, bool) {
	f, err := strconv.ParseFloat(string(token), 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, false
	}
	return f, f != 0 || !significant(token)
}

// significant says whether a number token has a digit other than 0 before its exponent.
func significant(token []byte) bool {
	for _, c := range token {
		if c == 'e' || c == 'E' {
			return false
		}
		if c >= '1' && c <= '9' {
			return true
		}
	}
	return false
}

// Int reads an integer token. It is false beyond 64 bits.
func Int(token []byte) (int64, bool) {
	digits, negative := token, false
	if len(token) > 0 && token[0] == '-' {
		digits, negative = token[1:], true
	}
	u, ok := Uint(digits)
	switch {
	case !ok:
		return 0, false
	case negative:
		return -int64(u), u <= 1<<63
	}
	return int64(u), u < 1<<63
}

// Uint reads an integer token that has no sign. It is false beyond 64 bits.
func Uint(token []byte) (uint64, bool) {
	if len(token) > 20 || len(token) == 0 || token[0] == '-' {
		return 0, len(token) == 2 && token[0] == '-' && token[1] == '0'
	}
	var u uint64
	for _, c := range token[:min(len(token), 19)] {
		u = u*10 + uint64(c-'0')
	}
	if len(token) < 20 {
		return u, true
	}
	high, low := bits.Mul64(u, 10)
	sum, carry := bits.Add64(low, uint64(token[19]-'0'), 0)
	return sum, high == 0 && carry == 0
}

// Skip takes a value of any kind and checks it whole.
func (s *Scanner) Skip() error {
	switch c := s.Space(); c {
	case '"':
		_, err := s.String()
		return err
	case '{':
		return s.skipObject()
	case '[':
		return s.skipArray()
	case 't':
		return s.Literal("true")
	case 'f':
		return s.Literal("false")
	case 'n':
		return s.Literal("null")
	default:
		_, _, err := s.Number()
		return err
	}
}

func (s *Scanner) skipArray() error {
	if err := s.Open(); err != nil {
		return err
	}
	for more := s.Space() != ']'; more; {
		err := s.Skip()
		if err == nil {
			more, err = s.More(']')
		}
		if err != nil {
			return err
		}
	}
	s.Close()
	return nil
}

func (s *Scanner) skipObject() error {
	if err := s.Open(); err != nil {
		return err
	}
	for more := s.Space() != '}'; more; {
		_, err := s.Key()
		if err == nil {
			_, err = s.Colon()
		}
		if err == nil {
			err = s.Skip()
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

// Key takes the key of a member.
func (s *Scanner) Key() ([]byte, error) {
	if s.Space() != '"' {
		return nil, s.Fail("'\"' expected before a key")
	}
	return s.String()
}
