package sqlguard

import (
	"strings"
)

// maxBrackets bounds the nesting of brackets.
const maxBrackets = 64

// statement is a text with its tokens: all of them, and those that mean something.
type statement struct {
	text   string
	tokens []token // without white space and comments
}

// scan runs steps 2 and 3 over a text: it cuts it into tokens and judges them.
// A trailing semicolon is dropped from the tokens and from the text.
func scan(text string) (statement, error) {
	all := lex(text)
	s := statement{text: text, tokens: significant(all)}
	if err := unclosed(all); err != nil {
		return s, err
	}
	for len(s.tokens) > 0 && s.tokens[len(s.tokens)-1].punct(";") {
		s.text = s.text[:s.tokens[len(s.tokens)-1].pos]
		s.tokens = s.tokens[:len(s.tokens)-1]
	}
	for _, check := range []func([]token) error{startsAsRead, single, balanced, plainNames, plainClauses} {
		if err := check(s.tokens); err != nil {
			return s, err
		}
	}
	return s, nil
}

// unclosed refuses a quote or comment without its end, and characters outside quotes that no statement has.
func unclosed(tokens []token) error {
	if len(tokens) == 0 || tokens[len(tokens)-1].kind != kindInvalid {
		return nil
	}
	last := tokens[len(tokens)-1]
	if strings.ContainsAny(last.text[:1], "'`\"$/") || strings.HasPrefix(last.text, "‘") || strings.HasPrefix(last.text, "“") {
		return refuse(RuleUnbalanced, "a quote or comment is not closed").
			because("it begins at "+quoteExcerpt(last.text), "close it, or double a quote that is part of the text").on(last.pos)
	}
	return refuse(RuleBadText, "the statement holds a character that SQL does not have").
		because("it stands at "+quoteExcerpt(last.text), "put it inside quotes, or remove it").on(last.pos)
}

// startsAsRead wants SELECT, WITH, FROM or an opening bracket first.
func startsAsRead(tokens []token) error {
	if len(tokens) == 0 {
		return refuse(RuleNotSelect, "there is no statement").because("the text is empty", "write a SELECT").on(0)
	}
	first := tokens[0]
	if first.is("SELECT") || first.is("WITH") || first.is("FROM") || first.punct("(") {
		return nil
	}
	return refuse(RuleNotSelect, "%s is not a reading statement", clip(strings.ToUpper(first.text))).
		because("only SELECT is run here (it may begin with WITH, FROM or a bracket)",
			"write a SELECT; tables are made and changed by `aurora connect`").on(first.pos)
}

// single refuses a second statement.
func single(tokens []token) error {
	for _, t := range tokens {
		if t.punct(";") {
			return refuse(RuleMulti, "more than one statement").
				because("a semicolon may stand at the end only", "run the statements one by one").on(t.pos)
		}
	}
	return nil
}

// balanced wants every bracket closed by its like, and not too deep.
func balanced(tokens []token) error {
	var open []token
	for _, t := range tokens {
		if t.kind != kindPunct {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			open = append(open, t)
			if len(open) > maxBrackets {
				return refuse(RuleUnbalanced, "the statement is nested too deeply").
					because("brackets may nest 64 deep", "use WITH to name the inner parts").on(t.pos)
			}
		case ")", "]", "}":
			if len(open) == 0 || !closes(open[len(open)-1].text, t.text) {
				return refuse(RuleUnbalanced, "a bracket closes that was not opened").
					because("found "+t.text, "check the brackets").on(t.pos)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		last := open[len(open)-1]
		return refuse(RuleUnbalanced, "a bracket is not closed").because("found "+last.text, "close it").on(last.pos)
	}
	return nil
}

func closes(open, closing string) bool {
	return open+closing == "()" || open+closing == "[]" || open+closing == "{}"
}

// plainNames refuses quoted names that could forge a line or a note in the
// engine's syntax tree, which prints names as they are.
func plainNames(tokens []token) error {
	for _, t := range tokens {
		if t.kind != kindQuoted {
			continue
		}
		forged := strings.Contains(t.text, "(alias ") || strings.Contains(t.text, "(children ") || strings.Contains(t.text, "(column ")
		if forged || strings.ContainsAny(t.text, "\\\n\r\t") || t.name() == "" {
			return refuse(RuleOddIdentifier, "the name %s is not accepted", quoteExcerpt(t.text)).
				because("a quoted name may not be empty or hold a backslash, a line end or a tab", "use the name as the table has it").on(t.pos)
		}
	}
	return nil
}

// plainClauses refuses the clauses that reach beyond reading, before the engine
// sees them: EXPLAIN AST would already apply SETTINGS.
func plainClauses(tokens []token) error {
	at := func(i int) token {
		if i < len(tokens) {
			return tokens[i]
		}
		return token{kind: kindInvalid}
	}
	for i, t := range tokens {
		switch {
		case t.is("INTO") && at(i+1).is("OUTFILE"), t.is("FROM") && at(i+1).is("INFILE") && at(i+2).kind == kindString:
			return clauseRefused(t, t.text+" "+at(i+1).text, "statements do not touch files", "save the answer instead: `aurora sql … -o csv > file`")
		case t.is("SETTINGS") && isName(at(i+1)) && at(i+2).punct("="):
			return clauseRefused(t, "SETTINGS", "the limits and settings of a read are fixed", "leave the SETTINGS clause out; limits have flags of their own")
		case t.is("UUID") && at(i+1).kind == kindString:
			return clauseRefused(t, "UUID", "a table is read by its name", "write the name of the table alone")
		case t.is("PARALLEL") && at(i+1).is("WITH") && (at(i+2).is("SELECT") || at(i+2).punct("(")):
			return clauseRefused(t, "PARALLEL WITH", "it joins several statements", "run the statements one by one")
		}
	}
	return nil
}

func clauseRefused(t token, clause, why, hint string) error {
	return refuse(RuleClause, "%s is not allowed here", strings.ToUpper(clause)).because(why, hint).on(t.pos)
}

// quoteExcerpt shows the beginning of a text on one line.
func quoteExcerpt(text string) string {
	const longest = 24
	runes := []rune(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text))
	if len(runes) > longest {
		runes = append(runes[:longest], '…')
	}
	return string(runes)
}
