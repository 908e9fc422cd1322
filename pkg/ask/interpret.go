package ask

import (
	"fmt"
	"strings"
	"time"
)

// Interpret says a plan in one sentence: measures, dimensions, filters, time with
// its column and zone, order and limit.
func Interpret(plan QueryPlan) string {
	parts := []string{what(plan)}
	if len(plan.Dims) > 0 {
		names := make([]string, len(plan.Dims))
		for i, dim := range plan.Dims {
			names[i] = dimWords(dim, plan)
		}
		parts = append(parts, "per "+strings.Join(names, " and "))
	}
	if len(plan.Filters) > 0 {
		parts = append(parts, "where "+groupsWords(plan.Filters, plan))
	}
	if plan.Time != nil {
		parts = append(parts, windowWords(*plan.Time))
	}
	if len(plan.Having) > 0 {
		parts = append(parts, "with "+groupsWords(plan.Having, plan))
	}
	if order := orderWords(plan); order != "" {
		parts = append(parts, order)
	}
	return strings.Join(parts, ", ")
}

func what(plan QueryPlan) string {
	switch plan.Intent {
	case IntentRows, IntentLatest:
		return "rows of " + plan.From.Name + columnsWords(plan)
	case IntentDistinct:
		return "the different values of " + plan.Columns[0].Name + " in " + plan.From.Name
	}
	names := make([]string, len(plan.Measures))
	for i, m := range plan.Measures {
		names[i] = measureWords(m, plan)
	}
	return strings.Join(names, " and ")
}

func columnsWords(plan QueryPlan) string {
	if len(plan.Columns) != 1 {
		return ""
	}
	return ": " + plan.Columns[0].Name
}

func measureWords(m Measure, plan QueryPlan) string {
	switch m.Agg {
	case AggCount:
		return "count of " + plan.RowName
	case AggShare:
		return shareTitle(m) + " of " + plan.RowName + " for which " + groupsWords(m.Where, plan)
	case AggPortion:
		return shareTitle(m) + " of all " + plan.RowName
	case AggDistinct:
		return "number of different " + m.Column.Name + " in " + plan.From.Name
	}
	return aggTitle(m.Agg, m.Level) + " " + m.Column.Name + " of " + plan.RowName
}

func shareTitle(m Measure) string {
	if m.Percent {
		return "percentage"
	}
	return "share (0 to 1)"
}

func dimWords(dim Dim, plan QueryPlan) string {
	switch {
	case dim.Part != "":
		return string(dim.Part) + " of " + dim.Column.Name + zoneWords(dim)
	case dim.Grain != "":
		return string(dim.Grain) + " of " + dim.Column.Name + zoneWords(dim)
	case dim.Column.Table != plan.From:
		return dim.Column.Name + " of " + dim.Column.Table.Name
	}
	return dim.Column.Name
}

func zoneWords(dim Dim) string {
	if kindOf(dim.Column.Type) == kindDate {
		return ""
	}
	return " (" + dim.Zone + ")"
}

func groupsWords(groups [][]Cond, plan QueryPlan) string {
	var ands []string
	for _, group := range groups {
		var ors []string
		for _, cond := range group {
			ors = append(ors, condWords(cond, plan))
		}
		ands = append(ands, strings.Join(ors, " or "))
	}
	return strings.Join(ands, " and ")
}

func condWords(cond Cond, plan QueryPlan) string {
	name := cond.Column.Name
	switch {
	case cond.Measure > 0:
		name = measureWords(plan.Measures[cond.Measure-1], plan)
	case cond.Column.Table != plan.From:
		name += " of " + cond.Column.Table.Name
	}
	values := make([]string, len(cond.Values))
	for i, value := range cond.Values {
		values[i] = value
		if kindOf(cond.Column.Type).text() {
			values[i] = "'" + value + "'"
		}
	}
	switch cond.Op {
	case OpMissing, OpPresent:
		return name + " " + string(cond.Op)
	case OpBetween:
		return fmt.Sprintf("%s is between %s and %s (both included)", name, values[0], values[1])
	}
	return name + " " + string(cond.Op) + " " + strings.Join(values, ", ")
}

func windowWords(w Window) string {
	text := w.Column.Name
	switch {
	case w.From != nil && w.To != nil:
		text += " from " + boundWords(*w.From, w) + " to before " + boundWords(*w.To, w)
	case w.From != nil:
		text += " from " + boundWords(*w.From, w)
	default:
		text += " before " + boundWords(*w.To, w)
	}
	if kindOf(w.Column.Type) == kindDate {
		return text + " (" + w.Words + ")"
	}
	return text + " (" + w.Words + ", " + w.Zone + ")"
}

func boundWords(b Bound, w Window) string {
	if !b.Relative {
		if b.At.Equal(b.At.Truncate(24 * time.Hour)) {
			return b.At.Format(time.DateOnly)
		}
		return b.At.Format(time.DateTime)
	}
	text := "now"
	if b.Floor != "" {
		text = "the start of this " + string(b.Floor)
	}
	switch {
	case b.Back > 0:
		return fmt.Sprintf("%s minus %d %ss", text, b.Back, b.Unit)
	case b.Back < 0:
		return fmt.Sprintf("%s plus %d %ss", text, -b.Back, b.Unit)
	}
	return text
}

func orderWords(plan QueryPlan) string {
	if len(plan.Order) == 0 && plan.Limit == 0 {
		return ""
	}
	text := ""
	if len(plan.Order) > 0 {
		first := plan.Order[0]
		if len(plan.PerGroup) > 0 && len(plan.Order) > len(plan.PerGroup) {
			first = plan.Order[len(plan.PerGroup)]
		}
		text = "by " + first.By
		if first.Desc {
			text += ", highest first"
		}
	}
	switch {
	case plan.Limit > 0 && len(plan.PerGroup) > 0:
		text += fmt.Sprintf(", the first %d of each", plan.Limit)
	case plan.Limit > 0 && text == "":
		text = fmt.Sprintf("the first %d", plan.Limit)
	case plan.Limit > 0:
		text += fmt.Sprintf(", the first %d", plan.Limit)
	}
	return text
}
