package httpd

import "strings"

type kind int

const (
	kindEnd    kind = iota
	kindWord        // a keyword, a bare name or a number
	kindQuoted      // a string, a quoted name or a heredoc
	kindMark        // one byte of punctuation
	kindBroken      // something that begins and does not end
)

// token is a piece of a statement: text[start:end].
type token struct {
	kind       kind
	text       string
	start, end int
}

// is says whether the token is this keyword; quoted names are never keywords.
func (t token) is(keyword string) bool {
	return t.kind == kindWord && strings.EqualFold(t.text, keyword)
}

func (t token) mark(c byte) bool { return t.kind == kindMark && t.text[0] == c }

// lexer cuts a statement into tokens as ClickHouse's own does, as far as needed
// to know what is text of the user and what is a keyword. It skips comments.
type lexer struct {
	text string
	pos  int
}

func (l *lexer) next() token {
	if !l.skipBlank() {
		return token{kind: kindBroken, start: l.pos, end: len(l.text)}
	}
	start := l.pos
	if start >= len(l.text) {
		return token{kind: kindEnd, start: start, end: start}
	}
	k := kindMark
	switch c := l.text[start]; {
	case c == '\'' || c == '"' || c == '`':
		k = l.quoted(c)
	case isWord(c):
		k = kindWord
		for l.pos < len(l.text) && (isWord(l.text[l.pos]) || l.text[l.pos] == '$') {
			l.pos++
		}
	case c == '$' && l.heredoc():
		k = kindQuoted
	default:
		l.pos++
	}
	return token{kind: k, text: l.text[start:l.pos], start: start, end: l.pos}
}

// skipBlank moves to the next token; false means an unclosed comment.
func (l *lexer) skipBlank() bool {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		switch {
		case strings.IndexByte(" \t\n\r\f\v", rest[0]) >= 0:
			l.pos++
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				l.pos = len(l.text)
				return true
			}
			l.pos += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return false
			}
			l.pos += end + 4
		default:
			return true
		}
	}
	return true
}

// quoted moves past a quoted text. A doubled quote reads as two texts side by
// side, which comes to the same.
func (l *lexer) quoted(quote byte) kind {
	for l.pos++; l.pos < len(l.text); l.pos++ {
		switch l.text[l.pos] {
		case '\\':
			l.pos++
		case quote:
			l.pos++
			return kindQuoted
		}
	}
	l.pos = len(l.text)
	return kindBroken
}

// heredoc moves past $tag$…$tag$; false means that no such thing is here.
func (l *lexer) heredoc() bool {
	rest := l.text[l.pos:]
	n := 1
	for n < len(rest) && isWord(rest[n]) {
		n++
	}
	if n >= len(rest) || rest[n] != '$' {
		return false
	}
	tag := rest[:n+1]
	end := strings.Index(rest[len(tag):], tag)
	if end < 0 {
		return false
	}
	l.pos += len(tag) + end + len(tag)
	return true
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
