package sqlguard

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// canonical is step 5: the engine writes the statement its own way, and the steps
// before are taken again on what it wrote. For Browse a FORMAT clause at the end is
// cut off first.
func (g *Guard) canonical(ctx context.Context, text string, profile Profile) (statement, string, error) {
	c, err := g.format(ctx, text)
	if err != nil {
		return c, "", err
	}
	format, cut := trailingFormat(c.tokens)
	if cut == 0 {
		return c, "", nil
	}
	if profile != Browse {
		return c, "", refuse(RuleClause, "FORMAT is not allowed here").
			because("the form of the answer is chosen outside the statement", "leave FORMAT out; choose with -o table|json|csv").named("FORMAT")
	}
	c, err = g.format(ctx, c.text[:cut])
	return c, format, err
}

// format asks for the canonical form and checks it like a text of a stranger.
func (g *Guard) format(ctx context.Context, text string) (statement, error) {
	formatted, err := g.parser.Format(ctx, text)
	if err != nil {
		return statement{}, fromEngine(err, text)
	}
	if len(formatted) > 4*maxText {
		return statement{}, refuse(RuleTooLarge, "the statement is too long").because("written out it has more than 256 KiB", "ask for less")
	}
	if err := checkCharacters(formatted); err != nil {
		return statement{}, unplaced(err)
	}
	s, err := scan(formatted)
	if err == nil {
		err = g.plainSettings(s.tokens)
	}
	return s, unplaced(err)
}

// unplaced forgets an offset that is not one of the original text.
func unplaced(err error) error {
	var r *refusal
	if errors.As(err, &r) {
		r.at = -1
	}
	return err
}

// tree is step 6: the syntax tree of the canonical text, while the engine confirms
// that the text is a fixed point of its own formatting.
func (g *Guard) tree(ctx context.Context, c statement, s aurora.Statement) (*node, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	fixed := make(chan error, 1)
	go func() { fixed <- g.fixpoint(ctx, c.text) }()
	text, err := g.parser.ExplainAST(ctx, s)
	if err != nil {
		return nil, unplaced(fromEngine(err, c.text))
	}
	tree, err := readAST(text)
	if err != nil {
		return nil, err
	}
	return tree, <-fixed
}

// fixpoint checks that the engine, reading what it wrote, writes the same again.
func (g *Guard) fixpoint(ctx context.Context, text string) error {
	again, err := g.parser.Format(ctx, text)
	if err != nil {
		return unplaced(fromEngine(err, text))
	}
	if again != text {
		return refuse(RuleAST, "the statement cannot be checked").
			because("the engine reads its own writing of it differently", "write it more plainly")
	}
	return nil
}

// plainSettings refuses a SETTINGS clause in whatever spelling: in a canonical text a
// name after the word settings cannot be an alias, which would have its AS.
func (g *Guard) plainSettings(tokens []token) error {
	for i := 1; i < len(tokens); i++ {
		next := tokens[i]
		if tokens[i-1].is("SETTINGS") && (next.kind == kindQuoted || next.kind == kindWord && !g.functions.keywords[strings.ToLower(next.text)]) {
			return clauseRefused(tokens[i-1], "SETTINGS", "the limits and settings of a read are fixed", "leave the SETTINGS clause out; limits have flags of their own")
		}
	}
	return nil
}

// trailingFormat finds a FORMAT clause at the end of a canonical text, where an
// alias always has its AS, and gives the format and where the clause begins.
func trailingFormat(tokens []token) (string, int) {
	n := len(tokens)
	if n < 3 || !tokens[n-2].is("FORMAT") || tokens[n-1].kind != kindWord {
		return "", 0
	}
	for _, word := range []string{"ASC", "DESC", "FINAL", "NULL"} { // a column or table called format
		if tokens[n-1].is(word) {
			return "", 0
		}
	}
	return tokens[n-1].text, tokens[n-2].pos
}

var (
	enginePosition = regexp.MustCompile(`failed at position (\d+)(?: \(((?s:.{0,80}?))\))?`)
	engineCode     = regexp.MustCompile(`(?:Code: \d+\. )?DB::Exception: `)
	enginePath     = regexp.MustCompile(`(?:[A-Za-z]:)?(?:/[\w.~-]+){2,}|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b`)
)

// fromEngine sorts what the parser said. What the engine says about the text is a
// refusal; anything else (it is away, the time ran out) is passed on.
func fromEngine(err error, text string) error {
	var e *aurora.Error
	if !errors.As(err, &e) || e.Extra["clickhouse_code"] == nil || e.Code == aurora.CodeTimeout || e.Code == aurora.CodeClickHouseAway || e.Code == aurora.CodeClickHouseAuth {
		return err
	}
	said := wholeText(e)
	if strings.Contains(said, "Multi-statements") {
		return refuse(RuleMulti, "more than one statement").because("a semicolon may stand at the end only", "run the statements one by one")
	}
	at := enginePosition.FindStringSubmatch(said)
	if at == nil {
		return refuse(RuleSyntax, "the statement is not valid SQL").because(firstSentence(said), "correct it and run it again")
	}
	position, _ := strconv.Atoi(at[1]) // counted from 1; the end of the text is one beyond
	position = min(max(position-1, 0), len(text))
	near := quoteExcerpt(at[2])
	if near == "" || near == "end of query" {
		near = "its end"
	}
	return refuse(RuleSyntax, "the statement is not valid SQL near %s", near).
		because("the engine's parser stops there", "check the words before that place").on(position)
}

// wholeText joins what the error and its causes say; the position may stand in any of them.
func wholeText(e *aurora.Error) string {
	text := e.Detail
	for err := e.Err; err != nil; err = errors.Unwrap(err) {
		text += "\n" + err.Error()
	}
	return text
}

// firstSentence keeps of an engine message what concerns the user: the first
// sentence, without scope, version, paths and addresses.
func firstSentence(said string) string {
	said = engineCode.ReplaceAllString(said, "")
	for _, end := range []string{"\n", ": In scope", ". (", " (version", ". Expected", "(in file", ": While", ", Stack"} {
		if i := strings.Index(said, end); i > 0 {
			said = said[:i]
		}
	}
	said = enginePath.ReplaceAllString(said, "…")
	if runes := []rune(said); len(runes) > 200 {
		said = string(runes[:200]) + "…"
	}
	return strings.TrimSpace(said)
}
