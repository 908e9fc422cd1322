package ask

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// refuse says what was not understood and offers questions that would be answered.
func (p *planner) refuse(ctx context.Context, text string, v verdict) error {
	words, why := v.unknown, ""
	switch {
	case len(words) > 0:
	case len(v.candidates) > 0:
		words = guessed(v.candidates[0])
		why = fmt.Sprintf("the best reading is not sure enough (%.2f): %s", v.candidates[0].confidence, Interpret(v.candidates[0].plan))
	case v.misfit != nil:
		words, why = []string{v.misfit.words}, v.misfit.why
	default:
		words = v.unused
	}
	if len(words) == 0 {
		words = contentWords(tokenize(text))
	}
	if len(words) == 0 { // nothing but signs
		words = []string{strings.TrimSpace(text)}
	}
	return notUnderstood(words, why, v.understood, p.suggest(ctx, text))
}

// guessed are the phrases whose meaning was assumed.
func guessed(c candidate) []string {
	var words []string
	for _, text := range c.assumed {
		if phrase, rest, ok := strings.Cut(strings.TrimPrefix(text, `"`), `"`); ok && rest != "" {
			words = append(words, phrase)
		}
	}
	return words
}

// refuseWrite refuses requests for a change: a verb of change that opens the
// question, or one that is followed by what it would change.
func (p *planner) refuseWrite(text string) error {
	toks := tokenize(text)
	linker := newLinker(p.catalog, toks)
	start := newParser(linker, p.now)
	start.opening()
	for i, tok := range toks {
		if !writeVerbs[tok.word] || tok.kind != tokenWord && tok.kind != tokenQuoted || len(linker.links(i, i+1)) > 0 && i != start.pos {
			continue
		}
		if i == start.pos || changes(linker, toks, i+1) {
			return writeRequest(tok.text)
		}
	}
	return nil
}

// changes says whether what follows a verb is something that could be changed.
func changes(l *linker, toks []token, at int) bool {
	if at >= len(toks) {
		return false
	}
	if slices.Contains([]string{"table", "tables", "from", "into", "all", "the", "every", "database", "column", "topic", "row", "rows", "everything"}, toks[at].word) {
		return true
	}
	for _, link := range l.links(at, at+1) {
		if link.kind == linkTable {
			return true
		}
	}
	return false
}

// suggest builds three questions from the tables nearest to the question, and
// offers only what it can answer.
func (p *planner) suggest(ctx context.Context, text string) []string {
	toks := tokenize(text)
	linker := newLinker(p.catalog, toks)
	var found []string
	for _, table := range p.nearest(linker) {
		for _, question := range templates(table, linker) {
			if len(found) == 3 {
				return found
			}
			if v, err := p.read(ctx, question); err == nil && clear(v, offerFrom) {
				found = append(found, question)
			}
		}
	}
	return found
}

// nearest are the three tables that most of the question speaks of.
func (p *planner) nearest(l *linker) []*tableInfo {
	score := scores(l)
	tables := slices.Clone(p.catalog.tables)
	slices.SortStableFunc(tables, func(a, b *tableInfo) int { return byScore(score, a, b) })
	return tables[:min(3, len(tables))]
}

// scores say how much of the question speaks of each table.
func scores(l *linker) map[*tableInfo]float64 {
	score := map[*tableInfo]float64{}
	for i := range l.toks {
		for n := 1; n <= 3 && i+n <= len(l.toks); n++ {
			for _, link := range l.links(i, i+n) {
				weight := link.quality * float64(n)
				if link.kind == linkTable {
					weight *= 2
				}
				score[link.table] += weight
			}
		}
	}
	return score
}

func byScore(score map[*tableInfo]float64, a, b *tableInfo) int {
	switch {
	case score[a] > score[b]:
		return -1
	case score[a] < score[b]:
		return 1
	case a.rows > b.rows:
		return -1
	case a.rows < b.rows:
		return 1
	}
	return 0
}

// templates are questions about a table, those about linked columns first.
func templates(t *tableInfo, l *linker) []string {
	rows := strings.Join(t.words, " ")
	var measures, dims []string
	for _, column := range linkedFirst(t, l) {
		switch {
		case column.kind.numeric() && !isKey(column) && !labels[column.words[len(column.words)-1]] && matchTable(column.words, column.stems, t) == 0:
			measures = append(measures, column.name)
		case lowCardinality(column.typ) || column.kind == kindBool:
			dims = append(dims, column.name)
		}
	}
	var questions []string
	if len(measures) > 0 && len(dims) > 0 {
		questions = append(questions, fmt.Sprintf("average %s by %s", measures[0], dims[0]))
	}
	if len(dims) > 0 {
		questions = append(questions, fmt.Sprintf("number of %s per %s", rows, dims[0]))
	}
	questions = append(questions, "how many "+rows)
	if times := t.timeColumns(); len(times) > 0 {
		questions = append(questions, fmt.Sprintf("number of %s per day of %s", rows, times[0].name))
	}
	if len(measures) > 0 {
		questions = append(questions, "average "+measures[0]+" of "+rows, "highest "+measures[0]+" of "+rows)
	}
	return questions
}

// labels end the names of numbers that only tell things apart.
var labels = set("code year month day hour number zip port version no")

func isKey(c *columnInfo) bool {
	return c.words[len(c.words)-1] == "id"
}

func linkedFirst(t *tableInfo, l *linker) []*columnInfo {
	linked := map[*columnInfo]float64{}
	for i := range l.toks {
		for n := 1; n <= 3 && i+n <= len(l.toks); n++ {
			for _, link := range l.links(i, i+n) {
				if link.kind == linkColumn {
					linked[link.column] = max(linked[link.column], link.quality)
				}
			}
		}
	}
	columns := t.userColumns()
	slices.SortStableFunc(columns, func(a, b *columnInfo) int {
		switch {
		case linked[a] > linked[b]:
			return -1
		case linked[a] < linked[b]:
			return 1
		}
		return 0
	})
	return columns
}
