package schema

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

const (
	// maxColumns is how many columns of its own a topic gets at connect.
	maxColumns = 200
	// maxFlat is how many keys deep objects are taken apart into columns.
	maxFlat = 3
	// maxLook is how many levels of a value are looked into.
	maxLook = 6
	// maxProblems is how many unreadable records the sample shows.
	maxProblems = 5
)

// Infer finds the schema of a topic in a sample of its records. The columns
// stand in the order in which their keys first appeared.
func Infer(topic string, records []aurora.Record) (aurora.Sample, error) {
	sample := aurora.Sample{Topic: topic, Format: "json"}
	root := &observation{}
	var received span
	for i := range records {
		rec := &records[i]
		if rec.Value == nil {
			continue
		}
		sample.Records++
		value, err := parseObject(rec.Value)
		if err != nil {
			sample.Unreadable++
			sample.Problems = addProblem(sample.Problems, rec, err)
			continue
		}
		root.add(value, maxLook)
		if !rec.Timestamp.IsZero() {
			received.add(rec.Timestamp.Unix())
		}
	}
	if err := checkSample(sample); err != nil {
		return sample, err
	}
	sample.Empty = empty(root, nil)
	sample.Schema = build(root, sample.Records-sample.Unreadable, received)
	return sample, nil
}

func parseObject(text []byte) (jsontext.Value, error) {
	value, err := jsontext.Parse(text)
	if err == nil && value.Kind != jsontext.Object {
		err = &jsontext.SyntaxError{Message: "the value is not a JSON object"}
	}
	return value, err
}

func addProblem(problems []aurora.DeadLetter, rec *aurora.Record, err error) []aurora.DeadLetter {
	if len(problems) == maxProblems {
		return problems
	}
	return append(problems, aurora.DeadLetter{
		Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset, Timestamp: rec.Timestamp,
		Reason: aurora.ReasonParse, Message: err.Error(), Key: rec.Key, Value: rec.Value, Headers: rec.Headers,
	})
}

func checkSample(s aurora.Sample) error {
	switch {
	case s.Records == 0:
		return &aurora.Error{
			Code: aurora.CodeTopicEmpty, Title: fmt.Sprintf("topic %q has no records to learn from", s.Topic),
			Detail: "the columns of the table come from a sample of the records", Hint: fmt.Sprintf("aurora topic produce %s -f FILE", s.Topic),
		}
	case s.Unreadable == s.Records:
		first := s.Problems[0]
		return &aurora.Error{
			Code: aurora.CodeTopicUnreadable, Title: fmt.Sprintf("none of %d records of topic %q is a JSON object", s.Records, s.Topic),
			Detail: fmt.Sprintf("partition %d, offset %d: %s", first.Partition, first.Offset, first.Message),
			Hint:   fmt.Sprintf("aurora topic sample %s --raw", s.Topic),
		}
	}
	return nil
}

// candidate is a column on its way.
type candidate struct {
	aurora.Column
	seen *observation
	// kind is the type without NULL; wraps puts NULL around it.
	kind  kind
	total int
}

// full says that every record of the sample has a value here.
func (c *candidate) full() bool { return c.seen.present() == c.total }

func build(root *observation, total int, received span) aurora.Schema {
	found := mostPresent(collect(root, total, nil))
	names := newNames()
	for _, c := range found {
		c.Name = names.take(c.seen.path)
	}
	s := aurora.Schema{Version: 1}
	keys := chooseKeys(found, received)
	s.OrderBy, s.PartitionBy, s.TimeColumn = keys.orderBy, keys.partitionBy, keys.timeColumn
	for _, c := range found {
		c.finish(slices.Contains(s.OrderBy, c.Name) || c.Name == s.TimeColumn)
		s.Columns = append(s.Columns, c.Column)
	}
	return s
}

// collect walks the members of an object and appends a candidate for each
// place that becomes a column.
func collect(o *observation, total int, found []*candidate) []*candidate {
	for _, m := range o.members {
		if m.present() == 0 {
			continue // only null: the column comes with the first value
		}
		if m.only(jsontext.Object) && !m.varies() && len(m.path) < maxFlat {
			found = collect(m, total, found)
			continue
		}
		if kind, ok := m.choose(); ok {
			found = append(found, &candidate{seen: m, kind: kind, total: total})
		}
	}
	return found
}

// empty lists the places that collect passes over, because nothing is known of their values yet.
func empty(o *observation, found []string) []string {
	for _, m := range o.members {
		if m.present() == 0 {
			found = append(found, m.dotted())
			continue
		}
		if m.only(jsontext.Object) && !m.varies() && len(m.path) < maxFlat && m.size > 0 {
			found = empty(m, found)
			continue
		}
		if _, ok := m.choose(); !ok {
			found = append(found, m.dotted())
		}
	}
	return found
}

// mostPresent keeps the columns that most records have, in their order.
func mostPresent(found []*candidate) []*candidate {
	if len(found) <= maxColumns {
		return found
	}
	byPresence := slices.Clone(found)
	sort.SliceStable(byPresence, func(i, j int) bool { return byPresence[i].seen.present() > byPresence[j].seen.present() })
	kept := map[*candidate]bool{}
	for _, c := range byPresence[:maxColumns] {
		kept[c] = true
	}
	return slices.DeleteFunc(found, func(c *candidate) bool { return !kept[c] })
}

// finish settles what depends on the keys of the table: NULL, codec and words.
func (c *candidate) finish(key bool) {
	present := c.seen.present()
	c.Path = c.seen.path
	c.Epoch, c.Mixed = c.kind.epoch, c.kind.mixed
	c.NullShare = 1 - float64(present)/float64(c.total)
	c.Distinct = len(c.seen.texts.distinct)
	c.Example = clip(c.seen.example)
	c.Why = fmt.Sprintf("%s in %d of %d", c.kind.why, present, c.total)
	c.Type = c.kind.name
	switch {
	case c.kind.container && !c.full():
		c.Why += "; missing or null is stored as empty"
	case c.kind.container:
	case key:
		c.Why += "; part of the table's keys, so never NULL"
	default:
		// Even when no value was missing: 500 full records leave room for one null in 170,
		// and as long as a table is not widened by itself, the first null in a column
		// without NULL makes a dead letter.
		c.Type = c.kind.nullable()
	}
	c.Codec = codec(c)
	c.Comment = comment(c)
}

// clip shortens an example.
func clip(text string) string {
	const limit = 40
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= limit {
		return string(runes)
	}
	return string(runes[:limit-1]) + "…"
}
