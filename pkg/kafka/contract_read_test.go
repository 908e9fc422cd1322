//go:build cgo

package kafka_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	driver "github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/kafka"
	kafkatest "github.com/aurora-analytics/aurora/test/kafka"
)

func TestEveryRecordArrivesOnceWithItsBytes(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		const n = 5000
		topic := newTopic(t, b, 3)
		fill(t, b, topic, n)
		m := join(t, b, options(t, topic), nil)
		m.awaitRecords(n)
		m.await("the ends", func() bool { return m.ends[0]+m.ends[1]+m.ends[2] == n })
		m.stop()
		seen := map[string]bool{}
		for _, r := range m.records {
			var i int
			if _, err := fmt.Sscanf(string(r.Value), "value %d", &i); err != nil || string(r.Key) != fmt.Sprintf("key %d", i) {
				t.Fatalf("record %d/%d: key %q, value %q", r.Partition, r.Offset, r.Key, r.Value)
			}
			if r.Topic != topic || r.Timestamp.IsZero() {
				t.Fatalf("record %+v", r)
			}
			seen[string(r.Value)] = true
		}
		if len(m.records) != n || len(seen) != n {
			t.Errorf("%d records, %d of them different, want %d", len(m.records), len(seen), n)
		}
	})
}

func TestTombstonesEmptyValuesAndKeylessRecordsStayApart(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 1)
		p, err := kafka.NewProducer(t.Context(), b, kafka.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []struct{ key, value []byte }{{[]byte("k"), nil}, {[]byte("k"), []byte{}}, {nil, []byte("v")}} {
			if err := p.Produce(t.Context(), topic, r.key, r.value); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(p.Flush(t.Context()), p.Close()); err != nil {
			t.Fatal(err)
		}
		m := join(t, b, options(t, topic), nil)
		m.awaitRecords(3)
		m.stop()
		if r := m.records[0]; r.Value != nil || string(r.Key) != "k" {
			t.Errorf("a tombstone became %+v", r)
		}
		if r := m.records[1]; r.Value == nil || len(r.Value) != 0 {
			t.Errorf("an empty value became %+v", r)
		}
		if r := m.records[2]; r.Key != nil || string(r.Value) != "v" {
			t.Errorf("a record without a key became %+v", r)
		}
	})
}

// Offsets of transaction markers and of aborted records hold no record: only the
// position tells that they were passed.
func TestThePositionPassesWhatHoldsNoRecord(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 1)
		transact(t, b, topic, 3, true)
		transact(t, b, topic, 4, false)
		m := join(t, b, options(t, topic), nil)
		m.await("position 9", func() bool { return m.ends[0] == 9 })
		low, high, err := m.Bounds(0)
		if err != nil || low != 0 || high != 9 {
			t.Errorf("bounds [%d, %d), %v, want [0, 9)", low, high, err)
		}
		m.stop()
		if len(m.records) != 3 || m.records[2].Offset != 2 {
			t.Errorf("%d records, want the 3 committed ones", len(m.records))
		}
	})
}

// transact produces records in one transaction.
func transact(t *testing.T, b aurora.Broker, topic string, n int, commit bool) {
	t.Helper()
	p, err := driver.NewProducer(&driver.ConfigMap{
		"bootstrap.servers": b.Addresses[0], "transactional.id": kafkatest.Name(t),
		"go.delivery.reports": false, "log_level": 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	steps := []error{p.InitTransactions(t.Context()), p.BeginTransaction()}
	for range n {
		steps = append(steps, p.Produce(&driver.Message{TopicPartition: driver.TopicPartition{Topic: &topic, Partition: 0}, Value: []byte("v")}, nil))
	}
	p.Flush(10_000)
	if commit {
		steps = append(steps, p.CommitTransaction(t.Context()))
	} else {
		steps = append(steps, p.AbortTransaction(t.Context()))
	}
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
}

func TestPauseAndResumeDeliverEveryRecordOnce(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		const n = 5000
		topic := newTopic(t, b, 2)
		fill(t, b, topic, n)
		// Pause and Resume belong to the goroutine that polls: this test is that goroutine.
		m := &member{t: t, owned: map[int32]bool{}, found: map[int32]aurora.Mark{}, ends: map[int32]int64{}}
		c, err := kafka.NewConsumer(t.Context(), b, options(t, topic), m)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		m.Consumer = c
		next := map[int32]int64{}
		both := []int32{0, 1}
		for polls, total := 0, 0; total < n; polls++ {
			switch {
			case polls > 1_000_000:
				t.Fatalf("%d of %d records", total, n)
			case total > 0 && polls%1000 == 0:
				if err := errors.Join(c.Pause(both), c.Resume(both)); err != nil {
					t.Fatal(err)
				}
			}
			switch e := c.Poll(100e6).(type) {
			case *aurora.Record:
				if e.Offset != next[e.Partition] {
					t.Fatalf("partition %d: offset %d after %d", e.Partition, e.Offset, next[e.Partition]-1)
				}
				next[e.Partition]++
				total++
			case aurora.SourceProblem:
				t.Fatal(e.Err)
			}
		}
	})
}

func TestAPausedPartitionDeliversNothing(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 1)
		m := &member{t: t, owned: map[int32]bool{}, found: map[int32]aurora.Mark{}, ends: map[int32]int64{}}
		c, err := kafka.NewConsumer(t.Context(), b, options(t, topic), m)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		m.Consumer = c
		for len(m.owned) == 0 {
			c.Poll(20e6)
		}
		if err := c.Pause([]int32{0}); err != nil {
			t.Fatal(err)
		}
		fill(t, b, topic, 10)
		for range 10 {
			if r, ok := c.Poll(50e6).(*aurora.Record); ok {
				t.Fatalf("a paused partition delivered offset %d", r.Offset)
			}
		}
		if err := c.Resume([]int32{0}); err != nil {
			t.Fatal(err)
		}
		for got := 0; got < 10; {
			if _, ok := c.Poll(50e6).(*aurora.Record); ok {
				got++
			}
		}
	})
}

func TestAnOffsetOutOfRangeIsAProblemAndNoJump(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 1)
		fill(t, b, topic, 10)
		m := join(t, b, options(t, topic), func(m *member) {
			m.start = func(partitions []int32) ([]aurora.Mark, error) {
				marks := make([]aurora.Mark, len(partitions))
				for i, p := range partitions {
					marks[i] = aurora.Mark{Partition: p, Offset: 1000}
				}
				return marks, nil
			}
		})
		problem := m.awaitProblem(aurora.CodeOffsetGap)
		m.stop()
		if len(m.records) != 0 || problem.Fatal {
			t.Errorf("%d records, problem %+v", len(m.records), problem)
		}
	})
}

func TestARefusedAssignmentReadsNothing(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 1)
		fill(t, b, topic, 10)
		o := options(t, topic)
		before := join(t, b, o, nil) // leaves an offset that the driver could start at by itself
		before.awaitOwned(1)
		commitAgain(t, before.Consumer, aurora.Mark{Partition: 0, Offset: 0})
		before.stop()
		refusal := &aurora.Error{Code: aurora.CodeIntentUnreadable, Title: "no", Detail: "garbled", Hint: "reset"}
		m := join(t, b, o, func(m *member) {
			m.start = func(p []int32) ([]aurora.Mark, error) {
				if len(p) == 0 {
					return nil, nil
				}
				return nil, refusal
			}
		})
		problem := m.awaitProblem(aurora.CodeIntentUnreadable)
		time.Sleep(300 * time.Millisecond) // nothing must come, and nothing says that nothing came
		m.stop()
		if !problem.Fatal || len(m.records) != 0 {
			t.Errorf("fatal %t, %d records", problem.Fatal, len(m.records))
		}
	})
}
