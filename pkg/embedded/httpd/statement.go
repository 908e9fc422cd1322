package httpd

import "strings"

// insertion is an INSERT that brings its data along.
type insertion struct {
	statement string // without FORMAT clause or VALUES keyword
	format    string
	data      int // where the data begins in the text
}

// verdict is what splitInsert found.
type verdict int

const (
	notInsert  verdict = iota
	isInsert           // an INSERT with data, fully seen
	cutInsert          // begins as an INSERT; the text ends before its data does begin
	selectsOwn         // an INSERT … SELECT: no data follows
)

// splitInsert separates an INSERT from its data. Data is never part of what the
// engine parses as SQL: a blank line in it would end the statement there.
func splitInsert(text string) (insertion, verdict) {
	l := lexer{text: text}
	if !l.next().is("INSERT") {
		return insertion{}, notInsert
	}
	depth := 0
	var last token
	for {
		t := l.next()
		switch {
		case t.kind == kindEnd || t.kind == kindBroken:
			return insertion{}, cutInsert
		case t.mark('(') || t.mark('[') || t.mark('{'):
			depth++
		case t.mark(')') || t.mark(']') || t.mark('}'):
			depth--
		case depth > 0 || isName(last):
		case t.mark(';'):
			return insertion{}, notInsert
		case t.is("SELECT") || t.is("WITH") || t.is("WATCH") || t.is("INFILE"):
			return insertion{}, selectsOwn
		case t.is("VALUES"):
			return insertion{text[:t.start], "Values", t.end}, isInsert
		case last.is("FORMAT") && t.kind == kindWord:
			return insertion{text[:last.start], t.text, dataStart(text, t.end)}, isInsert
		}
		last = t
	}
}

// isName says that the word after this token is a name, whatever it spells.
func isName(before token) bool {
	return before.mark('.') || before.is("INTO") || before.is("TABLE")
}

// dataStart skips what the server skips between FORMAT x and the data.
func dataStart(text string, at int) int {
	for at < len(text) && strings.IndexByte(" \t\f", text[at]) >= 0 {
		at++
	}
	for _, c := range []byte{';', '\r', '\n'} {
		if at < len(text) && text[at] == c {
			at++
		}
	}
	return at
}

// shape is what must be known of any other statement before it runs.
type shape struct {
	selects bool   // begins as a SELECT, so that it can be streamed
	format  string // of its own FORMAT clause
	bare    string // without FORMAT clause and final semicolon
	files   bool   // INTO OUTFILE or FROM INFILE: files of the client, which is this process
}

func shapeOf(text string) shape {
	s := shape{bare: text}
	l := lexer{text: text}
	depth, first := 0, true
	var before, last, format token // last is the token before t, before the one before that
	open := false                  // a FORMAT clause was seen and nothing came after its word
	for t := l.next(); t.kind != kindEnd && t.kind != kindBroken; t = l.next() {
		if first && !t.mark('(') {
			s.selects = t.is("SELECT") || t.is("WITH") || t.is("FROM")
			first = false
		}
		if open && !t.is("SETTINGS") && !t.mark(';') {
			s.format = "" // the word was a name: a clause ends the statement, but for its settings
		}
		open = false
		switch {
		case t.mark('(') || t.mark('[') || t.mark('{'):
			depth++
		case t.mark(')') || t.mark(']') || t.mark('}'):
			depth--
		case t.is("OUTFILE") && last.is("INTO"), t.is("INFILE") && last.is("FROM"):
			s.files = true
		case depth == 0 && last.is("FORMAT") && t.kind == kindWord && !wantsOperand(before):
			s.format, format, open = t.text, last, true
		case depth == 0 && t.mark(';'):
			s.bare = text[:t.start]
		}
		before, last = last, t
	}
	if s.format != "" {
		s.bare = text[:format.start]
	}
	return s
}

// wantsOperand tells whether a name must follow a token, so that FORMAT behind it is one.
func wantsOperand(t token) bool {
	if t.kind != kindWord {
		return t.kind != kindEnd && t.text != "" && strings.ContainsAny(t.text, ",.=<>+-/%!|?:")
	}
	return operandWords[strings.ToUpper(t.text)]
}

// operandWords are the keywords that an expression or a table's name follows.
var operandWords = map[string]bool{
	"SELECT": true, "DISTINCT": true, "BY": true, "FROM": true, "JOIN": true, "WHERE": true, "PREWHERE": true,
	"HAVING": true, "QUALIFY": true, "AND": true, "OR": true, "NOT": true, "AS": true, "ON": true, "USING": true,
	"IN": true, "LIKE": true, "ILIKE": true, "BETWEEN": true, "CASE": true, "WHEN": true, "THEN": true, "ELSE": true,
}
