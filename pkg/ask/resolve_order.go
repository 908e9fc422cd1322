package ask

import (
	"fmt"
	"slices"
	"strings"
)

// ordering names the outputs and sorts by them. Ties are broken by the
// dimensions, so that results repeat.
func (r *resolver) ordering() error {
	r.name()
	plan := &r.out.plan
	switch {
	case r.sk.latest:
		return r.latest()
	case len(r.sk.sort) > 0:
		return r.sorted()
	case len(plan.Order) > 0 || plan.Intent == IntentRows:
	case plan.Intent == IntentDistinct:
		plan.Order = []Order{{By: plan.Columns[0].Name}}
	case r.sk.rank != nil:
		for _, dim := range plan.PerGroup {
			plan.Order = append(plan.Order, Order{By: dim.As})
		}
		plan.Order = append(plan.Order, Order{By: plan.Measures[len(plan.Measures)-1].As, Desc: r.sk.rank.desc})
		plan.Order = append(plan.Order, r.dimOrder()...)
	case r.sk.rising || r.sk.falling:
		return r.directed()
	case len(plan.Dims) > 0 && r.hasTimeDim():
		plan.Order = r.dimOrder()
	case len(plan.Dims) > 0:
		plan.Order = append([]Order{{By: plan.Measures[0].As, Desc: true}}, r.dimOrder()...)
	}
	return nil
}

// dimOrder sorts by all dimensions that are not sorted by yet, time first.
func (r *resolver) dimOrder() []Order {
	var times, rest []Order
	for _, dim := range r.out.plan.Dims {
		if slices.ContainsFunc(r.out.plan.Order, func(o Order) bool { return o.By == dim.As }) {
			continue
		}
		if dim.Grain != "" || dim.Part != "" || kindOf(dim.Column.Type).temporal() {
			times = append(times, Order{By: dim.As})
		} else {
			rest = append(rest, Order{By: dim.As})
		}
	}
	return append(times, rest...)
}

func (r *resolver) hasTimeDim() bool {
	return slices.ContainsFunc(r.out.plan.Dims, func(d Dim) bool {
		return d.Grain != "" || d.Part != "" || kindOf(d.Column.Type).temporal()
	})
}

// directed fits "in descending order" without a word on what is sorted: the
// measure is.
func (r *resolver) directed() error {
	if len(r.out.plan.Dims) == 0 || len(r.out.plan.Measures) != 1 {
		return unfit("order", "say what is to be sorted by")
	}
	r.out.plan.Order = []Order{{By: r.out.plan.Measures[0].As, Desc: r.sk.falling}}
	r.out.plan.Order = append(r.out.plan.Order, r.dimOrder()...)
	return nil
}

func (r *resolver) latest() error {
	ref, err := r.timeColumn()
	if err != nil {
		return err
	}
	if r.sk.aged {
		if r.table.ages() {
			return unfit("oldest", "\"oldest\" may speak of an age; say \"earliest\" for the first by %s", ref.Name)
		}
		r.assume("the oldest is the one with the earliest %s", ref.Name)
	}
	r.out.plan.Columns = columnRefs(r.table)
	r.out.plan.Order = []Order{{By: ref.Name, Desc: !r.sk.oldest}}
	r.out.plan.Limit = r.sk.limit
	return nil
}

// Words of columns that tell an age, or that the rows are people.
var (
	ageWords    = set("age birth birthday birthdate dob born")
	personWords = set("surname firstname lastname fullname email gender hired hire salary")
	nameWords   = set("first last full given family middle")
)

// ages says whether the rows of a table are of an age of their own, as people are.
func (t *tableInfo) ages() bool {
	for _, c := range t.columns {
		for i, word := range c.words {
			if ageWords[word] || personWords[word] || word == "name" && i > 0 && nameWords[c.words[i-1]] {
				return true
			}
		}
	}
	return false
}

// sorted fits "sorted by X": an output, or (in a list of rows) a column.
func (r *resolver) sorted() error {
	plan := &r.out.plan
	for _, s := range r.sk.sort {
		by, err := r.sortKey(s.measure)
		if err != nil {
			return err
		}
		plan.Order = append(plan.Order, Order{By: by, Desc: s.desc})
	}
	if plan.Intent != IntentRows {
		plan.Order = append(plan.Order, r.dimOrder()...)
	}
	return nil
}

func (r *resolver) sortKey(m measureSketch) (string, error) {
	plan := &r.out.plan
	rows := false
	if m.ref != nil {
		_, rows = r.rowsOf(m.ref)
	}
	if m.ref != nil && (len(m.ref.segments) > 1 && (rows || m.agg == AggCount) || m.agg == AggCount && !rows || plan.Intent == IntentRows && m.agg != "") {
		words := r.said(m.ref.from(), m.ref.to())
		return "", unfit(words, "%q is not part of the answer, so it cannot be sorted by it", words)
	}
	if m.ref == nil || m.agg == AggCount || rows && m.agg == "" {
		for _, own := range plan.Measures {
			if own.Agg == AggCount {
				return own.As, nil
			}
		}
		return "", unfit("count", "there is no count to sort by")
	}
	words := r.said(m.ref.from(), m.ref.to())
	ref, err := r.column(m.ref, func(c *columnInfo) bool { return true })
	if err != nil {
		return "", err
	}
	if plan.Intent == IntentRows {
		return ref.Name, nil
	}
	for _, dim := range plan.Dims {
		if dim.Column == ref {
			return dim.As, nil
		}
	}
	for _, own := range plan.Measures {
		if own.Column != nil && *own.Column == ref && (m.agg == "" || m.agg == own.Agg) {
			return own.As, nil
		}
	}
	return "", unfit(words, "%q is not part of the answer, so it cannot be sorted by it", words)
}

// name gives every output a name that no column of the tables has, because an
// alias would hide the column.
func (r *resolver) name() {
	plan := &r.out.plan
	taken := map[string]bool{}
	for i := range plan.Dims {
		dim := &plan.Dims[i]
		switch {
		case dim.Grain != "" || dim.Part != "":
			dim.As = r.free(strings.ReplaceAll(string(dim.Grain)+string(dim.Part), " ", "_"), dim.Column.Name+"_", taken)
		case dim.Column.Table != r.table.ref && r.table.hasName(dim.Column.Name):
			dim.As = r.free(dim.Column.Table.Name+"_"+dim.Column.Name, "the_", taken)
		default:
			dim.As = dim.Column.Name
		}
		taken[strings.ToLower(dim.As)] = true
	}
	for i := range plan.PerGroup {
		plan.PerGroup[i].As = plan.Dims[i].As
	}
	for i := range plan.Measures {
		m := &plan.Measures[i]
		m.As = r.free(measureName(*m, r.table), "number_of_", taken)
		taken[strings.ToLower(m.As)] = true
	}
}

func (r *resolver) free(name, prefix string, taken map[string]bool) string {
	for taken[strings.ToLower(name)] || r.isColumn(name) {
		name = prefix + name
	}
	return name
}

func (r *resolver) isColumn(name string) bool {
	if r.table.hasName(name) {
		return true
	}
	for _, join := range r.out.plan.Joins {
		if t := r.facts.tableOf(join.Table); t != nil && t.hasName(name) {
			return true
		}
	}
	return false
}

func measureName(m Measure, t *tableInfo) string {
	switch m.Agg {
	case AggCount:
		return strings.Join(t.words, "_")
	case AggShare, AggPortion:
		if m.Percent {
			return "percentage"
		}
		return "share"
	}
	return strings.ReplaceAll(aggTitle(m.Agg, m.Level), " ", "_") + "_" + m.Column.Name
}

// aggTitle is an aggregate in words.
func aggTitle(agg Agg, level float64) string {
	switch agg {
	case AggSum:
		return "total"
	case AggAvg:
		return "average"
	case AggMin:
		return "lowest"
	case AggMax:
		return "highest"
	case AggDistinct:
		return "distinct"
	case AggQuantile:
		if level == 0.5 {
			return "median"
		}
		return fmt.Sprintf("p%g", level*100)
	}
	return string(agg)
}

// finish completes the plan and refuses what would not be an answer.
func (r *resolver) finish() error {
	plan := &r.out.plan
	if r.sk.limit > 0 && plan.Limit == 0 {
		plan.Limit = r.sk.limit
	}
	if plan.Intent == IntentRows && len(plan.Columns) == 0 {
		if len(r.sk.sort) == 0 && r.bare() || r.sk.whatIs && len(plan.Filters) == 0 && plan.Time == nil {
			return unfit(r.table.rowName(), "the question does not say what it wants to know about %s", r.table.rowName())
		}
		plan.Columns = columnRefs(r.table)
	}
	if plan.Intent == IntentDistinct && len(plan.Columns) == 0 {
		return unfit("different", "say of which column the different values are wanted")
	}
	rows := plan.Intent == IntentRows || plan.Intent == IntentLatest || plan.Intent == IntentDistinct
	if rows && (len(plan.Dims) > 0 || len(plan.Measures) > 0) || !rows && len(plan.Measures) == 0 {
		return unfit("", "the parts of the question do not go together")
	}
	if r.sk.onTime != nil && r.timeRef == nil {
		return unfit(r.said(r.sk.onTime.from(), r.sk.onTime.to()), "no part of the question needs a time")
	}
	plan.Fill = r.sk.fill && len(plan.Dims) == 1 && plan.Dims[0].Grain != ""
	if r.sk.fill && !plan.Fill {
		return unfit("gaps", "gaps can be filled for one series over time only")
	}
	if rows && len(plan.Joins) > 0 {
		for _, column := range plan.Columns {
			if column.Table != r.table.ref {
				return unfit(column.Name, "rows of two tables at once are not understood yet")
			}
		}
	}
	return nil
}

// bare says whether a list was asked for by nothing but the name of a table in
// the middle of other words.
func (r *resolver) bare() bool { return r.sk.subject == nil }
