package ask

import "github.com/aurora-analytics/aurora/pkg/aurora"

// Bounds of a chart that can be read.
const (
	maxBars   = 30
	maxSeries = 8
)

// ChartFor proposes how to draw a result, from its shape alone: one cell is a
// number, time and measures a line, a few names and a measure bars, all else a
// table.
func ChartFor(columns []aurora.ResultColumn, rows int) aurora.Chart {
	var times, names, numbers []string
	for _, column := range columns {
		switch k := kindOf(column.Type); {
		case k.temporal():
			times = append(times, column.Name)
		case k.numeric():
			numbers = append(numbers, column.Name)
		case k.text() || k == kindBool:
			names = append(names, column.Name)
		default:
			return aurora.Chart{Kind: "table"}
		}
	}
	switch {
	case len(columns) == 1 && rows == 1 && len(numbers) == 1:
		return aurora.Chart{Kind: "number", Y: numbers}
	case len(times) == 1 && len(numbers) > 0 && len(names) == 0 && rows > 1:
		return aurora.Chart{Kind: "line", X: times[0], Y: numbers}
	case len(times) == 1 && len(numbers) == 1 && len(names) == 1 && rows > 1:
		return aurora.Chart{Kind: "line", X: times[0], Y: numbers, Series: names[0]}
	case len(names) == 1 && len(numbers) > 0 && len(numbers) <= maxSeries && len(times) == 0 && rows > 1 && rows <= maxBars:
		return aurora.Chart{Kind: "bar", X: names[0], Y: numbers}
	}
	return aurora.Chart{Kind: "table"}
}
