package ask

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (r *resolver) conditions() error {
	for _, cond := range r.sk.conds {
		if err := r.condition(cond, &r.out.plan.Filters); err != nil {
			return err
		}
	}
	return r.contradiction()
}

// contradiction refuses two different values for one column.
func (r *resolver) contradiction() error {
	seen := map[ColumnRef]bool{}
	for _, group := range r.out.plan.Filters {
		for _, cond := range group {
			if cond.Op != OpEq && cond.Op != OpIn {
				continue
			}
			if seen[cond.Column] {
				return unfit(strings.Join(cond.Values, " "), "two values are asked of %s at once", cond.Column.Name)
			}
			seen[cond.Column] = true
		}
	}
	return nil
}

// condition fits one condition and appends it to a list of filters.
func (r *resolver) condition(cond condSketch, to *[][]Cond) error {
	fitted, err := r.fit(cond)
	if err != nil || fitted == nil {
		return err
	}
	*to = append(*to, []Cond{*fitted})
	return nil
}

func (r *resolver) fit(cond condSketch) (*Cond, error) {
	switch {
	case cond.window != nil:
		return nil, r.columnWindow(cond)
	case cond.flag != nil:
		return r.flag(cond)
	case cond.ref == nil:
		return r.valueCond(cond)
	}
	fits := func(c *columnInfo) bool { return r.accepts(c, cond) }
	ref, err := r.column(cond.ref, fits)
	if err != nil {
		return nil, err
	}
	values, err := r.literals(ref, cond)
	if err != nil {
		return nil, err
	}
	if cond.held && cond.op == OpPresent && kindOf(ref.Type).numeric() {
		r.assume("%q means that %s is not missing; 0 is not missing", r.said(cond.from, cond.to), ref.Name)
	}
	return r.excluding(&Cond{Column: ref, Op: negate(cond.op, cond.not), Values: values}, cond.not), nil
}

// accepts says whether a condition makes sense for a column.
func (r *resolver) accepts(c *columnInfo, cond condSketch) bool {
	switch cond.op {
	case OpMissing, OpPresent:
		return c.table == r.table && (strings.HasPrefix(c.typ, "Nullable(") || strings.HasPrefix(c.typ, "LowCardinality(Nullable(") || baseType(c.typ) == "String")
	case OpGt, OpGe, OpLt, OpLe, OpBetween:
		return c.kind.numeric()
	case OpContains, OpStarts, OpEnds:
		return c.kind == kindString
	}
	for _, value := range cond.values {
		if value.number && !c.kind.numeric() && !c.kind.text() || !value.number && !c.kind.text() {
			return false
		}
	}
	return true
}

func (r *resolver) flag(cond condSketch) (*Cond, error) {
	ref, err := r.column(cond.ref, func(c *columnInfo) bool { return c.kind == kindBool })
	if err != nil {
		return nil, err
	}
	return r.excluding(&Cond{Column: ref, Op: OpEq, Values: []string{strconv.FormatBool(*cond.flag != cond.not)}}, cond.not || !*cond.flag), nil
}

// excluding states that rows without a value do not meet a negated condition either.
func (r *resolver) excluding(cond *Cond, not bool) *Cond {
	if (not || cond.Op == OpNe) && cond.Op != OpMissing && cond.Op != OpPresent && strings.Contains(cond.Column.Type, "Nullable(") {
		r.assume("rows without %s are left out", cond.Column.Name)
	}
	return cond
}

// valueCond fits values that name no column: the column that holds them all.
func (r *resolver) valueCond(cond condSketch) (*Cond, error) {
	words := r.said(cond.from, cond.to)
	var options []option
	for _, l := range valueLinks(cond.values) {
		if !rightRole(l.column, cond.prep) {
			continue
		}
		if o, ok := r.reach(l.column, l.quality); ok {
			options = append(options, o)
		}
	}
	if len(options) == 0 {
		return nil, unfit(words, "no column of %s holds %q", r.table.ref.Name, words)
	}
	chosen := r.choose(cond.from, options, func(o option) string {
		from := cond.from
		if cond.prep != "" && r.parser.reader.word(from-1) == cond.prep {
			from--
		}
		return r.rewrite(from, cond.to, r.spell(o.column, cond))
	})
	r.addJoin(chosen)
	r.lower(chosen.raw)
	values := make([]string, len(cond.values))
	for i, lit := range cond.values {
		values[i] = valueIn(lit, chosen.column)
	}
	return r.excluding(&Cond{Column: chosen.column.ref(), Op: negate(cond.op, cond.not), Values: values}, cond.not), nil
}

// spell says a condition with its column.
func (r *resolver) spell(c *columnInfo, cond condSketch) string {
	words := "where " + r.exactName(c) + " is "
	if cond.not {
		words += "not "
	}
	var values []string
	for _, lit := range cond.values {
		values = append(values, strconv.Quote(valueIn(lit, c)))
	}
	return words + strings.Join(values, " or ")
}

// valueLinks gives a link per column that holds every one of the values.
func valueLinks(values []literal) []link {
	var common []link
	for i, lit := range values {
		if lit.seg == nil {
			return nil
		}
		var here []link
		for _, l := range lit.seg.links {
			if l.kind == linkValue && !slices.ContainsFunc(here, func(o link) bool { return o.column == l.column }) {
				here = append(here, l)
			}
		}
		if i == 0 {
			common = here
			continue
		}
		common = slices.DeleteFunc(common, func(l link) bool {
			return !slices.ContainsFunc(here, func(o link) bool { return o.column == l.column })
		})
	}
	return common
}

func valueIn(lit literal, c *columnInfo) string {
	best := ""
	for _, l := range lit.seg.links {
		if l.kind == linkValue && l.column == c && (best == "" || l.value == lit.text) {
			best = l.value
		}
	}
	return best
}

// Words by which a column says that it holds where something goes to, or comes from.
var (
	targetRoles = []string{"destination", "target", "arrival", "receiver", "recipient", "end", "finish", "to"}
	sourceRoles = []string{"source", "departure", "sender", "start", "begin", "from"}
)

// rightRole keeps "from X" away from columns of destinations, and "to X" away
// from columns of sources.
func rightRole(c *columnInfo, prep string) bool {
	roles := map[string][]string{"from": targetRoles, "to": sourceRoles}[prep]
	for _, word := range c.stems {
		for _, role := range roles {
			if shortFor(word, role) {
				return false
			}
		}
	}
	return true
}

// literals gives the values of a condition as the column writes them.
func (r *resolver) literals(ref ColumnRef, cond condSketch) ([]string, error) {
	column := r.facts.columnOf(ref)
	var values []string
	for _, lit := range cond.values {
		if cond.op == OpContains || cond.op == OpStarts || cond.op == OpEnds {
			values = append(values, lit.text)
			continue
		}
		value, err := r.literal(column, lit)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	if cond.unit != "" {
		return r.convert(column, cond, values)
	}
	return values, nil
}

func (r *resolver) literal(column *columnInfo, lit literal) (string, error) {
	if !column.kind.text() {
		return lit.text, nil
	}
	if lit.seg != nil {
		if value := valueIn(lit, column); value != "" {
			return value, nil
		}
	}
	if known, all := r.facts.sampled(column); all && !slices.Contains(known, lit.text) {
		return "", unfit(lit.text, "%s has no value %q", column.name, lit.text)
	}
	if lit.seg != nil && !lit.quoted {
		return "", unfit(lit.text, "%q is not known as a value of %s; put it in quotes", lit.text, column.name)
	}
	return lit.text, nil
}

// convert brings values from the unit that was said to the unit of the column.
func (r *resolver) convert(c *columnInfo, cond condSketch, values []string) ([]string, error) {
	said := cond.unit
	from, _ := unitOf(said)
	if c.unit == "" { // only the asker knows
		for i := cond.from; i < cond.to; i++ {
			if r.parser.toks[i].word == said {
				r.out.ask = r.rewrite(i, i+1, "")
			}
		}
		r.out.unit = fmt.Sprintf("the unit of %s is not known; is it %s?", c.name, said)
		return values, nil
	}
	to, _ := unitOf(c.unit)
	if from.family != to.family {
		return nil, unfit(said, "%s is in %s, not in %s", c.name, c.unit, said)
	}
	if from.size == to.size {
		return values, nil
	}
	converted := make([]string, len(values))
	for i, value := range values {
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, unfit(value, "%q is not a number", value)
		}
		converted[i] = strconv.FormatFloat(n*from.size/to.size, 'f', -1, 64)
	}
	r.assume("%s %s are %s %s", values[0], said, converted[0], c.unit)
	return converted, nil
}

// negate turns an operator around.
func negate(op Op, not bool) Op {
	if !not {
		return op
	}
	return map[Op]Op{
		OpEq: OpNe, OpNe: OpEq, OpGt: OpLe, OpGe: OpLt, OpLt: OpGe, OpLe: OpGt, OpIn: OpNotIn, OpNotIn: OpIn,
		OpMissing: OpPresent, OpPresent: OpMissing,
	}[op]
}

// columnWindow fits a window that names its column: "shipped in March".
func (r *resolver) columnWindow(cond condSketch) error {
	if cond.not {
		return unfit(cond.window.words, "a time that is excluded is not understood yet")
	}
	ref, err := r.column(cond.ref, func(c *columnInfo) bool { return c.table == r.table && c.kind.temporal() })
	if err != nil {
		return err
	}
	return r.window(ref, *cond.window)
}

func (r *resolver) windows() error {
	for _, w := range r.sk.windows {
		ref, err := r.timeColumn()
		if err != nil {
			return err
		}
		if err := r.window(ref, w); err != nil {
			return err
		}
	}
	return nil
}

// monthValue finds a column with a value that is called like a month said without a year.
func (r *resolver) monthValue(expr timeExpr) *columnInfo {
	if !strings.HasPrefix(expr.assumed, `"`) {
		return nil
	}
	for _, word := range strings.Fields(strings.ToLower(expr.words)) {
		if links := r.parser.linker.values[word]; monthNames[word] > 0 && len(links) > 0 {
			return links[0].column
		}
	}
	return nil
}

// window adds a window; two half-open ones of the same column become one.
func (r *resolver) window(ref ColumnRef, expr timeExpr) error {
	zone, err := r.zoneOf(ref)
	if err != nil {
		return err
	}
	if kindOf(ref.Type) == kindDate && expr.finest == GrainSecond {
		return unfit(expr.words, "%s holds days, which is too coarse for %q", ref.Name, expr.words)
	}
	if column := r.monthValue(expr); column != nil {
		return unfit(expr.words, "%q is a month and a value of %s; say the year, or: %s is %q", expr.words, column.name, column.name, "…")
	}
	if expr.assumed != "" {
		r.lower(0.95)
		r.assume("%s", expr.assumed)
	}
	w := &Window{Column: ref, From: expr.from, To: expr.to, Zone: zone, Words: expr.words}
	old := r.out.plan.Time
	switch {
	case old == nil:
	case old.Column == ref && old.To == nil && w.From == nil:
		w.From, w.Words = old.From, old.Words+" "+w.Words
	case old.Column == ref && old.From == nil && w.To == nil:
		w.To, w.Words = old.To, old.Words+" "+w.Words
	default:
		return unfit(expr.words, "two windows of time at once are not understood yet")
	}
	r.out.plan.Time = w
	if r.sk.onTime == nil && r.timeRef == nil {
		r.timeRef = &ref
	}
	return nil
}
