package ask

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// compiler writes one plan as one statement. It is the only place that writes
// SQL: literals become parameters, names go through quote.
type compiler struct {
	plan    QueryPlan
	aliases map[TableRef]string
	params  []aurora.Param
}

// Compile writes the plan as a statement with typed parameters.
func Compile(plan QueryPlan) (aurora.Statement, error) {
	c := &compiler{plan: plan, aliases: map[TableRef]string{}}
	if len(plan.Joins) > 0 {
		c.aliases[plan.From] = "t1"
		for i, join := range plan.Joins {
			c.aliases[join.Table] = fmt.Sprintf("t%d", i+2)
		}
	}
	sql, err := c.statement()
	if err != nil {
		return aurora.Statement{}, fmt.Errorf("compile plan: %w", err)
	}
	return aurora.Statement{SQL: sql, Params: c.params}, nil
}

func (c *compiler) statement() (string, error) {
	outputs, groups, err := c.outputs()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("SELECT ")
	if c.plan.Intent == IntentDistinct {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(strings.Join(outputs, ", "))
	b.WriteString(c.from())
	where, err := c.where()
	if err != nil {
		return "", err
	}
	b.WriteString(where)
	if len(groups) > 0 {
		b.WriteString(" GROUP BY " + strings.Join(groups, ", "))
	}
	having, err := c.having()
	if err != nil {
		return "", err
	}
	b.WriteString(having)
	b.WriteString(c.order())
	b.WriteString(c.limits())
	return b.String(), nil
}

// outputs gives the expressions of SELECT and the names to group by.
func (c *compiler) outputs() (outputs, groups []string, err error) {
	for _, column := range c.plan.Columns {
		outputs = append(outputs, c.column(column))
	}
	for _, dim := range c.plan.Dims {
		expr := c.dim(dim)
		if expr != quote(dim.As) {
			expr += " AS " + quote(dim.As)
		}
		outputs = append(outputs, expr)
		groups = append(groups, quote(dim.As))
	}
	for _, measure := range c.plan.Measures {
		expr, err := c.measure(measure)
		if err != nil {
			return nil, nil, err
		}
		outputs = append(outputs, expr+" AS "+quote(measure.As))
	}
	if len(outputs) == 0 {
		return nil, nil, fmt.Errorf("a plan without any output")
	}
	return outputs, groups, nil
}

func (c *compiler) from() string {
	var b strings.Builder
	b.WriteString(" FROM " + c.table(c.plan.From))
	for _, join := range c.plan.Joins {
		fmt.Fprintf(&b, " INNER JOIN %s ON %s = %s", c.table(join.Table), c.column(join.Left), c.column(join.Right))
	}
	return b.String()
}

func (c *compiler) table(t TableRef) string {
	name := quote(t.Database) + "." + quote(t.Name)
	if alias := c.aliases[t]; alias != "" {
		name += " AS " + alias
	}
	return name
}

func (c *compiler) column(ref ColumnRef) string {
	if alias := c.aliases[ref.Table]; alias != "" {
		return alias + "." + quote(ref.Name)
	}
	return quote(ref.Name)
}

// bind adds a parameter and gives its placeholder.
func (c *compiler) bind(typ, value string) string {
	name := "p" + strconv.Itoa(len(c.params)+1)
	c.params = append(c.params, aurora.Param{Name: name, Type: typ, Value: value})
	return "{" + name + ":" + typ + "}"
}

func (c *compiler) measure(m Measure) (string, error) {
	if m.Agg == AggCount {
		return "count()", nil
	}
	if m.Agg == AggPortion {
		return percent(m, "count() / sum(count()) OVER ()"), nil
	}
	if m.Agg == AggShare {
		cond, err := c.all(m.Where)
		if err != nil {
			return "", err
		}
		return percent(m, "countIf("+cond+") / count()"), nil
	}
	if m.Column == nil {
		return "", fmt.Errorf("measure %s has no column", m.Agg)
	}
	return aggregateCall(m, c.column(*m.Column))
}

func percent(m Measure, expr string) string {
	if m.Percent {
		return "100 * " + expr
	}
	return expr
}

func aggregateCall(m Measure, column string) (string, error) {
	switch m.Agg {
	case AggSum, AggAvg, AggMin, AggMax:
		return string(m.Agg) + "(" + column + ")", nil
	case AggDistinct:
		if m.Approximate {
			return "uniq(" + column + ")", nil
		}
		return "uniqExact(" + column + ")", nil
	case AggQuantile:
		// The level is a number of ours; ClickHouse takes no parameter there.
		level := strconv.FormatFloat(m.Level, 'f', -1, 64)
		if m.Approximate {
			return "quantile(" + level + ")(" + column + ")", nil
		}
		return "quantileExactInclusive(" + level + ")(" + column + ")", nil
	}
	return "", fmt.Errorf("unknown aggregate %q", m.Agg)
}

func (c *compiler) order() string {
	var parts []string
	for _, order := range c.plan.Order {
		part := quote(order.By)
		if order.Desc {
			part += " DESC"
		}
		if c.plan.Fill && len(parts) == 0 {
			part += c.fill()
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(parts, ", ")
}

func (c *compiler) limits() string {
	var b strings.Builder
	if len(c.plan.PerGroup) > 0 && c.plan.Limit > 0 {
		names := make([]string, len(c.plan.PerGroup))
		for i, dim := range c.plan.PerGroup {
			names[i] = quote(dim.As)
		}
		return " LIMIT " + c.bind("UInt64", strconv.Itoa(c.plan.Limit)) + " BY " + strings.Join(names, ", ")
	}
	if c.plan.Limit > 0 {
		b.WriteString(" LIMIT " + c.bind("UInt64", strconv.Itoa(c.plan.Limit)))
	}
	return b.String()
}
