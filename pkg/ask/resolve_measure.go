package ask

import (
	"fmt"
	"slices"
	"strings"
)

func (r *resolver) dimensions() error {
	if r.sk.trend && !slices.ContainsFunc(r.sk.dims, func(d dimSketch) bool { return d.grain != "" || d.ref != nil }) {
		r.sk.dims = append(slices.Clone(r.sk.dims), dimSketch{grain: GrainDay, said: true})
		r.lower(factorAssumed)
		r.assume("over time means per day")
	}
	for _, dim := range r.sk.dims {
		if own, err := r.perRow(dim); err != nil {
			return err
		} else if own {
			continue
		}
		fitted, err := r.dimension(dim)
		if err != nil {
			return err
		}
		r.out.plan.Dims = append(r.out.plan.Dims, fitted)
	}
	return nil
}

// perRow takes "average amount per order" for the average over all orders: a
// group of one row each would be no answer.
func (r *resolver) perRow(dim dimSketch) (bool, error) {
	if dim.ref == nil || dim.grain != "" || len(dim.ref.segments) > 1 {
		return false, nil
	}
	if _, ok := r.rowsOf(dim.ref); !ok {
		return false, nil
	}
	for _, c := range r.table.columns {
		if bestLink(dim.ref.last(), c) >= qualityStem {
			return false, nil
		}
	}
	for _, m := range r.sk.measures {
		if m.agg != AggAvg && m.agg != AggQuantile {
			return false, unfit(r.said(dim.ref.from(), dim.ref.to()), "every row of %s would be a group of its own", r.table.ref.Name)
		}
	}
	r.assume("per row of %s, over all of them", r.table.ref.Name)
	return len(r.sk.measures) > 0, nil
}

func (r *resolver) dimension(dim dimSketch) (Dim, error) {
	if dim.grain == "" && dim.part == "" {
		return r.nounDimension(dim.ref)
	}
	if column := r.grainColumn(dim); column != nil {
		choices := []string{"the " + column.name + " column", string(dim.grain) + r.ofTime()}
		r.ties = append(r.ties, tie{at: dim.at, options: 2, text: func(i int) string { return r.rewrite(dim.at, dim.at+1, choices[i]) }})
		if r.picks[dim.at] == 0 {
			return Dim{Column: column.ref()}, nil
		}
	}
	ref, err := r.timeColumn()
	if err != nil {
		return Dim{}, err
	}
	zone, err := r.zoneOf(ref)
	if err != nil {
		return Dim{}, err
	}
	fine := dim.grain == GrainHour || dim.grain == GrainMinute || dim.grain == GrainSecond || dim.part == PartHour
	if kindOf(ref.Type) == kindDate && fine {
		return Dim{}, unfit(r.said(dim.at, dim.at+1), "%s holds days, which is too coarse", ref.Name)
	}
	return Dim{Column: ref, Grain: dim.grain, Part: dim.part, Zone: zone}, nil
}

// grainColumn finds a column that is called like the unit of time asked for.
func (r *resolver) grainColumn(dim dimSketch) *columnInfo {
	if dim.said || dim.ref == nil || r.sk.onTime != nil || r.sk.trend {
		return nil
	}
	if len(r.table.timeColumns()) == 0 {
		return nil
	}
	for _, l := range dim.ref.last().links {
		if l.kind == linkColumn && l.table == r.table && l.quality >= qualityStem && !l.column.kind.temporal() {
			return l.column
		}
	}
	return nil
}

func (r *resolver) ofTime() string {
	if columns := r.table.timeColumns(); len(columns) > 0 {
		return " of " + columns[0].name
	}
	return ""
}

// nounDimension fits a dimension that is a column, or a table joined by its key,
// which is shown by the column that tells its rows apart.
func (r *resolver) nounDimension(ph *phrase) (Dim, error) {
	last := ph.last()
	least := 0.0 // a table by its name beats a column by a part of its name
	if slices.ContainsFunc(last.links, func(l link) bool { return r.joined(ph, l) != nil }) {
		least = factorJoin
	}
	ref, err := r.column(ph, func(c *columnInfo) bool { return c.kind != kindOther && bestLink(last, c) >= least })
	if err == nil && r.listLike(ph, ref) {
		return Dim{}, unfit(r.said(ph.from(), ph.to()), "%s is a number of things; one of them is no group", ref.Name)
	}
	if err == nil {
		return Dim{Column: ref}, nil
	}
	for _, l := range last.links {
		join := r.joined(ph, l)
		if join == nil {
			continue
		}
		label := r.facts.label(r.ctx, l.table, join.Right.Name)
		r.use(l.quality, last, l.table.ref.Name)
		if label == nil { // nothing tells more than the key
			return Dim{Column: join.Left}, nil
		}
		r.addJoin(option{join: join})
		if label.lower != strings.ToLower(join.Right.Name) {
			r.assume("%s are shown by %s", l.table.rowName(), label.name)
		}
		return Dim{Column: label.ref()}, nil
	}
	return Dim{}, err
}

// listLike says whether a noun in the singular met a number that counts such things.
func (r *resolver) listLike(ph *phrase, ref ColumnRef) bool {
	c := r.facts.columnOf(ref)
	if c == nil || !c.kind.numeric() || !r.parser.singular(ph) {
		return false
	}
	end := len(c.words) - 1
	return c.words[end] != c.stems[end] && r.parser.toks[ph.to()-1].stem == c.stems[end]
}

// joined gives the join to a table that a dimension names.
func (r *resolver) joined(ph *phrase, l link) *Join {
	if l.kind != linkTable || l.table == r.table || len(ph.segments) > 1 {
		return nil
	}
	return r.facts.join(r.ctx, r.table, l.table)
}

func bestLink(seg segment, c *columnInfo) float64 {
	best := 0.0
	for _, l := range seg.links {
		if l.kind == linkColumn && l.column == c {
			best = max(best, l.quality)
		}
	}
	return best
}

func (r *resolver) measures() error {
	if r.sk.isShare {
		return r.share()
	}
	if err := r.together(); err != nil {
		return err
	}
	if r.sk.intent == IntentRows && (len(r.out.plan.Dims) > 0 || r.sk.trend) && len(r.sk.measures) == 0 {
		r.out.plan.Intent = IntentAggregate
		r.out.plan.Measures = []Measure{{Agg: AggCount}}
		r.assume("counting %s", r.table.rowName())
		r.lower(0.97)
	}
	for _, m := range r.sk.measures {
		fitted, err := r.measure(m)
		if err != nil {
			return err
		}
		r.out.plan.Intent = IntentAggregate
		r.out.plan.Measures = append(r.out.plan.Measures, fitted)
	}
	return nil
}

// together refuses adjectives of one measure that would bound another too.
func (r *resolver) together() error {
	ph := r.sk.subject
	counts := slices.ContainsFunc(r.sk.measures, func(m measureSketch) bool { return m.agg == AggCount && m.ref == nil })
	if ph == nil || len(ph.segments) == 1 || !counts || len(r.sk.measures) == 1 {
		return nil
	}
	words := r.said(ph.from(), ph.to())
	return unfit(words, "only one of several numbers would be bounded by %q; ask for them one by one", words)
}

// described says whether the noun of a share has adjectives and nothing else
// bounds the whole.
func (r *resolver) described() bool {
	before := len(r.parser.sk.subject.segments) - 1
	return before > 0 && len(r.out.plan.Filters) == before
}

func (r *resolver) share() error {
	m := Measure{Agg: AggShare, Percent: r.sk.percent}
	if len(r.sk.share) == 0 && r.described() { // "percentage of paid orders": of all orders
		if len(r.sk.dims) > 0 {
			return unfit("share", "it is open what is the whole; say \"share of %s that are …\"", r.table.rowName())
		}
		m.Where, r.out.plan.Filters = r.out.plan.Filters, nil
	}
	for _, cond := range r.sk.share {
		if err := r.condition(cond, &m.Where); err != nil {
			return err
		}
	}
	switch {
	case len(m.Where) > 0:
	case len(r.out.plan.Dims) > 0 && len(r.sk.share) == 0:
		m.Agg = AggPortion
	default:
		return unfit("share", "a share needs a condition: which %s make the part?", r.table.rowName())
	}
	if r.sk.loose != "" {
		return unfit(r.sk.loose, "it is open whether %q bounds the part or the whole; say \"for\" or \"among\" for the whole, \"and\" for the part", r.sk.loose)
	}
	r.out.plan.Measures = []Measure{m}
	return nil
}

func (r *resolver) measure(m measureSketch) (Measure, error) {
	if m.agg == AggCount && m.ref == nil {
		return Measure{Agg: AggCount}, nil
	}
	words := r.said(m.ref.from(), m.ref.to())
	if rows, ok := r.rowsOf(m.ref); ok {
		if m.size && m.agg == "" {
			return Measure{}, unfit(words, "say by which column %s are to be measured", r.table.rowName())
		}
		switch m.agg {
		case AggCount, AggSum, "":
			if err := r.describe(m.ref); err != nil {
				return Measure{}, err
			}
			r.lower(rows)
			return Measure{Agg: AggCount}, nil
		case AggDistinct:
			return Measure{}, unfit(words, "every row of %s is different", r.table.ref.Name)
		}
		if m.size {
			return Measure{}, unfit(words, "say by which column %s are to be measured", r.table.rowName())
		}
	}
	agg := m.agg
	if agg == AggCount {
		agg = AggDistinct
		r.lower(factorDistinct)
		r.assume("counting different values of %q", words)
	}
	if m.size && m.ref.last().has(linkTable) && !strings.Contains(words, " ") && !r.named(m.ref.last()) {
		return Measure{}, unfit(words, "say by which column %s is to be measured", words)
	}
	fits := func(c *columnInfo) bool { return c.table == r.table && aggregable(agg, c) }
	ref, err := r.column(m.ref, fits)
	if err != nil {
		return Measure{}, err
	}
	if agg == "" {
		agg = r.rawAggregate(m.ref, ref)
	}
	if m.assumed {
		r.lower(factorAssumed)
		r.assume("%s of %s", aggTitle(agg, m.level), ref.Name)
	}
	approximate := (agg == AggQuantile || agg == AggDistinct) && r.table.rows > approximateFrom
	if approximate {
		r.out.notes = append(r.out.notes, fmt.Sprintf("%s of %s is estimated: the table has more than %d million rows", aggTitle(agg, m.level), ref.Name, approximateFrom/1_000_000))
	}
	return Measure{Agg: agg, Column: &ref, Level: m.level, Approximate: approximate}, nil
}

// named says whether a segment is the very name of a column of the table.
func (r *resolver) named(seg segment) bool {
	return slices.ContainsFunc(seg.links, func(l link) bool {
		return l.kind == linkColumn && l.table == r.table && l.quality >= qualityStem && !isKey(l.column)
	})
}

// describe bounds all that is counted by the adjectives of the noun of a measure.
// That is right only if nothing else is measured; and of what is rare, the groups
// that have none at all would be missing.
func (r *resolver) describe(ph *phrase) error {
	if len(ph.segments) == 1 {
		return nil
	}
	words := r.said(ph.from(), ph.to())
	if len(r.sk.measures)+len(r.out.plan.Measures) > 1 || r.sk.rank != nil && len(r.sk.measures) > 0 {
		return unfit(words, "only one of several numbers would be bounded by %q; ask for them one by one", words)
	}
	if r.sk.rank != nil && !r.sk.rank.desc {
		return unfit(words, "groups without any %s would be left out", words)
	}
	before := len(r.sk.conds)
	if err := r.adjectives(ph); err != nil {
		return err
	}
	for _, cond := range r.sk.conds[before:] {
		if err := r.condition(cond, &r.out.plan.Filters); err != nil {
			return err
		}
	}
	return r.contradiction()
}

// rowsOf says whether a phrase means the rows of the table.
func (r *resolver) rowsOf(ph *phrase) (float64, bool) {
	last := ph.last()
	if len(last.links) == 0 {
		return 0.97, true
	}
	for _, l := range last.links {
		if l.kind == linkTable && l.table == r.table {
			return l.quality, true
		}
	}
	return 0, false
}

// rawAggregate asks which aggregate is meant for a column that came without one.
func (r *resolver) rawAggregate(ph *phrase, ref ColumnRef) Agg {
	aggs := []Agg{AggSum, AggAvg, AggMax}
	if !kindOf(ref.Type).numeric() {
		return AggMax
	}
	names := []string{"total", "average", "maximum"}
	from, to := ph.from(), ph.to()
	r.ties = append(r.ties, tie{at: -1 - from, options: len(aggs), text: func(i int) string { return r.rewrite(from, to, names[i]+" "+ref.Name) }})
	r.lower(factorRaw)
	return aggs[min(r.picks[-1-from], len(aggs)-1)]
}

func aggregable(agg Agg, c *columnInfo) bool {
	switch agg {
	case AggSum, AggAvg, AggQuantile, "":
		return c.kind.numeric() && !isKey(c)
	case AggDistinct:
		return c.kind != kindOther
	case AggMin, AggMax:
		return c.kind.numeric() && !isKey(c) || c.kind.temporal()
	}
	return c.kind.numeric()
}

// ranking fits "top N".
func (r *resolver) ranking() error {
	rank := r.sk.rank
	if rank == nil {
		return nil
	}
	if !rank.said {
		r.assume("the first %d", rank.n)
	}
	r.out.plan.Limit = rank.n
	if rows, ok := r.rowsOf(rank.dims); ok {
		return r.rankRows(rank, rows)
	}
	dim, err := r.nounDimension(rank.dims)
	if err != nil {
		return err
	}
	if words := r.said(rank.dims.from(), rank.dims.to()); rank.measure == nil && dim.Column.Table != r.table.ref {
		return unfit(words, "say what is counted to rank %s by", words)
	} else if len(r.out.plan.Dims) > 0 && !rank.said && r.parser.singular(rank.dims) {
		return unfit(words, "say how many %s are wanted of each", words)
	}
	r.out.plan.PerGroup = r.out.plan.Dims
	r.out.plan.Dims = append(slices.Clone(r.out.plan.Dims), dim)
	m, err := r.rankMeasure(rank, dim)
	if err != nil {
		return err
	}
	r.out.plan.Measures = append(r.out.plan.Measures, m)
	return nil
}

func (r *resolver) rankMeasure(rank *rankSketch, dim Dim) (Measure, error) {
	if rank.measure != nil {
		return r.measure(*rank.measure)
	}
	if dim.Column.Table == r.table.ref && r.facts.unique(r.ctx, r.table, dim.Column.Name) {
		return Measure{}, unfit("top", "every %s stands in one row only; say by what to rank", dim.Column.Name)
	}
	for _, other := range r.facts.catalog.tables { // what others refer to is rarely what is counted
		if r.facts.join(r.ctx, other, r.table) != nil {
			return Measure{}, unfit("top", "say what is counted to rank by")
		}
	}
	if !rank.byCount {
		r.lower(factorAssumed)
	}
	r.assume("ranked by the number of %s", r.table.rowName())
	return Measure{Agg: AggCount}, nil
}

// rankRows fits "top 5 orders by amount": rows in order of a column.
func (r *resolver) rankRows(rank *rankSketch, quality float64) error {
	words := r.said(rank.dims.from(), rank.dims.to())
	if rank.measure == nil || rank.measure.ref == nil || rank.measure.agg != "" && !rank.measure.assumed || len(r.out.plan.Dims) > 0 {
		return unfit(words, "say by which column to rank %s", words)
	}
	if err := r.describe(rank.dims); err != nil {
		return err
	}
	ref, err := r.column(rank.measure.ref, func(c *columnInfo) bool { return c.table == r.table && (c.kind.numeric() || c.kind.temporal()) })
	if err != nil {
		return err
	}
	r.lower(quality)
	r.out.plan.Intent = IntentRows
	r.out.plan.Columns = columnRefs(r.table)
	r.out.plan.Order = []Order{{By: ref.Name, Desc: rank.desc}}
	if kindOf(ref.Type).numeric() {
		r.out.plan.Filters = append(r.out.plan.Filters, nullGuard(ref)...)
	}
	return nil
}

// nullGuard keeps rows without a value out of a ranking.
func nullGuard(ref ColumnRef) [][]Cond {
	if !strings.HasPrefix(ref.Type, "Nullable(") {
		return nil
	}
	return [][]Cond{{{Column: ref, Op: OpPresent}}}
}

func columnRefs(t *tableInfo) []ColumnRef {
	var refs []ColumnRef
	for _, column := range t.userColumns() {
		refs = append(refs, column.ref())
	}
	return refs
}

// groups fits conditions on groups: "with more than 100 orders".
func (r *resolver) groups() error {
	for _, having := range r.sk.having {
		if len(r.out.plan.Dims) == 0 {
			return unfit(having.value, "%q needs groups: say per what", having.value)
		}
		if _, ok := r.rowsOf(having.ref); !ok || len(having.ref.segments) > 1 {
			return unfit(r.said(having.ref.from(), having.ref.to()), "only %s can be counted here", r.table.rowName())
		}
		at := slices.IndexFunc(r.out.plan.Measures, func(m Measure) bool { return m.Agg == AggCount })
		if at < 0 {
			r.out.plan.Measures = append(r.out.plan.Measures, Measure{Agg: AggCount})
			at = len(r.out.plan.Measures) - 1
		}
		r.out.plan.Having = append(r.out.plan.Having, []Cond{{Measure: at + 1, Op: having.op, Values: []string{having.value}}})
	}
	return nil
}
