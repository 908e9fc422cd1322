package schema

import (
	"fmt"
	"math"
	"strings"
)

// codec picks how the values of a column are packed.
func codec(c *candidate) string {
	switch name := c.kind.name; {
	case strings.HasPrefix(name, "LowCardinality"):
		return ""
	case strings.HasPrefix(name, "DateTime64"):
		return "DoubleDelta, ZSTD(1)"
	case name == "Int64" && c.rises():
		return "Delta, ZSTD(1)"
	case name == "Int64", name == "UInt64", name == "Bool":
		return "T64, ZSTD(1)"
	}
	return "ZSTD(1)"
}

// rises says that each record of the sample has a larger number than the one before.
func (c *candidate) rises() bool {
	const few = 10
	return c.full() && c.total >= few && !c.seen.numbers.falls
}

// comment describes a column for those who search for it: its words, its place
// in the record, its unit and how often it is there; never its values.
func comment(c *candidate) string {
	var words []string
	for _, key := range c.seen.path {
		words = append(words, split(key)...)
	}
	text := strings.Join(words, " ")
	if text == "" {
		text = c.Name
	}
	if dotted := c.seen.dotted(); dotted != c.Name {
		text += ", at " + dotted
	}
	if unit := unit(words); unit != "" && !c.isTime() {
		text += ", in " + unit
	}
	if !c.full() {
		text += fmt.Sprintf(", present in %d%%", presentPercent(c))
	}
	return oneLine(text)
}

// presentPercent is rounded, but 0 and 100 are kept for none and all.
func presentPercent(c *candidate) int {
	percent := math.Round(100 * float64(c.seen.present()) / float64(c.total))
	return int(min(max(percent, 1), 99))
}

// unit guesses the unit from the last word of a name of several.
func unit(words []string) string {
	if len(words) < 2 {
		return ""
	}
	return map[string]string{
		"ms": "milliseconds", "millis": "milliseconds", "us": "microseconds", "ns": "nanoseconds", "sec": "seconds", "secs": "seconds", "seconds": "seconds",
		"minutes": "minutes", "mins": "minutes", "hours": "hours", "days": "days", "bytes": "bytes", "kb": "kilobytes", "mb": "megabytes", "gb": "gigabytes",
		"pct": "percent", "percent": "percent", "usd": "US dollars", "eur": "euros", "cents": "cents", "km": "kilometres", "miles": "miles",
		"meters": "metres", "celsius": "degrees Celsius", "fahrenheit": "degrees Fahrenheit", "kwh": "kilowatt hours",
	}[words[len(words)-1]]
}

// oneLine makes text fit for a comment: one line, at most 200 characters.
func oneLine(text string) string {
	const limit = 200
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return string(runes)
}
