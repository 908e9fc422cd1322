//go:build cgo

package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/devbroker"
	"github.com/aurora-analytics/aurora/pkg/kafka"
	kafkatest "github.com/aurora-analytics/aurora/test/kafka"
)

// patience is how long a condition may take; a loaded machine is slow.
const patience = 60 * time.Second

// contract runs a test against a real Apache Kafka and against the development
// broker: a fake that is tested only against itself proves nothing.
func contract(t *testing.T, test func(t *testing.T, b aurora.Broker)) {
	t.Helper()
	t.Parallel()
	t.Run("kafka", func(t *testing.T) {
		t.Parallel()
		test(t, aurora.Broker{Addresses: []string{kafkatest.Start(t).Address}})
	})
	t.Run("devbroker", func(t *testing.T) {
		t.Parallel()
		address, _ := startDevBroker(t)
		test(t, aurora.Broker{Addresses: []string{address}})
	})
}

func startDevBroker(t *testing.T) (address string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- devbroker.Run(ctx, devbroker.Config{DataDir: t.TempDir(), Address: "127.0.0.1:0"}, func(r devbroker.Running) { ready <- r.Address })
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("development broker: %v", err)
		}
	})
	t.Cleanup(stop)
	select {
	case address = <-ready:
	case err := <-ended:
		t.Fatalf("development broker: %v", err)
	}
	return address, stop
}

func openAdmin(t *testing.T, b aurora.Broker) *kafka.Admin {
	t.Helper()
	admin, err := kafka.NewAdmin(t.Context(), b, kafka.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	return admin
}

// newTopic makes a topic and gives its name.
func newTopic(t *testing.T, b aurora.Broker, partitions int) string {
	t.Helper()
	name := kafkatest.Name(t)
	if err := openAdmin(t, b).CreateTopic(t.Context(), name, partitions); err != nil {
		t.Fatal(err)
	}
	return name
}

// fill produces n records "value 0" to "value n-1" with keys.
func fill(t *testing.T, b aurora.Broker, topic string, n int) {
	t.Helper()
	p, err := kafka.NewProducer(t.Context(), b, kafka.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	for i := range n {
		if err := p.Produce(t.Context(), topic, fmt.Appendf(nil, "key %d", i), fmt.Appendf(nil, "value %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if delivered, failed := p.Counts(); delivered != int64(n) || failed != 0 {
		t.Fatalf("%d delivered, %d failed, want %d and 0", delivered, failed, n)
	}
}

// member is a group member that polls in a goroutine and keeps what it gets.
// Unless told otherwise it starts at the committed offset, or at the beginning.
type member struct {
	*kafka.Consumer
	t    *testing.T
	stop func()

	// start, when not nil, decides where partitions start.
	start func(partitions []int32) ([]aurora.Mark, error)
	// revoking, when not nil, is called before partitions are given up.
	revoking func(partitions []int32, lost bool)

	mu       sync.Mutex
	owned    map[int32]bool
	revoked  []int32
	found    map[int32]aurora.Mark // what Committed said at the assignment
	records  []*aurora.Record
	ends     map[int32]int64
	problems []aurora.SourceProblem
}

// join adds a member to the group; setup may change it before it polls.
func join(t *testing.T, b aurora.Broker, o kafka.ConsumerOptions, setup func(*member)) *member {
	t.Helper()
	m := &member{t: t, owned: map[int32]bool{}, found: map[int32]aurora.Mark{}, ends: map[int32]int64{}}
	if setup != nil {
		setup(m)
	}
	c, err := kafka.NewConsumer(t.Context(), b, o, m)
	if err != nil {
		t.Fatal(err)
	}
	m.Consumer = c
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-quit:
				return
			default:
				m.keep(c.Poll(20 * time.Millisecond))
			}
		}
	}()
	m.stop = sync.OnceFunc(func() {
		close(quit)
		<-ended
		_ = c.Close()
	})
	t.Cleanup(m.stop)
	return m
}

func (m *member) keep(event aurora.SourceEvent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e := event.(type) {
	case *aurora.Record:
		m.records = append(m.records, e)
	case aurora.PartitionEnd:
		m.ends[e.Partition] = e.Position
	case aurora.SourceProblem:
		m.problems = append(m.problems, e)
	}
}

func (m *member) Assigned(partitions []int32) ([]aurora.Mark, error) {
	if m.start != nil {
		marks, err := m.start(partitions)
		m.take(partitions, nil)
		return marks, err
	}
	if len(partitions) == 0 {
		return nil, nil
	}
	marks, err := m.Committed(partitions)
	if err != nil {
		return nil, err
	}
	m.take(partitions, marks)
	start := make([]aurora.Mark, len(marks))
	for i, mark := range marks {
		start[i] = aurora.Mark{Partition: mark.Partition, Offset: max(mark.Offset, 0)}
	}
	return start, nil
}

func (m *member) take(partitions []int32, marks []aurora.Mark) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range partitions {
		m.owned[p] = true
	}
	for _, mark := range marks {
		m.found[mark.Partition] = mark
	}
}

func (m *member) Revoked(partitions []int32, lost bool) error {
	if m.revoking != nil {
		m.revoking(partitions, lost)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range partitions {
		delete(m.owned, p)
		m.revoked = append(m.revoked, p)
	}
	return nil
}

// await waits until the condition holds, under the member's lock.
func (m *member) await(what string, condition func() bool) {
	m.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		m.mu.Lock()
		ok := condition()
		m.mu.Unlock()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.t.Fatalf("not in time: %s (owned %v, %d records, problems %v)", what, m.owned, len(m.records), m.problems)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (m *member) awaitOwned(n int) {
	m.t.Helper()
	m.await(fmt.Sprintf("own %d partitions", n), func() bool { return len(m.owned) == n })
}

func (m *member) awaitRecords(n int) {
	m.t.Helper()
	m.await(fmt.Sprintf("read %d records", n), func() bool { return len(m.records) >= n })
}

// awaitProblem waits for a problem of the code.
func (m *member) awaitProblem(code aurora.Code) aurora.SourceProblem {
	m.t.Helper()
	var problem aurora.SourceProblem
	m.await("problem "+string(code), func() bool {
		for _, p := range m.problems {
			if p.Err.Code == code {
				problem = p
				return true
			}
		}
		return false
	})
	return problem
}

// commitAgain repeats a commit for as long as its refusal says that it may be repeated.
func commitAgain(t *testing.T, c *kafka.Consumer, marks ...aurora.Mark) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := c.Commit(marks)
		if err == nil {
			return
		}
		var refused *aurora.CommitError
		if !errors.As(err, &refused) || !refused.Retriable || time.Now().After(deadline) {
			t.Errorf("commit: %v", err)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// wantCode checks the code of an error, and that it tells what to do next.
func wantCode(t *testing.T, err error, code aurora.Code) aurora.Error {
	t.Helper()
	var e *aurora.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("got %v, want an error of code %s", err, code)
	}
	if e.Title == "" || e.Detail == "" || e.Hint == "" {
		t.Errorf("the error lacks a line: %+v", e)
	}
	return *e
}

func options(t *testing.T, topic string) kafka.ConsumerOptions {
	return kafka.ConsumerOptions{Topic: topic, Group: kafkatest.Name(t)}
}
