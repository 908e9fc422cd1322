package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// keys are the order key, the partitions and the time column of a table.
type keys struct {
	orderBy     []string
	partitionBy string
	timeColumn  string
}

const (
	// maxKeyWords is how many dictionary columns lead the order key.
	maxKeyWords = 2
	// minKeyWords is how many records must have a dictionary column before it is a
	// key: the first null in a key makes a dead letter, and a few records say little.
	minKeyWords = 100
)

// chooseKeys picks the keys among the columns that every record of the sample
// has: a key has no NULL, and a record without it becomes a dead letter.
func chooseKeys(found []*candidate, received span) keys {
	k := keys{orderBy: keyWords(found)}
	at := aurora.ColumnTimestamp
	observed := received
	if event := eventTime(found); event != nil {
		at, k.timeColumn = event.Name, event.Name
		observed = event.span()
	}
	k.orderBy = append(k.orderBy, at)
	if id := idLike(found); id != nil && id.Name != at {
		k.orderBy = append(k.orderBy, id.Name)
	}
	k.partitionBy = partitionBy(at, observed)
	return k
}

// keyWords gives the dictionary columns with the fewest distinct values.
func keyWords(found []*candidate) []string {
	var words []*candidate
	for _, c := range found {
		if c.full() && c.total >= minKeyWords && strings.HasPrefix(c.kind.name, "LowCardinality") && len(c.seen.texts.distinct) > 1 {
			words = append(words, c)
		}
	}
	slices.SortStableFunc(words, func(a, b *candidate) int {
		return cmp.Compare(len(a.seen.texts.distinct), len(b.seen.texts.distinct))
	})
	var chosen []string
	for _, c := range words[:min(len(words), maxKeyWords)] {
		chosen = append(chosen, c.Name)
	}
	return chosen
}

// eventTime picks the time of the event: the best name first, then times before
// dates, then the first.
func eventTime(found []*candidate) *candidate {
	var best *candidate
	for _, c := range found {
		if c.full() && c.isTime() && (best == nil || c.timeRank() < best.timeRank()) {
			best = c
		}
	}
	return best
}

func (c *candidate) isTime() bool {
	return strings.HasPrefix(c.kind.name, "DateTime64") || c.kind.name == "Date32"
}

// timeRank is lower the more a column looks like the time of its event.
func (c *candidate) timeRank() int {
	names := []string{"event_time", "event_timestamp", "event_ts", "event_at", "occurred_at", "timestamp", "ts", "time", "datetime", "created_at", "created", "date"}
	rank := slices.Index(names, strings.Join(withoutUnit(split(c.Name)), "_"))
	if rank < 0 {
		rank = len(names)
	}
	if c.kind.name == "Date32" {
		rank += len(names) + 1
	}
	return rank
}

// idLike picks a column that names one event among others of its time.
func idLike(found []*candidate) *candidate {
	for _, c := range found {
		words := split(c.Name)
		if !c.full() || c.isTime() || len(words) == 0 || len(c.seen.path) > 1 || strings.HasPrefix(c.kind.name, "LowCardinality") {
			continue
		}
		switch c.kind.name {
		case "Int64", "UInt64", "String", "UUID":
		default:
			continue
		}
		switch words[len(words)-1] {
		case "id", "uuid", "guid":
			if !c.kind.mixed {
				return c
			}
		}
	}
	return nil
}

// span is the observed time in seconds from 1970.
func (c *candidate) span() span {
	per := map[string]int64{"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[c.kind.epoch]
	if per == 0 {
		return c.seen.texts.span
	}
	s := c.seen.numbers.span
	return span{s.low / per, s.high / per, s.known}
}

// maxPartitions is how many partitions the observed time may spread over.
const maxPartitions = 60

// partitionBy picks the smallest unit that keeps the number of partitions low.
func partitionBy(column string, observed span) string {
	const day = 86400
	days := (observed.high - observed.low) / day
	quoted := "(" + aurora.QuoteIdentifier(column) + ")"
	switch {
	case days <= maxPartitions:
		return "toDate" + quoted
	case days <= maxPartitions*7:
		return "toMonday" + quoted
	case days <= maxPartitions*30:
		return "toYYYYMM" + quoted
	}
	return "toYear" + quoted
}
