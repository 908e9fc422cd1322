package sqlguard

import (
	"strings"
	"unicode/utf8"
)

// tokenKind is the class of a token.
type tokenKind uint8

const (
	kindSpace tokenKind = iota
	kindComment
	kindWord        // a bare word: keyword, name, function, NULL, true
	kindQuoted      // a name in back-ticks or double quotes
	kindString      // 'text' or a heredoc
	kindNumber      // 12, 1.5e3, 0xFF
	kindPlaceholder // {name:Type}
	kindPunct       // one character
	kindInvalid     // an unclosed token or a character no statement has; always the last token
)

// token is a piece of the text. The tokens of a text cover it exactly, in order.
type token struct {
	kind tokenKind
	text string
	pos  int
}

func (t token) end() int { return t.pos + len(t.text) }

// is says whether the token is the bare word, whatever its case.
func (t token) is(word string) bool {
	return t.kind == kindWord && strings.EqualFold(t.text, word)
}

// punct says whether the token is the one punctuation character.
func (t token) punct(c string) bool { return t.kind == kindPunct && t.text == c }

// name gives the name a word or a quoted name stands for.
func (t token) name() string {
	if t.kind != kindQuoted {
		return t.text
	}
	_, size := utf8.DecodeRuneInString(t.text)
	_, last := utf8.DecodeLastRuneInString(t.text)
	inner := t.text[size : len(t.text)-last]
	quote := t.text[:size]
	return strings.ReplaceAll(inner, quote+quote, quote)
}

// lex cuts a text into tokens by the lexical rules of ClickHouse.
func lex(text string) []token {
	l := &lexer{text: text}
	for l.pos < len(text) {
		start := l.pos
		kind := l.next()
		l.tokens = append(l.tokens, token{kind: kind, text: text[start:l.pos], pos: start})
		if kind != kindSpace && kind != kindComment {
			l.last = len(l.tokens) - 1
		}
	}
	return l.tokens
}

// significant drops white space and comments.
func significant(tokens []token) []token {
	kept := make([]token, 0, len(tokens))
	for _, t := range tokens {
		if t.kind != kindSpace && t.kind != kindComment {
			kept = append(kept, t)
		}
	}
	return kept
}

type lexer struct {
	text   string
	pos    int
	tokens []token
	last   int // index of the last significant token
}

// next moves past one token and gives its kind.
func (l *lexer) next() tokenKind {
	rest := l.text[l.pos:]
	c := rest[0]
	switch {
	case isSpace(c):
		return l.run(isSpace, kindSpace)
	case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "//"),
		strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
		return l.lineComment()
	case strings.HasPrefix(rest, "/*"):
		return l.blockComment()
	case c == '\'':
		return l.quoted('\'', kindString)
	case c == '`' || c == '"':
		return l.quoted(c, kindQuoted)
	case isDigit(c) || c == '.' && l.startsFraction(rest):
		return l.number()
	case isWordStart(c):
		return l.run(isWordPart, kindWord)
	case c == '$':
		return l.heredoc()
	case c == '{':
		return l.placeholder()
	case c == '\\':
		return l.invalid()
	case c < utf8.RuneSelf:
		l.pos++
		return kindPunct
	}
	return l.beyondASCII(rest)
}

func (l *lexer) run(part func(byte) bool, kind tokenKind) tokenKind {
	for l.pos < len(l.text) && part(l.text[l.pos]) {
		l.pos++
	}
	return kind
}

func (l *lexer) invalid() tokenKind {
	l.pos = len(l.text)
	return kindInvalid
}

func (l *lexer) lineComment() tokenKind {
	end := strings.IndexByte(l.text[l.pos:], '\n')
	if end < 0 {
		l.pos = len(l.text)
	} else {
		l.pos += end
	}
	return kindComment
}

// blockComment skips a comment; comments nest, as they do in the engine.
func (l *lexer) blockComment() tokenKind {
	depth := 0
	for i := l.pos; i+1 < len(l.text); {
		switch l.text[i : i+2] {
		case "/*":
			depth++
			i += 2
		case "*/":
			depth--
			i += 2
			if depth == 0 {
				l.pos = i
				return kindComment
			}
		default:
			i++
		}
	}
	return l.invalid()
}

// quoted skips a quoted token: a backslash hides the next byte, a doubled quote stands for itself.
func (l *lexer) quoted(quote byte, kind tokenKind) tokenKind {
	for i := l.pos + 1; i < len(l.text); i++ {
		switch {
		case l.text[i] == '\\':
			i++
		case l.text[i] == quote && i+1 < len(l.text) && l.text[i+1] == quote:
			i++
		case l.text[i] == quote:
			l.pos = i + 1
			return kind
		}
	}
	return l.invalid()
}

// startsFraction tells `.5` from the dot of `t.5`.
func (l *lexer) startsFraction(rest string) bool {
	if len(rest) < 2 || !isDigit(rest[1]) {
		return false
	}
	if len(l.tokens) == 0 {
		return true
	}
	switch prev := l.tokens[l.last]; prev.kind {
	case kindWord, kindQuoted, kindNumber, kindString, kindPlaceholder:
		return false
	default:
		return !prev.punct(")") && !prev.punct("]") && !prev.punct(".")
	}
}

// number skips a number, or a word that starts with digits.
func (l *lexer) number() tokenKind {
	afterDot := len(l.tokens) > 0 && l.tokens[l.last].punct(".")
	i := l.pos
	for i < len(l.text) {
		c := l.text[i]
		exponent := i > l.pos && (c == '+' || c == '-') && l.inExponent(i)
		if !isWordPart(c) && !exponent && (c != '.' || afterDot) {
			break
		}
		i++
	}
	text := l.text[l.pos:i]
	l.pos = i
	if !strings.ContainsAny(text, ".+-") && !isNumber(text) {
		return kindWord
	}
	return kindNumber
}

// inExponent says whether the sign at i belongs to an exponent such as 1e-5 or 0x1p-2.
func (l *lexer) inExponent(i int) bool {
	hex := strings.HasPrefix(l.text[l.pos:], "0x") || strings.HasPrefix(l.text[l.pos:], "0X")
	before := l.text[i-1] | 0x20
	return (!hex && before == 'e' || hex && before == 'p') && i+1 < len(l.text) && isDigit(l.text[i+1])
}

// heredoc skips $tag$ text $tag$.
func (l *lexer) heredoc() tokenKind {
	i := l.pos + 1
	for i < len(l.text) && isWordPart(l.text[i]) && l.text[i] != '$' {
		i++
	}
	if i == len(l.text) || l.text[i] != '$' {
		l.pos++
		return kindPunct
	}
	tag := l.text[l.pos : i+1]
	end := strings.Index(l.text[i+1:], tag)
	if end < 0 {
		return l.invalid()
	}
	l.pos = i + 1 + end + len(tag)
	return kindString
}

// placeholder skips {name:Type}. Any other brace is punctuation.
func (l *lexer) placeholder() tokenKind {
	inner := &lexer{text: l.text, pos: l.pos + 1}
	seen := 0
	for inner.pos < len(l.text) {
		start := inner.pos
		kind := inner.next()
		text := l.text[start:inner.pos]
		switch {
		case kind == kindSpace || kind == kindComment:
			continue
		case seen == 0 && kind != kindWord, seen == 1 && text != ":", kind == kindInvalid, kind == kindPlaceholder, text == "{":
			l.pos++
			return kindPunct
		case text == "}":
			l.pos = inner.pos
			return kindPlaceholder
		}
		seen++
	}
	l.pos++
	return kindPunct
}

// beyondASCII handles what text editors make of ASCII: typographic quotes, the
// minus sign and white space. The engine reads them the same way.
func (l *lexer) beyondASCII(rest string) tokenKind {
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case r == '‘' || r == '“':
		closing, kind := "’", kindString
		if r == '“' {
			closing, kind = "”", kindQuoted
		}
		end := strings.Index(rest, closing)
		if end < 0 {
			return l.invalid()
		}
		l.pos += end + len(closing)
		return kind
	case r == '−':
		l.pos += size
		return kindPunct
	case isWideSpace(r):
		l.pos += size
		return kindSpace
	}
	return l.invalid()
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'
}

// isWideSpace lists the white space beyond ASCII that the engine skips.
func isWideSpace(r rune) bool {
	switch r {
	case 0x85, 0xA0, 0x1680, 0x180E, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF:
		return true
	}
	return r >= 0x2000 && r <= 0x200B
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWordStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isWordPart(c byte) bool { return isWordStart(c) || isDigit(c) || c == '$' }

// isNumber tells a number without fraction from a word that starts with a digit.
func isNumber(text string) bool {
	lower := strings.ToLower(text)
	digits := "0123456789_e"
	switch {
	case strings.HasPrefix(lower, "0x"):
		digits, lower = "0123456789abcdef_p", lower[2:]
	case strings.HasPrefix(lower, "0b"):
		digits, lower = "01_", lower[2:]
	}
	return strings.Trim(lower, digits) == ""
}
