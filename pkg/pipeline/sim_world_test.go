package pipeline

import (
	"context"
	"errors"
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
