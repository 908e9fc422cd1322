package ask

import (
	"strconv"
	"strings"
	"time"
)

// window writes the conditions of a half-open window.
func (c *compiler) window(w Window) []string {
	var parts []string
	column := c.column(w.Column)
	if w.From != nil {
		parts = append(parts, column+" >= "+c.bound(*w.From, w))
	}
	if w.To != nil {
		parts = append(parts, column+" < "+c.bound(*w.To, w))
	}
	return parts
}

func (c *compiler) bound(b Bound, w Window) string {
	date := kindOf(w.Column.Type) == kindDate
	if !b.Relative {
		if date {
			return c.bind("Date", b.At.Format(time.DateOnly))
		}
		return c.bind("DateTime64(3, '"+w.Zone+"')", b.At.Format("2006-01-02 15:04:05.000"))
	}
	expr := c.now(b, date, w.Zone)
	switch {
	case b.Back > 0:
		expr += " - " + c.interval(b.Unit, b.Back)
	case b.Back < 0:
		expr += " + " + c.interval(b.Unit, -b.Back)
	}
	return expr
}

// now writes the present, cut to a unit. Cut values are brought back to a time
// in the window's zone, so that they do not depend on the zone of the session.
func (c *compiler) now(b Bound, date bool, zone string) string {
	if b.Floor == "" {
		if date {
			return "toDate(now('" + zone + "'))"
		}
		return "now64(3)"
	}
	floor := "toStartOf" + title(string(b.Floor)) + "(now('" + zone + "')" + weekMode(b.Floor) + ")"
	if date {
		return "toDate(" + floor + ")"
	}
	if b.Floor == GrainHour || b.Floor == GrainMinute || b.Floor == GrainDay {
		return floor
	}
	return "toDateTime(" + floor + ", '" + zone + "')"
}

func (c *compiler) interval(unit Grain, n int) string {
	return "toInterval" + title(string(unit)) + "(" + c.bind("UInt32", strconv.Itoa(n)) + ")"
}

// weekMode makes weeks begin on Monday.
func weekMode(grain Grain) string {
	if grain == GrainWeek {
		return ", 1"
	}
	return ""
}

func (c *compiler) dim(d Dim) string {
	column := c.column(d.Column)
	if d.Grain == "" && d.Part == "" {
		return column
	}
	date := kindOf(d.Column.Type) == kindDate
	zone := ", '" + d.Zone + "'"
	if date {
		zone = ""
	}
	switch d.Part {
	case PartHour:
		return "toHour(" + column + zone + ")"
	case PartWeekday:
		return "toDayOfWeek(" + column + ", 0" + zone + ")"
	case PartMonth:
		return "toMonth(" + column + zone + ")"
	case PartDay:
		return "toDayOfMonth(" + column + zone + ")"
	}
	whole := d.Grain == GrainSecond && !strings.HasPrefix(baseType(d.Column.Type), "DateTime64")
	if date && d.Grain == GrainDay || whole {
		return column
	}
	return "toStartOf" + title(string(d.Grain)) + "(" + column + weekMode(d.Grain) + zone + ")"
}

// fill writes WITH FILL over the bounds of an absolute window.
func (c *compiler) fill() string {
	if len(c.plan.Dims) == 0 || c.plan.Time == nil || c.plan.Time.From == nil || c.plan.Time.To == nil {
		return ""
	}
	dim, w := c.plan.Dims[0], c.plan.Time
	if w.From.Relative || w.To.Relative {
		return " WITH FILL STEP " + c.step(dim)
	}
	return " WITH FILL FROM " + c.fillBound(dim, w.From.At) + " TO " + c.fillBound(dim, w.To.At) + " STEP " + c.step(dim)
}

func (c *compiler) step(dim Dim) string {
	return "INTERVAL 1 " + strings.ToUpper(string(dim.Grain))
}

func (c *compiler) fillBound(dim Dim, at time.Time) string {
	if kindOf(dim.Column.Type) == kindDate || dim.Grain == GrainWeek || dim.Grain == GrainMonth || dim.Grain == GrainQuarter || dim.Grain == GrainYear {
		return "toDate(" + c.bind("Date", at.Format(time.DateOnly)) + ")"
	}
	return "toDateTime(" + c.bind("DateTime('"+dim.Zone+"')", at.Format(time.DateTime)) + ", '" + dim.Zone + "')"
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
