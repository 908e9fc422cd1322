package decode

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// The types of Aurora's own columns on the wire. _extra is JSON as text: a JSON
// column would rewrite times, drop nulls and round long numbers.
const (
	topicType     = "LowCardinality(String)"
	partitionType = "Int32"
	offsetType    = "Int64"
	timestampType = "DateTime64(3, 'UTC')"
	extraType     = "String"
)

const timestampPrecision = 3

// own holds Aurora's own columns.
type own struct {
	name      []byte
	topic     *words
	partition *fixed[int32]
	offset    *fixed[int64]
	timestamp *fixed[int64]
	extra     *texts
}

func newOwn(topic string) own {
	return own{
		name:      []byte(topic),
		topic:     newWords(false, false),
		partition: newFixed[int32](nil, func(b *proto.Buffer, d []int32) { proto.ColInt32(d).EncodeColumn(b) }),
		offset:    newFixed[int64](nil, putInt64),
		timestamp: newFixed[int64](nil, putInt64),
		extra:     &texts{},
	}
}

// add fills the columns from the record. A record without a timestamp, as very
// old producers write them, has the time 0.
func (o *own) add(rec *aurora.Record, extra []byte) error {
	var at int64
	if !rec.Timestamp.IsZero() {
		at = rec.Timestamp.UnixMilli()
	}
	if !(jsontext.Epoch{Unit: "ms", Precision: timestampPrecision}).Holds(at) {
		return &columnError{column: &column{Column: aurora.Column{Name: aurora.ColumnTimestamp}}, message: "the timestamp of the record is not between 1900 and 2299"}
	}
	o.topic.add(o.name)
	o.partition.data = append(o.partition.data, rec.Partition)
	o.offset.data = append(o.offset.data, rec.Offset)
	o.timestamp.data = append(o.timestamp.data, at)
	o.extra.data.AppendBytes(extra)
	return nil
}

func (o *own) all() []builder {
	return []builder{o.topic, o.partition, o.offset, o.timestamp, o.extra}
}

func (o *own) truncate(rows int) {
	for _, c := range o.all() {
		c.truncate(rows)
	}
}

func (o *own) reset() {
	for _, c := range o.all() {
		c.reset()
	}
}
