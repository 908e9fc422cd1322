package ask

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	tokenWord tokenKind = iota
	tokenNumber
	tokenDate // 2024-03-01, or with a time of day
	tokenQuoted
	tokenSymbol
)

// token is one word, number, date, quoted text or sign of a question.
type token struct {
	kind tokenKind
	// text is as written; for quoted text, what stands between the quotes.
	text string
	// word is the text in lower case; stem is the word in the singular.
	word, stem string
	start, end int
}

var (
	datePattern   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?`)
	numberPattern = regexp.MustCompile(`^-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?`)
	wordPattern   = regexp.MustCompile(`^[\pL\pN_]+(['’][\pL]+)?`)
	symbolPattern = regexp.MustCompile(`^(>=|<=|!=|<>|==|[=<>])`)
)

// quotes maps an opening quote to its closing one.
var quotes = map[rune]rune{'"': '"', '\'': '\'', '“': '”', '‘': '’', '`': '`'}

// tokenize splits a text into tokens with their byte spans. Every byte that is
// not white space or plain punctuation belongs to a token.
func tokenize(text string) []token {
	var tokens []token
	for at := 0; at < len(text); {
		r, width := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) || strings.ContainsRune(".?!;:-/", r) && !startsNumber(text, at) && !strings.HasPrefix(text[at:], "!=") {
			at += width
			continue
		}
		tok := nextToken(text, at, r, width)
		tokens = append(tokens, tok)
		at = tok.end
	}
	return tokens
}

// startsNumber says whether a minus at this place is the sign of a number.
func startsNumber(text string, at int) bool {
	if text[at] != '-' || at+1 >= len(text) || text[at+1] < '0' || text[at+1] > '9' {
		return false
	}
	return at == 0 || text[at-1] == ' '
}

func nextToken(text string, at int, r rune, width int) token {
	rest := text[at:]
	if closing, ok := quotes[r]; ok {
		if end := strings.IndexRune(rest[width:], closing); end >= 0 {
			inner := rest[width : width+end]
			return token{kind: tokenQuoted, text: inner, word: strings.ToLower(inner), start: at, end: at + width + end + utf8.RuneLen(closing)}
		}
	}
	if found := datePattern.FindString(rest); found != "" {
		return token{kind: tokenDate, text: found, word: found, start: at, end: at + len(found)}
	}
	word := wordPattern.FindString(rest)
	if found := numberPattern.FindString(rest); found != "" && (len(found) >= len(word) || r == '-') {
		plain := strings.ReplaceAll(found, ",", "")
		return token{kind: tokenNumber, text: plain, word: plain, start: at, end: at + len(found)}
	}
	if word != "" {
		return wordToken(word, at)
	}
	if found := symbolPattern.FindString(rest); found != "" {
		return token{kind: tokenSymbol, text: found, word: found, start: at, end: at + len(found)}
	}
	return token{kind: tokenSymbol, text: string(r), word: string(r), start: at, end: at + width}
}

func wordToken(word string, at int) token {
	lower := strings.ToLower(word)
	if cut := strings.IndexAny(lower, "'’"); cut > 0 {
		lower = lower[:cut]
	}
	return token{kind: tokenWord, text: word, word: lower, stem: stem(lower), start: at, end: at + len(word)}
}

// splitName splits a name of the catalogue into lower-case words: at
// underscores, at changes of case and between letters and digits.
func splitName(name string) []string {
	var words []string
	var current []rune
	runes := []rune(name)
	flush := func() {
		if len(current) > 0 {
			words = append(words, strings.ToLower(string(current)))
		}
		current = nil
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1])):
			flush()
		}
		current = append(current, r)
	}
	flush()
	return words
}

// stem brings a word into the singular, roughly: it only has to bring the forms
// of one word together.
func stem(word string) string {
	n := len(word)
	switch {
	case n > 4 && strings.HasSuffix(word, "ies"):
		return word[:n-3] + "y"
	case n > 3 && strings.HasSuffix(word, "ie"):
		return word[:n-2] + "y"
	case n > 4 && (strings.HasSuffix(word, "sses") || strings.HasSuffix(word, "shes") || strings.HasSuffix(word, "ches") || strings.HasSuffix(word, "xes") || strings.HasSuffix(word, "uses")):
		return word[:n-2]
	case n > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is"):
		return word[:n-1]
	}
	return word
}

func stems(words []string) []string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = stem(word)
	}
	return out
}
