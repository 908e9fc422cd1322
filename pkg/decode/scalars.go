package decode

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/google/uuid"

	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// isNumber says whether a value that begins with c can only be a number.
func isNumber(c byte) bool { return c == '-' || c-'0' <= 9 }

// fixed collects values of one fixed size. Convert makes the value of a token.
type fixed[T any] struct {
	plain
	data []T
	read func(s *jsontext.Scanner, first byte) (T, error)
	put  func(buf *proto.Buffer, data []T)
}

func (c *fixed[T]) parse(s *jsontext.Scanner, first byte) error {
	value, err := c.read(s, first)
	if err != nil {
		return err
	}
	c.data = append(c.data, value)
	return nil
}

func (c *fixed[T]) blank() {
	var zero T
	c.data = append(c.data, zero)
}

func (c *fixed[T]) rows() int                { return len(c.data) }
func (c *fixed[T]) reset()                   { c.data = c.data[:0] }
func (c *fixed[T]) truncate(rows int)        { c.data = c.data[:min(rows, len(c.data))] }
func (c *fixed[T]) encode(buf *proto.Buffer) { c.put(buf, c.data) }

type signed interface{ int8 | int16 | int32 | int64 }

// readInt reads an integer that fits T.
func readInt[T signed](s *jsontext.Scanner, first byte) (T, error) {
	token, err := integerToken(s, first)
	if err != nil {
		return 0, err
	}
	n, ok := jsontext.Int(token)
	if !ok || int64(T(n)) != n {
		return 0, unfit("within the range of the integer type")
	}
	return T(n), nil
}

type unsigned interface {
	uint8 | uint16 | uint32 | uint64
}

// readUint reads an integer from 0 that fits T.
func readUint[T unsigned](s *jsontext.Scanner, first byte) (T, error) {
	token, err := integerToken(s, first)
	if err != nil {
		return 0, err
	}
	n, ok := jsontext.Uint(token)
	if !ok || uint64(T(n)) != n {
		return 0, unfit("within the range of the unsigned integer type")
	}
	return T(n), nil
}

func integerToken(s *jsontext.Scanner, first byte) ([]byte, error) {
	if !isNumber(first) {
		return nil, unfit("an integer")
	}
	token, integer, err := s.Number()
	if err == nil && !integer {
		err = unfit("an integer")
	}
	return token, err
}

// maxExact is the largest integer up to which a float holds every one.
const maxExact = 1 << 53

func readFloat(s *jsontext.Scanner, first byte) (float64, error) {
	if !isNumber(first) {
		return 0, unfit("a number")
	}
	token, integer, err := s.Number()
	if err != nil {
		return 0, err
	}
	if integer {
		n, ok := jsontext.Int(token)
		if !ok || n > maxExact || n < -maxExact {
			return 0, unfit("an integer that a 64-bit float holds exactly")
		}
		if n != 0 {
			return float64(n), nil
		}
	}
	f, ok := jsontext.Float(token)
	if !ok {
		return 0, unfit("within the range of a 64-bit float")
	}
	return f, nil
}

func readBool(s *jsontext.Scanner, first byte) (bool, error) {
	switch first {
	case 't':
		return true, s.Literal("true")
	case 'f':
		return false, s.Literal("false")
	}
	return false, unfit("true or false")
}

// textToken takes a string; want says what it should be in the error.
func textToken(s *jsontext.Scanner, first byte, want string) ([]byte, error) {
	if first != '"' {
		return nil, unfit(want)
	}
	return s.String()
}

func readUUID(s *jsontext.Scanner, first byte) (uuid.UUID, error) {
	text, err := textToken(s, first, "a UUID")
	if err != nil {
		return uuid.UUID{}, err
	}
	id, ok := jsontext.UUID(text)
	if !ok {
		return uuid.UUID{}, unfit("a UUID")
	}
	return id, nil
}

func readIPv4(s *jsontext.Scanner, first byte) (proto.IPv4, error) {
	text, err := textToken(s, first, "an IPv4 address")
	if err != nil {
		return 0, err
	}
	ip, ok := jsontext.IPv4(text)
	if !ok {
		return 0, unfit("an IPv4 address")
	}
	return proto.IPv4(ip), nil
}

func readIPv6(s *jsontext.Scanner, first byte) (proto.IPv6, error) {
	text, err := textToken(s, first, "an IPv6 address")
	if err != nil {
		return proto.IPv6{}, err
	}
	ip, ok := jsontext.IPv6(text)
	if !ok {
		return proto.IPv6{}, unfit("an IPv6 address")
	}
	return ip, nil
}
