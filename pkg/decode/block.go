package decode

import (
	"errors"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// Block builds the columns of one insert out of JSON records. It is used by one
// goroutine at a time, and its memory is used again after [Block.Reset].
type Block struct {
	schema  aurora.Schema
	columns []*column
	root    *object
	own     own
	days    *partitions
	count   int

	scanner jsontext.Scanner
	extra   extra
	// unknown holds, per depth, the keys of the open object that no column has.
	unknown []keySet
	// serial counts the texts that were scanned.
	serial uint64

	inputs []proto.InputColumn
	buffer proto.Buffer
}

// NewJSON makes an empty block for records of JSON objects of a topic.
func NewJSON(s aurora.Schema, topic string) (*Block, error) {
	columns, err := newColumns(s.Columns)
	if err != nil {
		return nil, schemaError(err)
	}
	root, err := newPlan(columns)
	if err != nil {
		return nil, schemaError(err)
	}
	b := &Block{schema: s, columns: columns, root: root, own: newOwn(topic), unknown: make([]keySet, deepest(columns))}
	if b.days, err = newPartitions(s.PartitionBy, b); err != nil {
		return nil, schemaError(err)
	}
	for _, c := range columns {
		b.addInput(c.Name, c.Type, c.builder)
	}
	b.addInput(aurora.ColumnTopic, topicType, b.own.topic)
	b.addInput(aurora.ColumnPartition, partitionType, b.own.partition)
	b.addInput(aurora.ColumnOffset, offsetType, b.own.offset)
	b.addInput(aurora.ColumnTimestamp, timestampType, b.own.timestamp)
	b.addInput(aurora.ColumnExtra, extraType, b.own.extra)
	return b, nil
}

func schemaError(err error) error {
	return &aurora.Error{
		Code: aurora.CodeTableConflict, Title: "the schema cannot be decoded into", Detail: err.Error(),
		Hint: "connect the topic to a new table: `aurora connect topic NAME --table OTHER`", Err: err,
	}
}

func (b *Block) addInput(name, kind string, c builder) {
	b.inputs = append(b.inputs, proto.InputColumn{Name: name, Data: input{c, proto.ColumnType(kind)}})
}

// Rows is the number of records that became rows.
func (b *Block) Rows() int { return b.count }

// PartitionKeys is the number of partitions of the table that the rows fall into.
func (b *Block) PartitionKeys() int { return b.days.count() }

// Columns names the columns in the order in which [Block.Encode] writes them.
func (b *Block) Columns() []string {
	names := make([]string, len(b.inputs))
	for i, in := range b.inputs {
		names[i] = in.Name
	}
	return names
}

// Encode writes the block in the Native format of revision 0, which is what
// ClickHouse takes over HTTP. The bytes hold until the next call of a method.
func (b *Block) Encode() []byte {
	b.buffer.Reset()
	block := proto.Block{Columns: len(b.inputs), Rows: b.count}
	if err := block.EncodeRawBlock(&b.buffer, 0, b.inputs); err != nil {
		// Only columns of unequal lengths get here, which Append rules out: writing such
		// a block would store rows with each other's values.
		panic(fmt.Sprintf("decode: %v", err))
	}
	return b.buffer.Buf
}

// Reset empties the block and keeps its memory.
func (b *Block) Reset() {
	for _, c := range b.columns {
		c.reset()
	}
	b.own.reset()
	b.days.reset()
	b.count = 0
}

// Append adds a record as a row and gives nil, or leaves the block as it was
// and says why. The letter has neither pipeline nor epoch. A tombstone is not
// for Append.
func (b *Block) Append(rec *aurora.Record) *aurora.DeadLetter {
	refused := b.fill(rec)
	if refused == nil {
		b.count++
		b.days.add()
		return nil
	}
	b.rollback()
	return refused.letter(rec)
}

// fill appends the values of a record to every column, or stops half way.
func (b *Block) fill(rec *aurora.Record) *refusal {
	err := b.scan(rec.Value)
	if errors.Is(err, errTwice) {
		b.rollback()
		var text []byte
		if text, err = jsontext.LastWins(rec.Value); err == nil {
			err = b.scan(text)
		}
	}
	if err != nil {
		return refuse(err)
	}
	for _, c := range b.columns {
		if !c.filled && !c.null() && !b.empty(c) {
			return &refusal{aurora.ReasonMismatch, c.Name, fmt.Sprintf("%s is missing or null, and the column has no NULL", c.describe())}
		}
	}
	if err := b.own.add(rec, b.extra.text); err != nil {
		return refuse(err)
	}
	return nil
}

// empty stores a missing list or map as an empty one, as the schema says.
func (b *Block) empty(c *column) bool {
	if c.emptied {
		c.blank()
	}
	return c.emptied
}

// rollback takes back whatever the current record has left in the columns.
func (b *Block) rollback() {
	for _, c := range b.columns {
		c.truncate(b.count)
	}
	b.own.truncate(b.count)
}
