package sqlguard

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// nullText is how the value NULL of a Nullable parameter is written.
const nullText = `\N`

// fit checks a value against its type and gives the text that is bound. Numbers and
// dates stay as they are once they are known to be of the type; containers are
// written anew, so that what the engine reads is what was understood here.
func fit(t *dataType, value string) (string, error) {
	switch t.name {
	case "Nullable":
		if value == nullText {
			return value, nil
		}
		return fit(t.args[0].typ, value)
	case "LowCardinality":
		return fit(t.args[0].typ, value)
	case "Array", "Tuple", "Map":
		return fitContainer(t, value)
	}
	return value, fitScalar(t, value)
}

// fitScalar checks a value without parts.
func fitScalar(t *dataType, value string) error {
	switch name := t.name; {
	case name == "String":
		return fitString(value)
	case name == "FixedString":
		return fitFixedString(t, value)
	case name == "Bool":
		return oneOf(strings.ToLower(value), "a boolean", "true", "false", "0", "1")
	case strings.HasPrefix(name, "Int"), strings.HasPrefix(name, "UInt"):
		return fitInteger(name, value)
	case strings.HasPrefix(name, "Float"):
		return fitFloat(value)
	case strings.HasPrefix(name, "Decimal"):
		return matches(decimalForm, value, "a decimal number")
	case name == "UUID":
		return matches(uuidForm, value, "a UUID such as 61f0c404-5cb3-11e7-907b-a6006ad3dba0")
	case name == "IPv4", name == "IPv6":
		return fitAddress(name, value)
	case strings.HasPrefix(name, "Date"):
		return fitTime(name, value)
	}
	return errors.New("values of this type cannot be given")
}

var (
	decimalForm = regexp.MustCompile(`^[+-]?\d{1,76}(\.\d{0,76})?$`)
	uuidForm    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	epochForm   = regexp.MustCompile(`^-?\d{1,19}(\.\d{1,9})?$`)
	zoneForm    = regexp.MustCompile(`(Z|[+-]\d{2}:?\d{2})$`)
)

func matches(form *regexp.Regexp, value, what string) error {
	if form.MatchString(value) {
		return nil
	}
	return fmt.Errorf("%q is not %s", clip(value), what)
}

func oneOf(value, what string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return fmt.Errorf("%q is not %s", clip(value), what)
}

func fitString(value string) error {
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		return errors.New("the text is not valid UTF-8")
	}
	return nil
}

func fitFixedString(t *dataType, value string) error {
	if len(t.args) != 1 {
		return errors.New("FixedString needs a length")
	}
	n, err := strconv.Atoi(t.args[0].literal)
	if err != nil || len(value) > n {
		return fmt.Errorf("the text is longer than %s bytes", t.args[0].literal)
	}
	return fitString(value)
}

func fitInteger(name, value string) error {
	n, ok := new(big.Int).SetString(value, 10)
	if !ok || strings.Contains(value, "_") {
		return fmt.Errorf("%q is not a whole number", clip(value))
	}
	unsigned := strings.HasPrefix(name, "U")
	bits, err := strconv.Atoi(strings.TrimLeft(name, "UInt"))
	if err != nil {
		return errors.New("an integer type has 8 to 256 bits")
	}
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(bits))
	if !unsigned {
		high.Rsh(high, 1)
		low.Neg(high)
	}
	if n.Cmp(low) < 0 || n.Cmp(high) >= 0 {
		return fmt.Errorf("%s is outside the range of %s", clip(value), name)
	}
	return nil
}

func fitFloat(value string) error {
	if _, err := strconv.ParseFloat(value, 64); err != nil && !errors.Is(err, strconv.ErrRange) || strings.ContainsAny(value, "xX_") {
		return fmt.Errorf("%q is not a number", clip(value))
	}
	return nil
}

func fitAddress(name, value string) error {
	addr, err := netip.ParseAddr(value)
	if err != nil || addr.Zone() != "" || name == "IPv4" && !addr.Is4() {
		return fmt.Errorf("%q is not an address of type %s", clip(value), name)
	}
	return nil
}

// fitTime checks dates and times: YYYY-MM-DD, YYYY-MM-DD hh:mm:ss with a fraction
// where the type has one, or seconds since 1970 where the type is a time.
func fitTime(name, value string) error {
	layouts := []string{"2006-01-02"}
	if strings.HasPrefix(name, "DateTime") {
		if epochForm.MatchString(value) {
			return nil
		}
		value = zoneForm.ReplaceAllString(value, "")
		layouts = append(layouts, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999")
	}
	for _, layout := range layouts {
		if _, err := time.Parse(layout, value); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%q is not written as %s", clip(value), layouts[min(1, len(layouts)-1)])
}

// fitContainer reads a list written as a ClickHouse literal ([1, 2], ('a', 1), {'k': 1})
// and writes it anew.
func fitContainer(t *dataType, value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errors.New("the text is not valid UTF-8")
	}
	r := &literalReader{text: value}
	text, err := r.read(t, 0)
	if err != nil {
		return "", err
	}
	r.space()
	if r.pos != len(r.text) {
		return "", fmt.Errorf("there is more text after the value: %s", quoteExcerpt(r.text[r.pos:]))
	}
	return text, nil
}

// literalReader reads a container literal against its type.
type literalReader struct {
	text string
	pos  int
}

func (r *literalReader) space() {
	for r.pos < len(r.text) && isSpace(r.text[r.pos]) {
		r.pos++
	}
}

func (r *literalReader) take(c byte) bool {
	r.space()
	if r.pos < len(r.text) && r.text[r.pos] == c {
		r.pos++
		return true
	}
	return false
}

// read reads one value of the type and gives it as the engine reads it.
func (r *literalReader) read(t *dataType, depth int) (string, error) {
	switch t.name {
	case "Nullable":
		if r.space(); strings.HasPrefix(strings.ToUpper(r.text[r.pos:]), "NULL") {
			r.pos += len("NULL")
			return "NULL", nil
		}
		return r.read(t.args[0].typ, depth)
	case "LowCardinality":
		return r.read(t.args[0].typ, depth)
	case "Array":
		return r.list('[', ']', depth, func(int) *dataType { return t.args[0].typ })
	case "Tuple":
		return r.tuple(t, depth)
	case "Map":
		return r.mapping(t, depth)
	}
	return r.scalar(t)
}

// list reads elements between brackets; element gives the type of the i-th, or nil if there are too many.
func (r *literalReader) list(open, closing byte, depth int, element func(i int) *dataType) (string, error) {
	if depth > maxTypeDepth || !r.take(open) {
		return "", fmt.Errorf("expected %c at %s", open, quoteExcerpt(r.text[r.pos:]))
	}
	var parts []string
	for !r.take(closing) {
		if len(parts) > 0 && !r.take(',') {
			return "", fmt.Errorf("expected a comma at %s", quoteExcerpt(r.text[r.pos:]))
		}
		t := element(len(parts))
		if t == nil {
			return "", errors.New("there are too many elements")
		}
		part, err := r.read(t, depth+1)
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	return string(open) + strings.Join(parts, ", ") + string(closing), nil
}

func (r *literalReader) tuple(t *dataType, depth int) (string, error) {
	count := 0
	text, err := r.list('(', ')', depth, func(i int) *dataType {
		if i >= len(t.args) {
			return nil
		}
		count = i + 1
		return t.args[i].typ
	})
	if err == nil && count != len(t.args) {
		return "", fmt.Errorf("expected %d elements", len(t.args))
	}
	return text, err
}

func (r *literalReader) mapping(t *dataType, depth int) (string, error) {
	if depth > maxTypeDepth || !r.take('{') {
		return "", fmt.Errorf("expected { at %s", quoteExcerpt(r.text[r.pos:]))
	}
	var parts []string
	for !r.take('}') {
		if len(parts) > 0 && !r.take(',') {
			return "", fmt.Errorf("expected a comma at %s", quoteExcerpt(r.text[r.pos:]))
		}
		key, err := r.read(t.args[0].typ, depth+1)
		if err != nil {
			return "", err
		}
		if !r.take(':') {
			return "", fmt.Errorf("expected a colon at %s", quoteExcerpt(r.text[r.pos:]))
		}
		value, err := r.read(t.args[1].typ, depth+1)
		if err != nil {
			return "", err
		}
		parts = append(parts, key+": "+value)
	}
	return "{" + strings.Join(parts, ", ") + "}", nil
}

// scalar reads a quoted text or a bare number and writes it back, quoted where the type is not a number.
func (r *literalReader) scalar(t *dataType) (string, error) {
	value, err := r.word()
	if err != nil {
		return "", err
	}
	if err := fitScalar(t, value); err != nil {
		return "", err
	}
	switch {
	case strings.HasPrefix(t.name, "Int"), strings.HasPrefix(t.name, "UInt"), strings.HasPrefix(t.name, "Float"), t.name == "Bool":
		return value, nil
	case strings.HasPrefix(t.name, "Decimal"):
		return value, nil
	}
	return quoteText(value), nil
}

func (r *literalReader) word() (string, error) {
	r.space()
	if r.pos < len(r.text) && r.text[r.pos] == '\'' {
		l := &lexer{text: r.text, pos: r.pos}
		if l.quoted('\'', kindString) == kindInvalid {
			return "", errors.New("a quote is not closed")
		}
		text := unquoteText(r.text[r.pos:l.pos])
		r.pos = l.pos
		return text, nil
	}
	end := strings.IndexAny(r.text[r.pos:], ",)]}: \t\n")
	if end < 0 {
		end = len(r.text) - r.pos
	}
	word := r.text[r.pos : r.pos+end]
	r.pos += end
	return word, nil
}

// quoteText writes a text as a string literal.
func quoteText(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(text) + "'"
}

// unquoteText reads a string literal between single quotes.
func unquoteText(literal string) string {
	inner := literal[1 : len(literal)-1]
	if !strings.ContainsAny(inner, `\'`) {
		return inner
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		if (c == '\\' || c == '\'') && i+1 < len(inner) {
			i++
			c = unescape(c, inner[i])
		}
		b.WriteByte(c)
	}
	return b.String()
}

func unescape(mark, c byte) byte {
	if mark == '\'' {
		return c
	}
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case '0':
		return 0
	}
	return c
}
