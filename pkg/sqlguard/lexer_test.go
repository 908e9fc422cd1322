package sqlguard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLex(t *testing.T) {
	t.Parallel()
	kinds := map[tokenKind]string{kindWord: "w", kindQuoted: "q", kindString: "s", kindNumber: "n", kindPlaceholder: "p", kindPunct: "", kindInvalid: "!"}
	for text, want := range map[string]string{
		"SELECT a_1 FROM t":                  "w:SELECT w:a_1 w:FROM w:t",
		"'it''s' 'a\\'b' \"x\" `y``z`":       "s:'it''s' s:'a\\'b' q:\"x\" q:`y``z`",
		"1 1.5, .5 1e3 1e-5 0x1F 0b01 1_000": "n:1 n:1.5 :, n:.5 n:1e3 n:1e-5 n:0x1F n:0b01 n:1_000",
		"t.1 t.1.2 a[1].5":                   "w:t :. n:1 w:t :. n:1 :. n:2 w:a :[ n:1 :] :. n:5",
		"1abc":                               "w:1abc",
		"a -- comment\nb # c\n// d\nc":       "w:a w:b w:c",
		"a /* x /* y */ z */ b":              "w:a w:b",
		"{x:Array(String)} {'a':1} {a}":      "p:{x:Array(String)} :{ s:'a' :: n:1 :} :{ w:a :}",
		"{ x : DateTime64(3, 'a}b') }":       "p:{ x : DateTime64(3, 'a}b') }",
		"$$a $ b$$ $t$ x $$ y $t$ $ a$b":     "s:$$a $ b$$ s:$t$ x $$ y $t$ :$ w:a$b",
		"‘a’ “b” −":                          "s:‘a’ q:“b” :−",
		"a\u00a0b":                           "w:a w:b",
		"'open":                              "!:'open",
		"`open":                              "!:`open",
		"/* open":                            "!:/* open",
		"a \\ b":                             "w:a !:\\ b",
		"é":                                  "!:é",
		"#a":                                 ":# w:a",
		"1-1 --1":                            "n:1 :- n:1",
		"x'41'":                              "w:x s:'41'",
	} {
		var got []string
		for _, tok := range significant(lex(text)) {
			got = append(got, kinds[tok.kind]+":"+tok.text)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// covers checks that the tokens are the text, piece by piece.
func covers(t *testing.T, text string, tokens []token) {
	t.Helper()
	at := 0
	for _, tok := range tokens {
		if tok.pos != at || tok.text == "" || !strings.HasPrefix(text[at:], tok.text) {
			t.Fatalf("token %q at %d, want one at %d of %q", tok.text, tok.pos, at, text)
		}
		at = tok.end()
	}
	if at != len(text) {
		t.Fatalf("the tokens end at %d of %d", at, len(text))
	}
}

// FuzzLex: no text makes the lexer panic, and its tokens cover the text exactly.
func FuzzLex(f *testing.F) {
	for _, file := range []string{"legitimate.sql", "attacks.sql"} {
		for _, c := range readCorpus(f, file) {
			f.Add(c.statement.SQL)
		}
	}
	for _, seed := range []string{"{", "{a:", "{a:{b:c}}", "$", "$a$", "0x", "1e", "‘", "“", "/*", "'\\", "`", "\xff", "\xe2\x80", "a.1.", "..5", "1..2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		covers(t, text, lex(text))
		s, err := scan(text)
		if err == nil {
			_ = findCTEs(s.tokens)
			_, _ = trailingFormat(s.tokens)
			for _, p := range placeholders(s.tokens) {
				_, _ = parseType(p.typ)
			}
		}
	})
}

// FuzzFit: no value makes the check of a parameter panic, and a value that was
// written anew is written the same again.
func FuzzFit(f *testing.F) {
	for _, seed := range [][2]string{
		{"Array(String)", "['a', 'b\\'c']"}, {"Map(String, Int32)", "{'a': 1}"}, {"Tuple(String, Nullable(Int8))", "('a', NULL)"},
		{"Int8", "-128"}, {"DateTime64(3, 'UTC')", "2024-01-01 00:00:00.5"}, {"Decimal(10, 2)", "1.5"}, {"Array(Array(Date))", "[['2024-01-01']]"},
		{"Nullable(String)", "\\N"}, {"FixedString(3)", "abc"}, {"Enum8('a' = 1)", "a"}, {"Array(", "["},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, typeText, value string) {
		typ, err := parseType(typeText)
		if err != nil || !isParamType(typ) {
			return
		}
		once, err := fit(typ, value)
		if err != nil {
			return
		}
		if twice, err := fit(typ, once); err != nil || twice != once {
			t.Errorf("%s %q: written %q, then %q, %v", typ, value, once, twice, err)
		}
	})
}
