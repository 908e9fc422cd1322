package ask

import (
	"fmt"
	"strconv"
	"strings"
)

func (c *compiler) where() (string, error) {
	var parts []string
	filters, err := c.all(c.plan.Filters)
	if err != nil {
		return "", err
	}
	if filters != "" {
		parts = append(parts, filters)
	}
	if c.plan.Time != nil {
		parts = append(parts, c.window(*c.plan.Time)...)
	}
	if len(parts) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(parts, " AND "), nil
}

func (c *compiler) having() (string, error) {
	cond, err := c.all(c.plan.Having)
	if err != nil || cond == "" {
		return "", err
	}
	return " HAVING " + cond, nil
}

// all writes an AND of ORs; "" for none.
func (c *compiler) all(groups [][]Cond) (string, error) {
	var ands []string
	for _, group := range groups {
		var ors []string
		for _, cond := range group {
			text, err := c.cond(cond)
			if err != nil {
				return "", err
			}
			ors = append(ors, text)
		}
		text := strings.Join(ors, " OR ")
		if len(ors) > 1 {
			text = "(" + text + ")"
		}
		ands = append(ands, text)
	}
	return strings.Join(ands, " AND "), nil
}

func (c *compiler) cond(cond Cond) (string, error) {
	left, typ := "", ""
	if cond.Measure > 0 {
		if cond.Measure > len(c.plan.Measures) {
			return "", fmt.Errorf("condition on measure %d of %d", cond.Measure, len(c.plan.Measures))
		}
		left, typ = quote(c.plan.Measures[cond.Measure-1].As), "Float64"
	} else {
		left, typ = c.column(cond.Column), cond.Column.Type
	}
	if want := operands(cond.Op); want >= 0 && len(cond.Values) != want || want < 0 && len(cond.Values) == 0 {
		return "", fmt.Errorf("operator %q with %d values", cond.Op, len(cond.Values))
	}
	return c.compare(left, typ, cond)
}

// operands is how many values an operator takes; -1 means one or more.
func operands(op Op) int {
	switch op {
	case OpMissing, OpPresent:
		return 0
	case OpIn, OpNotIn:
		return -1
	case OpBetween:
		return 2
	}
	return 1
}

func (c *compiler) compare(left, typ string, cond Cond) (string, error) {
	value := func(i int) string { return c.bind(paramType(typ, cond.Values[i]), cond.Values[i]) }
	switch cond.Op {
	case OpEq, OpNe, OpGt, OpGe, OpLt, OpLe:
		return left + " " + string(cond.Op) + " " + value(0), nil
	case OpBetween:
		return left + " >= " + value(0) + " AND " + left + " <= " + value(1), nil
	case OpIn, OpNotIn:
		values := make([]string, len(cond.Values))
		for i := range cond.Values {
			values[i] = value(i)
		}
		word := " IN ("
		if cond.Op == OpNotIn {
			word = " NOT IN ("
		}
		return left + word + strings.Join(values, ", ") + ")", nil
	case OpMissing:
		return missing(left, typ, true), nil
	case OpPresent:
		return missing(left, typ, false), nil
	case OpContains:
		return "positionCaseInsensitiveUTF8(" + left + ", " + value(0) + ") > 0", nil
	case OpStarts:
		return "startsWith(" + left + ", " + value(0) + ")", nil
	case OpEnds:
		return "endsWith(" + left + ", " + value(0) + ")", nil
	}
	return "", fmt.Errorf("unknown operator %q", cond.Op)
}

// missing tests for NULL and, in text, for the empty string.
func missing(left, typ string, want bool) string {
	if kindOf(typ) == kindString && baseType(typ) == "String" {
		if want {
			return "empty(ifNull(" + left + ", ''))"
		}
		return "notEmpty(ifNull(" + left + ", ''))"
	}
	if want {
		return left + " IS NULL"
	}
	return left + " IS NOT NULL"
}

// paramType chooses the type a literal is bound with to meet a column of a type.
func paramType(typ, value string) string {
	base := baseType(typ)
	switch kindOf(typ) {
	case kindInteger, kindFloat:
		if _, err := strconv.ParseInt(value, 10, 64); err == nil {
			return "Int64"
		}
		return "Float64"
	case kindBool:
		return "Bool"
	case kindDate:
		return base
	case kindTime:
		return "DateTime64(3, '" + zoneOr(typ, "UTC") + "')"
	}
	if base == "UUID" || base == "IPv4" || base == "IPv6" {
		return base
	}
	return "String"
}

func zoneOr(typ, fallback string) string {
	if zone := zoneIn(typ); zone != "" {
		return zone
	}
	return fallback
}
