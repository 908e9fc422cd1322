package pipeline

import (
	"fmt"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// What a pipeline does when the broker has deleted records before they were read.
const (
	OnGapStop = "stop"
	OnGapSkip = "skip"
)

// resumption is where a partition goes on.
type resumption struct {
	Partition int32
	// Next is the first offset that is not accounted for.
	Next int64
	// Read is where the source starts: Next, or later when the broker has deleted records.
	Read int64
	// Replay is the last offset of an announced block that must be built again exactly; idle if there is none.
	Replay int64
	// Adopt is a range that is in the table without a ledger row (the group's offsets
	// had expired); Last < First if there is none.
	Adopt aurora.Range
	// Mark is what the ledger knew.
	Mark aurora.Marks
}

// evidence is all that is known of a partition when it is assigned.
type evidence struct {
	Mark      aurora.Mark
	Marks     aurora.Marks
	Low, High int64
}

// resume decides where a partition goes on: the table of cases between what the group
// has committed and what the store holds. What does not fit together is an error, never
// a guess.
func resume(p aurora.Pipeline, e evidence) (resumption, error) {
	r := resumption{Partition: e.Mark.Partition, Replay: idle, Mark: e.Marks}
	r.Adopt = aurora.Range{Partition: r.Partition, First: 0, Last: -1}
	var err error
	switch {
	case e.Mark.Offset < 0:
		resumeWithoutCommit(p, e, &r)
	case e.Mark.Metadata == "":
		err = resumeAt(p, e, &r, intent{First: e.Mark.Offset, Last: idle}, "the offset was committed without Aurora's metadata")
	default:
		var in intent
		if in, err = parseIntent(p, e.Mark); err == nil {
			err = resumeAt(p, e, &r, in, "the commit does not follow the ledger")
		}
	}
	if err != nil {
		return resumption{}, err
	}
	return r, checkBounds(p, e, &r)
}

// resumeWithoutCommit starts after everything the store holds: the epoch is new, or the
// group's offsets have expired.
func resumeWithoutCommit(p aurora.Pipeline, e evidence, r *resumption) {
	stored := max(e.Marks.Ledger.Last, e.Marks.Table, e.Marks.Dead)
	if stored < 0 {
		r.Next = ledgerMark(p, e)
		return
	}
	r.Next = max(stored+1, p.Start[r.Partition])
	r.Adopt.First, r.Adopt.Last = min(ledgerMark(p, e), r.Next), r.Next-1
}

// resumeAt goes on at a commit: after the announced block if the ledger has it, with the
// announced block if the ledger ends before it.
func resumeAt(p aurora.Pipeline, e evidence, r *resumption, in intent, why string) error {
	ledger := ledgerMark(p, e)
	switch {
	case in.announced() && e.Marks.Ledger.First == in.First && e.Marks.Ledger.Last == in.Last:
		r.Next = in.Last + 1
	case in.First == ledger || startsUnlisted(p, e, in.First):
		r.Next, r.Replay = in.First, in.Last
	default:
		return offsetsMoved(p, e.Mark, fmt.Sprintf("%s: the next offset by the ledger is %d", why, ledger))
	}
	return nil
}

// ledgerMark is the next offset by the ledger: after its last row, or where the epoch started.
func ledgerMark(p aurora.Pipeline, e evidence) int64 {
	if e.Marks.Ledger.Last >= 0 {
		return e.Marks.Ledger.Last + 1
	}
	if start, ok := p.Start[e.Mark.Partition]; ok {
		return start
	}
	return e.Low
}

// startsUnlisted allows the first commit of a partition that was added after connect: it
// began at the low watermark of that day, which may have moved on since.
func startsUnlisted(p aurora.Pipeline, e evidence, first int64) bool {
	_, listed := p.Start[e.Mark.Partition]
	return !listed && e.Marks.Ledger.Last < 0 && first <= e.Low
}

// checkBounds holds the resumption against what the broker still has.
func checkBounds(p aurora.Pipeline, e evidence, r *resumption) error {
	if r.Next > e.High || r.Replay >= e.High {
		return offsetsMoved(p, e.Mark, fmt.Sprintf("the partition ends at offset %d: was the topic created anew?", e.High))
	}
	r.Read = r.Next
	if e.Low <= r.Next {
		return nil
	}
	if p.OnGap != OnGapSkip {
		return offsetGap(p, r.Partition, r.Next, e.Low)
	}
	r.Read = e.Low
	return nil
}

func offsetsMoved(p aurora.Pipeline, m aurora.Mark, why string) *aurora.Error {
	return &aurora.Error{
		Code:   aurora.CodeOffsetsMoved,
		Title:  fmt.Sprintf("the offsets of pipeline %q were moved", p.Name),
		Detail: fmt.Sprintf("group %s, partition %d is at offset %d; %s", p.Group(), m.Partition, m.Offset, why),
		Hint: fmt.Sprintf("`aurora disconnect %s`, then connect the topic to a new table; nothing that is stored is touched",
			p.Name),
	}
}

func offsetGap(p aurora.Pipeline, partition int32, next, low int64) *aurora.Error {
	return &aurora.Error{
		Code:   aurora.CodeOffsetGap,
		Title:  fmt.Sprintf("pipeline %q has lost records to the topic's retention", p.Name),
		Detail: fmt.Sprintf("partition %d begins at offset %d now, offsets %d to %d were never read", partition, low, next, low-1),
		Hint:   fmt.Sprintf("connect with --on-gap skip to go on after the gap: `aurora connect topic %s --on-gap skip`", p.Source.Topic),
	}
}
