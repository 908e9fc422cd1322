package ask

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Thresholds of confidence.
const (
	answerFrom = 0.60 // below, the question is refused
	tieWithin  = 0.10 // two readings as close as this are a choice for the asker
	offerFrom  = 0.90 // a suggestion must be at least as clear
)

// planner is the offline engine over one state of the catalogue.
type planner struct {
	port    Catalogue
	catalog *catalog
	memory  *memory
	now     time.Time
	source  []aurora.Table
}

// candidate is a reading with its statement, ready to be compared.
type candidate struct {
	reading
	statement aurora.Statement
	// choice asks for exactly this reading, where the question left it open.
	choice string
}

// verdict is all that came of reading a text.
type verdict struct {
	candidates []candidate
	// unknown are words nothing links to; unused are words no rule took.
	unknown, unused []string
	understood      []string
	misfit          *misfit
}

// draft answers a question or refuses it.
func (p *planner) draft(ctx context.Context, text string) (Draft, error) {
	v, err := p.read(ctx, text)
	if err != nil {
		return Draft{}, err
	}
	best, err := p.decide(ctx, text, v)
	if err != nil {
		return Draft{}, err
	}
	return best.draft(), nil
}

func (c candidate) draft() Draft {
	plan := c.plan
	tables := []string{plan.From.Name}
	for _, join := range plan.Joins {
		tables = append(tables, join.Table.Name)
	}
	return Draft{
		Statement: c.statement, Interpretation: Interpret(plan), Assumptions: orEmpty(c.assumed), Tables: tables,
		Engine: string(aurora.EngineOffline), Confidence: c.confidence, Notes: c.notes, Plan: &plan,
	}
}

// decide takes the one clear reading, or says why there is none.
func (p *planner) decide(ctx context.Context, text string, v verdict) (candidate, error) {
	if len(v.candidates) == 0 || v.candidates[0].confidence < answerFrom {
		return candidate{}, p.refuse(ctx, text, v)
	}
	best := v.candidates[0]
	close := 0
	for _, other := range v.candidates[1:] {
		if other.confidence >= best.confidence-tieWithin && other.confidence >= answerFrom-tieWithin {
			close++
		}
	}
	if close == 0 && best.ask != "" {
		return candidate{}, ambiguous(best.unit+" Then ask without the unit", []string{strings.Join(strings.Fields(best.ask), " ")})
	}
	if close == 0 {
		return best, nil
	}
	choices := p.choices(ctx, text, v.candidates[:close+1])
	return candidate{}, ambiguous(reasons(v.candidates[:close+1]), choices)
}

// reasons says the readings side by side.
func reasons(candidates []candidate) string {
	var texts []string
	for _, c := range candidates[:min(3, len(candidates))] {
		texts = append(texts, Interpret(c.plan))
	}
	return strings.Join(texts, "; or ")
}

// choices are questions that mean one of the readings each; all were planned.
func (p *planner) choices(ctx context.Context, text string, candidates []candidate) []string {
	var choices []string
	for _, c := range candidates {
		for _, choice := range []string{c.choice, strings.TrimRight(text, " ?.") + " of " + strings.Join(splitName(c.plan.From.Name), " ")} {
			if choice == "" || len(choices) == 3 || slices.Contains(choices, choice) {
				continue
			}
			if again, err := p.read(ctx, choice); err == nil && clear(again, answerFrom) && again.candidates[0].statement.SQL == c.statement.SQL {
				choices = append(choices, choice)
				break
			}
		}
	}
	return choices
}

// clear says whether a text has one reading only, of at least this confidence.
func clear(v verdict, least float64) bool {
	if len(v.candidates) == 0 || v.candidates[0].confidence < least {
		return false
	}
	return len(v.candidates) == 1 || v.candidates[1].confidence < v.candidates[0].confidence-tieWithin
}

// read reads a text with names only; values of columns are looked up when a word
// is left over or a literal has to be checked.
func (p *planner) read(ctx context.Context, text string) (verdict, error) {
	toks := tokenize(text)
	f := &facts{port: p.port, catalog: p.catalog, text: text, memory: p.memory}
	linker := newLinker(p.catalog, toks)
	if !slices.ContainsFunc(toks, needsValues) {
		v, err := p.parse(ctx, f, linker)
		if err != nil || clear(v, answerFrom) {
			return v, err
		}
	}
	if err := f.readValues(ctx); err != nil {
		return verdict{}, fmt.Errorf("read values: %w", err)
	}
	for _, table := range p.catalog.tables {
		for _, column := range table.columns {
			values, _ := f.sampled(column)
			linker.addValues(column, values)
		}
	}
	return p.parse(ctx, f, linker)
}

func needsValues(tok token) bool {
	return tok.kind == tokenQuoted || tok.kind == tokenWord && monthNames[tok.word] > 0 || tok.kind == tokenWord && codeLike(tok.text)
}

func (p *planner) parse(ctx context.Context, f *facts, linker *linker) (verdict, error) {
	v := verdict{unknown: unknown(linker)}
	parsers := newParser(linker, p.now).sketches()
	if len(parsers) == 0 {
		v.unused = contentWords(linker.toks)
		return v, ctx.Err()
	}
	for _, parsed := range parsers {
		unused := parsed.unused()
		if len(unused) > 0 || len(v.unknown) > 0 {
			if v.unused == nil || len(unused) < len(v.unused) {
				v.unused, v.understood = unused, parsed.understood()
			}
			continue
		}
		if err := p.fit(ctx, f, parsed, &v); err != nil {
			return v, err
		}
	}
	sort.SliceStable(v.candidates, func(i, j int) bool { return v.candidates[i].confidence > v.candidates[j].confidence })
	return v, ctx.Err()
}

// fit tries a sketch on every table, and every tie in each of its ways.
func (p *planner) fit(ctx context.Context, f *facts, parsed *parser, v *verdict) error {
	for _, table := range p.catalog.tables {
		r := &resolver{ctx: ctx, facts: f, parser: parsed, table: table}
		ties, err := p.attempt(r, nil, "", v)
		if err != nil {
			return err
		}
		for _, tie := range ties {
			for i := 1; i < tie.options; i++ {
				if _, err := p.attempt(r, map[int]int{tie.at: i}, tie.text(i), v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// attempt resolves once and keeps the reading if it is new.
func (p *planner) attempt(r *resolver, picks map[int]int, choice string, v *verdict) ([]tie, error) {
	r.picks, r.sk = picks, r.parser.sk
	err := r.resolve()
	var mis *misfit
	if errors.As(err, &mis) {
		if v.misfit == nil || r.out.confidence*float64(len(r.out.plan.From.Name)) > 0 && linksTo(r) {
			v.misfit = mis
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	statement, err := Compile(r.out.plan)
	if err != nil {
		return nil, err
	}
	ties := slices.Clone(r.ties)
	if choice == "" && len(ties) > 0 {
		choice = ties[0].text(0)
	}
	for _, known := range v.candidates {
		if sameStatement(known.statement, statement) {
			return ties, nil
		}
	}
	v.candidates = append(v.candidates, candidate{reading: r.out, statement: statement, choice: choice})
	return ties, nil
}

// linksTo says whether the subject of the question is the resolver's table, so
// that its misfit tells more than those of other tables.
func linksTo(r *resolver) bool {
	if r.parser.sk.subject == nil {
		return false
	}
	_, ok := r.rowsOf(r.parser.sk.subject)
	return ok
}

func sameStatement(a, b aurora.Statement) bool {
	return a.SQL == b.SQL && slices.Equal(a.Params, b.Params)
}

// unknown lists the words that belong neither to the grammar nor to anything in
// the catalogue.
func unknown(l *linker) []string {
	covered := make([]bool, len(l.toks))
	for i := range l.toks {
		for n := 1; n <= maxSpan && i+n <= len(l.toks); n++ {
			if len(l.links(i, i+n)) == 0 {
				continue
			}
			for k := i; k < i+n; k++ {
				covered[k] = true
			}
		}
	}
	var words []string
	reader := timeReader{toks: l.toks}
	for i, tok := range l.toks {
		if tok.kind != tokenWord || covered[i] || vocabulary()[tok.word] || vocabulary()[tok.stem] || codeLike(tok.text) {
			continue
		}
		if _, ok := reader.dayNumber(i); !ok {
			words = append(words, tok.text)
		}
	}
	return words
}

func contentWords(toks []token) []string {
	var words []string
	for _, tok := range toks {
		if tok.kind != tokenSymbol && !harmless[tok.word] {
			words = append(words, tok.text)
		}
	}
	return words
}

// understood lists the content words the parser made use of.
func (p *parser) understood() []string {
	var words []string
	for i, used := range p.used {
		if used && p.toks[i].kind != tokenSymbol && !functionWord(p.toks[i].word) {
			words = append(words, p.toks[i].text)
		}
	}
	return words
}
