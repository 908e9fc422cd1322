package pipeline

import (
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Bounds on the distinct partition keys of a block. The deduplication window counts
// parts, not blocks, so few keys are wanted; but a topic whose times are shuffled would
// then be inserted in blocks of a few rows, so only a block of some size is closed at the
// wanted bound, and every block at the hard one (far from ClickHouse's own of 100).
const (
	wantedKeys = 10
	wantedRows = 10_000
	hardKeys   = 60
)

// batch is one block on its way into the table: a range of offsets and what became of
// each. The records are kept until the block is done, for dead letters and for bisecting.
type batch struct {
	span       aurora.Range
	rows       Block
	records    []*aurora.Record
	letters    []aurora.DeadLetter
	tombstones int64
	raw        int64 // bytes of keys and values
	bytes      int64 // what it takes of the memory budget
	since      time.Time
	replay     bool
	// sent says that the rows were handed to a write that failed: its body may still be
	// read, so the memory must not be used again.
	sent bool
}

// add takes a record that follows all the others.
func (b *batch) add(p aurora.Pipeline, rec *aurora.Record) {
	b.records = append(b.records, rec)
	b.raw += int64(len(rec.Key) + len(rec.Value))
	b.bytes += weight(rec)
	if rec.Value == nil {
		b.tombstones++
		return
	}
	if letter := b.rows.Append(rec); letter != nil {
		b.letters = append(b.letters, address(p, rec, *letter))
	}
}

// address completes a dead letter: whose it is, where it stood, and its bytes.
func address(p aurora.Pipeline, rec *aurora.Record, l aurora.DeadLetter) aurora.DeadLetter {
	l.Pipeline, l.Epoch = p.ID, p.Epoch
	l.Topic, l.Partition, l.Offset, l.Timestamp = p.Source.Topic, rec.Partition, rec.Offset, rec.Timestamp
	l.Key, l.Value, l.Headers = rec.Key, rec.Value, rec.Headers
	return l
}

// full says that the block has met a bound other than time.
func (b *batch) full(limits aurora.Batch) bool {
	keys := b.rows.PartitionKeys()
	return len(b.records) >= limits.Rows || b.raw >= int64(limits.Bytes) ||
		keys >= hardKeys || keys >= wantedKeys && b.rows.Rows() >= wantedRows
}

// trust takes the table's word for a replayed range: when it holds more rows than could be
// built now (the schema was changed, say), what is a dead letter now was a row then.
func (b *batch) trust(stored int64) {
	if stored+int64(len(b.letters))+b.tombstones > b.span.Offsets() {
		b.letters = nil
	}
}

// entry accounts for every offset of the block. Offsets that are neither stored nor dead
// nor tombstones are gaps: the broker has no record there.
func (b *batch) entry(p aurora.Pipeline, stored int64, worker string, at time.Time) aurora.LedgerEntry {
	read := stored + int64(len(b.letters)) + b.tombstones
	return aurora.LedgerEntry{
		Pipeline: p.ID, Epoch: p.Epoch, Topic: p.Source.Topic, Range: b.span,
		Read: read, Stored: stored, Dead: int64(len(b.letters)), Tombstones: b.tombstones,
		Gaps: b.span.Offsets() - read, Schema: p.Schema.Version, Worker: worker, At: at,
	}
}

// weight is what a record costs the memory budget: its bytes, about as much again in the
// columns of the block, and what holds them.
func weight(rec *aurora.Record) int64 { return 2*int64(len(rec.Key)+len(rec.Value)) + 192 }
