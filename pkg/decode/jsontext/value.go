package jsontext

import "bytes"

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds. A number is [Integer] when it has neither fraction nor exponent.
const (
	Null Kind = iota
	Bool
	Integer
	Fraction
	String
	Array
	Object
)

// Value is a JSON value with its token.
type Value struct {
	Kind Kind
	// Text is the text of a string, and the token of anything else as it stood.
	Text string
	// Members are the members of an object in the order of their first appearance; of
	// several with one key the last one counts, as in encoding/json.
	Members []Member
	// Elements are the elements of an array.
	Elements []Value
}

// Member is a member of an object.
type Member struct {
	Key   string
	Value Value
	// key is the key as it stood, with its quotes.
	key string
}

// Parse reads a whole text into a value.
func Parse(text []byte) (Value, error) {
	var s Scanner
	s.Reset(text)
	value, err := s.value()
	if err == nil {
		err = s.End()
	}
	return value, err
}

func (s *Scanner) value() (value Value, err error) {
	c := s.Space()
	start := s.pos
	switch c {
	case '"':
		text, err := s.String()
		return Value{Kind: String, Text: string(text)}, err
	case '{':
		value.Kind = Object
		value.Members, err = s.members()
	case '[':
		value.Kind = Array
		value.Elements, err = s.elements()
	case 't', 'f':
		value.Kind = Bool
		err = s.Skip()
	case 'n':
		err = s.Skip()
	default:
		var integer bool
		_, integer, err = s.Number()
		value.Kind = Fraction
		if integer {
			value.Kind = Integer
		}
	}
	if err != nil {
		return Value{}, err
	}
	value.Text = string(s.text[start:s.pos])
	return value, nil
}

func (s *Scanner) elements() ([]Value, error) {
	if err := s.Open(); err != nil {
		return nil, err
	}
	var elements []Value
	for more := s.Space() != ']'; more; {
		element, err := s.value()
		if err == nil {
			elements = append(elements, element)
			more, err = s.More(']')
		}
		if err != nil {
			return nil, err
		}
	}
	s.Close()
	return elements, nil
}

func (s *Scanner) members() ([]Member, error) {
	if err := s.Open(); err != nil {
		return nil, err
	}
	var members []Member
	at := map[string]int{}
	for more := s.Space() != '}'; more; {
		s.Space()
		start := s.pos
		text, err := s.Key()
		if err != nil {
			return nil, err
		}
		member := Member{Key: string(text), key: string(s.text[start:s.pos])}
		if _, err = s.Colon(); err == nil {
			member.Value, err = s.value()
		}
		if err != nil {
			return nil, err
		}
		if i, seen := at[member.Key]; seen {
			members[i] = member
		} else {
			at[member.Key] = len(members)
			members = append(members, member)
		}
		if more, err = s.More('}'); err != nil {
			return nil, err
		}
	}
	s.Close()
	return members, nil
}

// LastWins rewrites a text so that no object has two members with one key.
func LastWins(text []byte) ([]byte, error) {
	value, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return value.append(nil), nil
}

func (v Value) append(text []byte) []byte {
	switch v.Kind {
	case Object:
		text = append(text, '{')
		for i, member := range v.Members {
			if i > 0 {
				text = append(text, ',')
			}
			text = append(append(text, member.key...), ':')
			text = member.Value.append(text)
		}
		return append(text, '}')
	case Array:
		text = append(text, '[')
		for i, element := range v.Elements {
			if i > 0 {
				text = append(text, ',')
			}
			text = element.append(text)
		}
		return append(text, ']')
	case String:
		return AppendString(text, v.Text)
	}
	return append(text, v.Text...)
}

// AppendString appends a text as a JSON string.
func AppendString(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		default:
			at := bytes.IndexByte([]byte("\b\f\n\r\t"), c)
			if at >= 0 {
				dst = append(dst, '\\', "bfnrt"[at])
			} else {
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
		}
	}
	return append(dst, '"')
}
