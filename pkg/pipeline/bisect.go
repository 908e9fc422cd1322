package pipeline

import (
	"errors"
	"fmt"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func isRefusedRow(err error) bool {
	var sink *aurora.SinkError
	return errors.As(err, &sink) && sink.Class == aurora.SinkRow
}

// bisect finds the rows that ClickHouse refuses: each half is announced, inserted and
// accounted for as a block of its own, down to single records, which become dead letters.
// Smaller inserts under the bigger announcement would be stored twice if the cause went
// away before a replay.
func (p *partition) bisect(b *batch, cause error) error {
	stored, err := p.count(b.span)
	if err != nil {
		return err
	}
	if stored > 0 {
		// The rows may be the next owner's, if this worker slept past its session: announcing
		// the block once more tells.
		if err := p.announce(b); err != nil {
			return err
		}
		return p.viewFailed(b, stored, cause)
	}
	if len(b.records) == 1 {
		return p.refuse(b, cause)
	}
	middle := len(b.records) / 2
	end := b.records[middle-1].Offset
	if err := p.part(b, b.span.First, end, b.records[:middle]); err != nil {
		return err
	}
	return p.part(b, end+1, b.span.Last, b.records[middle:])
}

// part delivers one half of a block.
func (p *partition) part(of *batch, first, last int64, records []*aurora.Record) error {
	rows, err := p.r.block()
	if err != nil {
		return err
	}
	half := &batch{span: aurora.Range{Partition: p.id, First: first, Last: last}, rows: rows, since: of.since}
	for _, rec := range records {
		half.add(p.r.pipeline, rec)
	}
	err = p.deliver(half)
	p.r.recycle(half)
	if err == nil {
		p.next.Store(last + 1)
	}
	return err
}

// refuse makes the one record of a block a dead letter.
func (p *partition) refuse(b *batch, cause error) error {
	b.letters = []aurora.DeadLetter{address(p.r.pipeline, b.records[0], aurora.DeadLetter{
		Reason: aurora.ReasonSink, Message: cause.Error(),
	})}
	return p.account(b, 0)
}

// viewFailed says that the table took the block but something behind it did not: smaller
// inserts would then store rows twice.
func (p *partition) viewFailed(b *batch, stored int64, cause error) error {
	return &aurora.Error{
		Code:   aurora.CodeQueryFailed,
		Title:  fmt.Sprintf("a view on table %s.%s refuses rows", aurora.DataDatabase, p.r.pipeline.Table),
		Detail: fmt.Sprintf("the table holds %d rows of the range %s, yet the insert failed: %v", stored, b.span, cause),
		Hint:   "repair or drop the materialized view that the message names; the pipeline then goes on by itself",
		Err:    cause,
	}
}
