package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// slot is one offset of a simulated partition.
type slot byte

const (
	good      slot = iota
	bad            // does not decode
	poison         // decodes, but the table refuses it
	tombstone      // null value
	nothing        // a transaction marker or an aborted record: never delivered
)

// place is one offset of the topic.
type place struct {
	partition int32
	offset    int64
}

// part is what a token deduplicates: the rows of one insert for one partition key of the table.
type part struct {
	token string
	key   int64
}

// world is broker, consumer group and ClickHouse in memory. Time is that of the synctest bubble.
type world struct {
	mu        sync.Mutex
	rng       *rand.Rand
	pipeline  aurora.Pipeline
	logs      [][]slot
	committed map[int32]aurora.Mark
	members   []*member         // in the group
	all       []*member         // every process there ever was
	ends      []error           // how those that were alive at the end ended
	owner     map[int32]*member // who has the partition now
	target    map[int32]*member // who should have it
	rows      map[place]int
	window    []part
	known     map[part]bool
	dead      map[place]aurora.Reason
	ledger    map[aurora.Range]aurora.LedgerEntry
	low       int64 // of every partition
	sinkDown  time.Time
	calm      bool // no more faults
	crashes   int
	atPoint   map[string]int
	doubleHit int // inserts that a token dropped
	late      sync.WaitGroup
	breakage  breakage
}

// windowSize is how many parts a table remembers. It must cover what the others store while
// a late body is on its way, which a table's 100,000 do and 400 do not quite: then one run
// in thousands stores a row twice.
const windowSize = 1500

func newWorld(seed uint64, partitions int) *world {
	p := testPipeline()
	p.Start = map[int32]int64{}
	w := &world{
		rng: rand.New(rand.NewPCG(seed, 7)), pipeline: p, logs: make([][]slot, partitions),
		committed: map[int32]aurora.Mark{}, owner: map[int32]*member{}, target: map[int32]*member{},
		rows: map[place]int{}, known: map[part]bool{}, dead: map[place]aurora.Reason{},
		ledger: map[aurora.Range]aurora.LedgerEntry{}, atPoint: map[string]int{},
	}
	for i := range partitions {
		w.pipeline.Start[int32(i)] = 0
	}
	w.pipeline.Batch = aurora.Batch{Rows: 5 + w.rng.IntN(40), Bytes: 5 + w.rng.IntN(60), Wait: time.Duration(50+w.rng.IntN(500)) * time.Millisecond}
	return w
}

// produce appends records, with some of every kind.
func (w *world) produce(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range n {
		p := w.rng.IntN(len(w.logs))
		s := good
		switch x := w.rng.IntN(200); {
		case x < 4:
			s = bad
		case x < 6:
			s = poison
		case x < 10:
			s = tombstone
		case x < 24:
			s = nothing
		}
		w.logs[p] = append(w.logs[p], s)
	}
}

// chance is true once in n, unless the world is calm.
func (w *world) chance(n int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.calm && w.rng.IntN(n) == 0
}

func (w *world) upTo(d time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Duration(w.rng.Int64N(int64(d)))
}

// rebalance deals the partitions to the living members.
func (w *world) rebalance() {
	w.mu.Lock()
	defer w.mu.Unlock()
	var alive []*member
	for _, m := range w.members {
		if !m.gone {
			alive = append(alive, m)
		}
	}
	clear(w.target)
	for p := range w.logs {
		if len(alive) > 0 {
			w.target[int32(p)] = alive[w.rng.IntN(len(alive))]
		}
	}
}

// expel takes a member out of the group: it crashed, left, or slept past its session.
func (w *world) expel(m *member) {
	w.mu.Lock()
	m.gone = true
	for p, o := range w.owner {
		if o == m {
			delete(w.owner, p)
		}
	}
	w.members = slices.DeleteFunc(w.members, func(o *member) bool { return o == m })
	w.mu.Unlock()
	w.rebalance()
}

// finished says that every partition is committed as idle at its end.
func (w *world) finished() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for p, log := range w.logs {
		m, ok := w.committed[int32(p)]
		if !ok || m.Offset != int64(len(log)) {
			return false
		}
	}
	return true
}

// member is one worker process: group member and client of the store.
type member struct {
	w      *world
	name   string
	reb    Rebalancer
	cancel context.CancelFunc
	done   chan error

	// Guarded by w.mu.
	gone  bool // out of the group
	dead  bool // the process is killed: nothing it does has an effect any more
	sleep time.Duration
	mine  map[int32]int64 // owned partition → next position
	ended map[int32]int64 // position at which the end was last told
}

var errDead = errors.New("the process is dead")

func (m *member) killed() bool {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	return m.dead
}

// kill ends the process where it stands. The group notices after the session timeout.
func (m *member) kill() {
	m.w.mu.Lock()
	if m.dead {
		m.w.mu.Unlock()
		return
	}
	m.dead = true
	m.w.crashes++
	m.w.mu.Unlock()
	m.cancel()
}

// at is the failpoint hook of the runner.
func (m *member) at(point string) {
	if m.killed() || !m.w.chance(60) {
		return
	}
	m.w.mu.Lock()
	m.w.atPoint[point]++
	m.w.mu.Unlock()
	m.kill()
}

// Poll hands over partitions, then records.
func (m *member) Poll(timeout time.Duration) aurora.SourceEvent {
	if d := m.nap(); d > 0 {
		time.Sleep(d)
	}
	if m.killed() {
		return aurora.SourceProblem{Fatal: true, Err: &aurora.Error{Code: aurora.CodeMemberFenced, Title: "dead", Hint: "-", Err: errDead}}
	}
	if m.giveUp() || m.claim() {
		return nil
	}
	if e := m.deliver(); e != nil {
		return e
	}
	time.Sleep(timeout)
	return nil
}

func (m *member) nap() time.Duration {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	d := m.sleep
	m.sleep = 0
	return d
}

// giveUp calls Revoked for what the group takes away.
func (m *member) giveUp() bool {
	m.w.mu.Lock()
	var ids []int32
	lost := m.gone
	for p := range m.mine {
		if lost || m.w.target[p] != m {
			ids = append(ids, p)
		}
	}
	slices.Sort(ids)
	m.w.mu.Unlock()
	if lost && !m.killed() {
		defer m.rejoin()
	}
	if len(ids) == 0 {
		return lost
	}
	_ = m.reb.Revoked(ids, lost)
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	for _, p := range ids {
		delete(m.mine, p)
		if m.w.owner[p] == m {
			delete(m.w.owner, p)
		}
	}
	return true
}

// rejoin brings a member that slept past its session back, as a new one.
func (m *member) rejoin() {
	m.w.mu.Lock()
	if m.gone && !m.dead {
		m.gone = false
		m.w.members = append(m.w.members, m)
	}
	m.w.mu.Unlock()
	m.w.rebalance()
}

// claim calls Assigned for what is free and meant for the member.
func (m *member) claim() bool {
	m.w.mu.Lock()
	var ids []int32
	for p, t := range m.w.target {
		if t == m && m.w.owner[p] == nil {
			ids = append(ids, p)
			m.w.owner[p] = m
		}
	}
	slices.Sort(ids)
	m.w.mu.Unlock()
	if len(ids) == 0 {
		return false
	}
	start, err := m.reb.Assigned(ids)
	if err != nil {
		return true
	}
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	for _, s := range start {
		m.mine[s.Partition] = s.Offset
		delete(m.ended, s.Partition)
	}
	return true
}

// deliver gives the next record of any partition, or the end of one.
func (m *member) deliver() aurora.SourceEvent {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	n := int32(len(m.w.logs))
	for i, shift := int32(0), m.w.rng.Int32N(n); i < n; i++ {
		p := (i + shift) % n
		at, ok := m.mine[p]
		if !ok {
			continue
		}
		log := m.w.logs[p]
		for at < int64(len(log)) && log[at] == nothing {
			at++
		}
		m.mine[p] = at
		if at < int64(len(log)) {
			m.mine[p] = at + 1
			return record(p, at, log[at])
		}
		if last, told := m.ended[p]; !told || last != at {
			m.ended[p] = at
			return aurora.PartitionEnd{Partition: p, Position: at}
		}
	}
	return nil
}

func record(p int32, at int64, s slot) *aurora.Record {
	rec := &aurora.Record{Topic: "clicks", Partition: p, Offset: at, Value: []byte{byte(s)}}
	if s == tombstone {
		rec.Value = nil
	}
	return rec
}

// Committed asks the broker.
func (m *member) Committed(ids []int32) ([]aurora.Mark, error) {
	if m.killed() {
		return nil, errDead
	}
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	var marks []aurora.Mark
	for _, p := range ids {
		mark, ok := m.w.committed[p]
		if !ok {
			mark = aurora.Mark{Partition: p, Offset: -1}
		}
		marks = append(marks, mark)
	}
	return marks, nil
}

// Commit is accepted for any partition as long as the member is in the group: the broker
// checks the member, not the partition. It may fail with or without having had its effect.
func (m *member) Commit(marks []aurora.Mark) error {
	time.Sleep(m.w.upTo(20 * time.Millisecond))
	fails, applied := m.w.chance(12), m.w.chance(2)
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	if m.dead {
		return &aurora.CommitError{Fatal: true, Err: errDead}
	}
	if m.gone {
		return &aurora.CommitError{Retriable: true, Err: errors.New("unknown member")}
	}
	if !fails || applied {
		for _, mark := range marks {
			m.w.committed[mark.Partition] = mark
		}
	}
	if fails {
		return &aurora.CommitError{Retriable: true, Err: errors.New("rebalance in progress")}
	}
	return nil
}

// Bounds gives the ends of a partition.
func (m *member) Bounds(p int32) (int64, int64, error) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	return m.w.low, int64(len(m.w.logs[p])), nil
}

func (m *member) Pause([]int32) error  { return nil }
func (m *member) Resume([]int32) error { return nil }
func (m *member) Close() error         { return nil }

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
