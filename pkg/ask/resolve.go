package ask

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Factors by which a liberty lowers the confidence in a reading.
const (
	factorJoin     = 0.85
	factorTime     = 0.90 // one of several time columns was taken
	factorAssumed  = 0.90 // an aggregate, a ranking or a unit was filled in
	factorDistinct = 0.85 // "how many X" taken as different values of X
	factorRaw      = 0.80 // a column without an aggregate
)

// approximateFrom is the number of rows from which quantiles and distinct counts
// are estimated.
const approximateFrom = 10_000_000

// reading is one full interpretation of a question.
type reading struct {
	plan       QueryPlan
	confidence float64
	// ask is the question that this reading would answer for certain; it is put
	// to the asker when something cannot be known, the unit of a column, say.
	ask     string
	unit    string
	assumed []string
	notes   []string
}

// tie is a phrase that two things of the catalogue fit equally well.
type tie struct {
	at      int
	options int
	// text rewrites the question so that it means option i.
	text func(i int) string
}

// misfit says that a sketch does not fit a table, and which words do not.
type misfit struct {
	words string
	why   string
}

func (m *misfit) Error() string { return m.why }

func unfit(words, why string, args ...any) *misfit {
	return &misfit{words: words, why: fmt.Sprintf(why, args...)}
}

// resolver fits one sketch to one table.
type resolver struct {
	ctx     context.Context
	facts   *facts
	parser  *parser
	sk      sketch
	table   *tableInfo
	picks   map[int]int
	ties    []tie
	out     reading
	timeRef *ColumnRef
}

// resolve gives the reading of a sketch over a table.
func (r *resolver) resolve() error {
	r.out = reading{confidence: 1, plan: QueryPlan{Intent: r.sk.intent, From: r.table.ref, RowName: r.table.rowName()}}
	r.ties, r.timeRef = nil, nil
	if r.sk.within != nil {
		if _, ok := r.rowsOf(r.sk.within); !ok {
			return unfit(r.said(r.sk.within.from(), r.sk.within.to()), "%s is another table", r.table.ref.Name)
		}
	}
	for _, step := range []func() error{r.subject, r.dimensions, r.conditions, r.windows, r.measures, r.ranking, r.groups, r.ordering, r.finish} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) lower(factor float64) { r.out.confidence *= factor }

func (r *resolver) assume(text string, args ...any) {
	text = fmt.Sprintf(text, args...)
	if !slices.Contains(r.out.assumed, text) {
		r.out.assumed = append(r.out.assumed, text)
	}
}

func (r *resolver) said(from, to int) string { return r.parser.reader.said(from, to) }

// subject fits the noun that is counted or listed.
func (r *resolver) subject() error {
	ph := r.sk.subject
	if ph == nil {
		return nil
	}
	last := ph.last()
	if err := r.adjectives(ph); err != nil {
		return err
	}
	if len(last.links) == 0 { // "rows": of whichever table the rest is about
		r.lower(0.97)
		return nil
	}
	for _, l := range last.links {
		if l.kind == linkTable && l.table == r.table {
			r.use(l.quality, last, r.table.ref.Name)
			return nil
		}
	}
	return r.columnSubject(ph)
}

// columnSubject fits a subject that is a column: its different values are meant.
func (r *resolver) columnSubject(ph *phrase) error {
	if len(r.sk.measures) > 0 && r.sk.measures[0].agg == AggCount && r.sk.measures[0].ref == nil {
		ref, err := r.column(ph, func(c *columnInfo) bool { return c.table == r.table })
		if err != nil {
			return err
		}
		r.lower(factorDistinct)
		r.assume("counting different values of %s", ref.Name)
		r.sk.measures = slices.Clone(r.sk.measures)
		r.sk.measures[0] = measureSketch{agg: AggDistinct, ref: ph}
		return nil
	}
	if r.sk.isShare || r.sk.intent == IntentLatest {
		return unfit(r.said(ph.from(), ph.to()), "%q is not a kind of row of %s", r.said(ph.from(), ph.to()), r.table.ref.Name)
	}
	if r.sk.intent == IntentRows && len(r.sk.having) > 0 && len(r.sk.dims) == 0 { // "countries with more than 5 orders"
		r.sk.dims = []dimSketch{{ref: ph, at: ph.from()}}
		r.sk.measures = []measureSketch{{agg: AggCount}}
		return nil
	}
	ref, err := r.column(ph, func(c *columnInfo) bool { return c.table == r.table })
	if err != nil {
		return err
	}
	switch {
	case r.sk.intent == IntentDistinct:
		r.out.plan.Columns = []ColumnRef{ref}
	case r.sk.intent == IntentRows && len(r.sk.dims) == 0 && !r.sk.trend:
		r.out.plan.Columns = []ColumnRef{ref}
		if k := kindOf(ref.Type); k.text() || k == kindBool {
			r.out.plan.Intent = IntentDistinct
		}
	case r.sk.intent == IntentRows:
		r.sk.measures = []measureSketch{{ref: ph}}
	default:
		return unfit(r.said(ph.from(), ph.to()), "%q is not a table", r.said(ph.from(), ph.to()))
	}
	return nil
}

// adjectives turns what stands before the noun into conditions: "paid orders".
func (r *resolver) adjectives(ph *phrase) error {
	for _, seg := range ph.segments[:len(ph.segments)-1] {
		words := r.said(seg.from, seg.to)
		switch {
		case seg.has(linkValue):
			cond := condSketch{op: OpEq, values: []literal{{text: words, seg: &seg}}, from: seg.from, to: seg.to}
			for _, other := range seg.more {
				cond.op, cond.to = OpIn, other.to
				cond.values = append(cond.values, literal{text: r.said(other.from, other.to), seg: &other})
			}
			r.sk.conds = append(slices.Clone(r.sk.conds), cond)
		case r.flagColumn(seg) != nil:
			yes := true
			one := phrase{segments: []segment{seg}}
			r.sk.conds = append(slices.Clone(r.sk.conds), condSketch{ref: &one, flag: &yes, from: seg.from, to: seg.to})
		default:
			return unfit(words, "%q does not say anything about %s", words, r.table.ref.Name)
		}
	}
	return nil
}

func (r *resolver) flagColumn(seg segment) *columnInfo {
	for _, l := range seg.links {
		if l.kind == linkColumn && l.table == r.table && l.column.kind == kindBool {
			return l.column
		}
	}
	return nil
}

// use takes a link: it lowers the confidence and echoes liberties.
func (r *resolver) use(quality float64, seg segment, name string) {
	r.lower(quality)
	if quality < sure {
		r.assume("%q is %s", r.said(seg.from, seg.to), name)
	}
}

// option is a column a phrase may mean, with the join it needs.
type option struct {
	column  *columnInfo
	join    *Join
	quality float64
	raw     float64
}

// column fits a phrase to a column of the table or of one it can be joined with.
func (r *resolver) column(ph *phrase, fits func(*columnInfo) bool) (ColumnRef, error) {
	seg := ph.last()
	words := r.said(ph.from(), ph.to())
	var options []option
	for _, l := range seg.links {
		if l.kind != linkColumn || !fits(l.column) || l.quality < 0.5 || !r.qualified(ph, l.column) {
			continue
		}
		if o, ok := r.reach(l.column, l.quality); ok {
			options = append(options, o)
		}
	}
	if len(options) == 0 {
		return ColumnRef{}, unfit(words, "no column of %s fits %q", r.table.ref.Name, words)
	}
	if slices.ContainsFunc(options, func(o option) bool { return o.join == nil && o.raw == qualityExact }) {
		options = slices.DeleteFunc(options, func(o option) bool { return o.raw < qualityExact }) // the very name wins
	}
	chosen := r.choose(seg.from, options, func(o option) string { return r.rewrite(seg.from, seg.to, r.exactName(o.column)) })
	r.addJoin(chosen)
	r.use(chosen.raw, seg, chosen.column.name)
	return chosen.column.ref(), nil
}

// qualified says whether the words before the column agree with its table.
func (r *resolver) qualified(ph *phrase, c *columnInfo) bool {
	for _, seg := range ph.segments[:len(ph.segments)-1] {
		ok := false
		for _, l := range seg.links {
			ok = ok || l.kind == linkTable && (l.table == c.table || l.table == r.table) || l.kind == linkColumn && r.leadsTo(l.column, c)
		}
		if !ok {
			return false
		}
	}
	return true
}

// leadsTo says whether a column is the key by which another column is reached:
// the title that belongs to an operator's code.
func (r *resolver) leadsTo(key, c *columnInfo) bool {
	if key.table != r.table || c.table == r.table {
		return false
	}
	join := r.facts.join(r.ctx, r.table, c.table)
	return join != nil && join.Left == key.ref()
}

// reach gives a column as an option if it is in the table or one join away.
func (r *resolver) reach(c *columnInfo, quality float64) (option, bool) {
	if c.table == r.table {
		return option{column: c, quality: quality, raw: quality}, true
	}
	join := r.facts.join(r.ctx, r.table, c.table)
	if join == nil {
		return option{}, false
	}
	return option{column: c, join: join, quality: quality * factorJoin, raw: quality}, true
}

// choose takes the best option; options as good as the best become a tie.
func (r *resolver) choose(at int, options []option, text func(option) string) option {
	slices.SortStableFunc(options, func(a, b option) int {
		switch {
		case a.quality > b.quality:
			return -1
		case a.quality < b.quality:
			return 1
		}
		return 0
	})
	n := 1
	for n < len(options) && options[n].quality > options[0].quality-0.04 {
		n++
	}
	if n > 1 {
		kept := options[:n]
		r.ties = append(r.ties, tie{at: at, options: n, text: func(i int) string { return text(kept[i]) }})
	}
	return options[min(r.picks[at], n-1)]
}

// rewrite puts other words in place of a span of the question.
func (r *resolver) rewrite(from, to int, words string) string {
	toks := r.parser.toks
	text := r.facts.text
	return strings.TrimSpace(text[:toks[from].start] + words + text[toks[to-1].end:])
}

// exactName is how a question names a column so that nothing else fits as well.
func (r *resolver) exactName(c *columnInfo) string {
	if c.table == r.table {
		return c.name
	}
	return strings.Join(c.table.words, " ") + " " + c.name
}

func (r *resolver) addJoin(o option) {
	if o.join == nil {
		return
	}
	for _, join := range r.out.plan.Joins {
		if join.Table == o.join.Table {
			return
		}
	}
	r.out.plan.Joins = append(r.out.plan.Joins, *o.join)
	r.lower(factorJoin)
	r.assume("%s and %s belong together where %s = %s; rows without a partner are left out",
		r.table.ref.Name, o.join.Table.Name, o.join.Left.Name, o.join.Right.Name)
}

// timeColumn chooses the column that windows and time buckets mean.
func (r *resolver) timeColumn() (ColumnRef, error) {
	if r.timeRef != nil {
		return *r.timeRef, nil
	}
	ref, err := r.findTime()
	if err == nil {
		r.timeRef = &ref
	}
	return ref, err
}

func (r *resolver) findTime() (ColumnRef, error) {
	if r.sk.onTime != nil {
		return r.column(r.sk.onTime, func(c *columnInfo) bool { return c.table == r.table && c.kind.temporal() })
	}
	columns := r.table.timeColumns()
	if len(columns) == 0 {
		return ColumnRef{}, unfit(r.timeWords(), "table %s has no time column", r.table.ref.Name)
	}
	if len(columns) > 1 {
		r.lower(factorTime)
		r.assume("time is %s", columns[0].name)
	}
	return columns[0].ref(), nil
}

// timeWords are the words of the question that speak of time.
func (r *resolver) timeWords() string {
	for _, w := range r.sk.windows {
		return w.words
	}
	for _, dim := range r.sk.dims {
		if dim.grain != "" || dim.part != "" {
			return r.said(dim.at, dim.at+1)
		}
	}
	if r.sk.latest {
		return "latest"
	}
	return "over time"
}

// zoneOf is the zone a time column is read in: its own, else UTC.
func (r *resolver) zoneOf(ref ColumnRef) (string, error) {
	zone := zoneOr(ref.Type, "UTC")
	if r.sk.zone != "" && zone != r.sk.zone {
		return r.sk.zone, nil
	}
	return zone, nil
}
