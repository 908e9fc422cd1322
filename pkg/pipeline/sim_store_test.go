package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// InsertBlock stores the rows, one part per partition key of the table; each part is
// stored once per token. It may fail before, within or after, and a body that was sent may
// take effect long after its sender died.
func (m *member) InsertBlock(ctx context.Context, _ string, _ []string, native []byte, token string) error {
	if m.killed() {
		return &aurora.SinkError{Class: aurora.SinkPipeline, Err: errDead}
	}
	if m.w.down() {
		return &aurora.SinkError{Class: aurora.SinkRetry, Err: errors.New("connection refused")}
	}
	rows := unpack(native)
	for _, at := range rows {
		if m.w.logs[at.partition][at.offset] == poison {
			return &aurora.SinkError{Class: aurora.SinkRow, Number: 6, Err: errors.New("cannot parse")}
		}
	}
	m.at(PointInsertMid)
	if m.killed() || m.w.chance(25) {
		switch m.w.upTo(4) {
		case 0: // nothing arrived
		case 1:
			m.w.store(rows, token, true)
		case 2:
			m.w.store(rows, token, false)
		case 3:
			m.w.storeLate(rows, token)
		}
		return &aurora.SinkError{Class: aurora.SinkRetry, Err: errors.New("connection reset")}
	}
	time.Sleep(m.w.upTo(30 * time.Millisecond))
	m.w.store(rows, token, false)
	return ctx.Err()
}

func (w *world) down() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Before(w.sinkDown)
}

func (w *world) storeLate(rows []place, token string) {
	w.late.Go(func() {
		time.Sleep(w.upTo(3 * time.Second))
		w.store(rows, token, false)
	})
}

// store writes the parts of an insert that the window does not know; partly leaves some out.
func (w *world) store(rows []place, token string, partly bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	parts := map[int64][]place{}
	for _, at := range rows {
		parts[at.offset%3] = append(parts[at.offset%3], at)
	}
	for key, rows := range parts {
		id := part{token, key}
		if w.known[id] {
			w.doubleHit++
			continue
		}
		if partly && w.rng.IntN(2) == 0 {
			continue
		}
		for _, at := range rows {
			w.rows[at]++
		}
		w.known[id] = true
		if w.window = append(w.window, id); len(w.window) > windowSize {
			delete(w.known, w.window[0])
			w.window = w.window[1:]
		}
	}
}

func (m *member) CountRange(_ context.Context, _, _ string, r aurora.Range) (int64, error) {
	if m.killed() {
		return 0, &aurora.SinkError{Class: aurora.SinkPipeline, Err: errDead}
	}
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	var n int64
	for at := r.First; at <= r.Last; at++ {
		n += int64(m.w.rows[place{r.Partition, at}])
	}
	return n, nil
}

func (m *member) StoredMarks(context.Context, aurora.Pipeline) (map[int32]aurora.Marks, error) {
	if m.killed() {
		return nil, &aurora.SinkError{Class: aurora.SinkPipeline, Err: errDead}
	}
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	return m.w.marks(), nil
}

func (w *world) marks() map[int32]aurora.Marks {
	all := map[int32]aurora.Marks{}
	for p := range w.logs {
		all[int32(p)] = aurora.NoMarks(int32(p))
	}
	for r := range w.ledger {
		if m := all[r.Partition]; r.Last > m.Ledger.Last {
			m.Ledger = r
			all[r.Partition] = m
		}
	}
	for at := range w.rows {
		m := all[at.partition]
		m.Table = max(m.Table, at.offset)
		all[at.partition] = m
	}
	for at := range w.dead {
		m := all[at.partition]
		m.Dead = max(m.Dead, at.offset)
		all[at.partition] = m
	}
	return all
}

func (m *member) AppendLedger(_ context.Context, entries []aurora.LedgerEntry) error {
	return m.append(func() {
		for _, e := range entries {
			m.w.ledger[e.Range] = e
		}
	})
}

func (m *member) AppendDeadLetters(_ context.Context, letters []aurora.DeadLetter, _ aurora.Range) error {
	return m.append(func() {
		for _, l := range letters {
			m.w.dead[place{l.Partition, l.Offset}] = l.Reason
		}
	})
}

// append writes to a control table, which may fail with or without effect.
func (m *member) append(write func()) error {
	fails, applied := m.w.chance(40), m.w.chance(2)
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	if m.dead {
		return &aurora.SinkError{Class: aurora.SinkPipeline, Err: errDead}
	}
	if !fails || applied {
		write()
	}
	if fails {
		return &aurora.SinkError{Class: aurora.SinkRetry, Err: errors.New("connection reset")}
	}
	return nil
}

// simBlock is a Block whose native form is the list of its offsets.
type simBlock struct {
	rows []place
	out  []byte
}

func newSimBlock(aurora.Pipeline) (Block, error) { return &simBlock{}, nil }

func (b *simBlock) Append(rec *aurora.Record) *aurora.DeadLetter {
	if slot(rec.Value[0]) == bad {
		return &aurora.DeadLetter{Reason: aurora.ReasonParse, Message: "not of the format"}
	}
	b.rows = append(b.rows, place{rec.Partition, rec.Offset})
	return nil
}

func (b *simBlock) Rows() int          { return len(b.rows) }
func (b *simBlock) PartitionKeys() int { return min(3, len(b.rows)) }
func (b *simBlock) Columns() []string  { return []string{"place"} }
func (b *simBlock) Reset()             { b.rows = b.rows[:0] }

func (b *simBlock) Encode() []byte {
	b.out = b.out[:0]
	for _, at := range b.rows {
		b.out = binary.BigEndian.AppendUint32(b.out, uint32(at.partition))
		b.out = binary.BigEndian.AppendUint64(b.out, uint64(at.offset))
	}
	return b.out
}

func unpack(native []byte) []place {
	var rows []place
	for ; len(native) >= 12; native = native[12:] {
		rows = append(rows, place{int32(binary.BigEndian.Uint32(native)), int64(binary.BigEndian.Uint64(native[4:]))})
	}
	return rows
}

// check holds the world against what was produced.
func (w *world) check() (problems []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	complain := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for p, log := range w.logs {
		for at, s := range log {
			here := place{int32(p), int64(at)}
			want := 0
			if s == good {
				want = 1
			}
			if got := w.rows[here]; got != want {
				complain("offset %d:%d of kind %d is stored %d times", p, at, s, got)
			}
			if _, dead := w.dead[here]; dead != (s == bad || s == poison) {
				complain("offset %d:%d of kind %d: dead letter %v", p, at, s, dead)
			}
		}
		w.checkLedger(int32(p), complain)
	}
	return problems
}

// checkLedger wants the ranges of a partition without gap or overlap, each conserving its offsets.
func (w *world) checkLedger(p int32, complain func(string, ...any)) {
	var entries []aurora.LedgerEntry
	for r, e := range w.ledger {
		if r.Partition == p {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b aurora.LedgerEntry) int { return int(a.Range.First - b.Range.First) })
	next := int64(0)
	for _, e := range entries {
		if e.Range.First != next {
			complain("partition %d: ledger goes on at %d instead of %d", p, e.Range.First, next)
		}
		next = e.Range.Last + 1
		var count [5]int64
		for _, s := range w.logs[p][e.Range.First:next] {
			count[s]++
		}
		want := e
		want.Stored, want.Dead, want.Tombstones, want.Gaps = count[good], count[bad]+count[poison], count[tombstone], count[nothing]
		want.Read = e.Range.Offsets() - want.Gaps
		if e != want {
			complain("partition %d: ledger row %+v, want %+v", p, e, want)
		}
	}
	if next != int64(len(w.logs[p])) {
		complain("partition %d: ledger ends at %d of %d", p, next, len(w.logs[p]))
	}
}
