//go:build cgo

package kafka_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/kafka"
)

func TestCommitsCarryTheirMetadata(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 3)
		m := join(t, b, options(t, topic), nil)
		m.awaitOwned(3)
		commitAgain(t, m.Consumer, aurora.Mark{Partition: 0, Offset: 5, Metadata: "a1/p.0/17/ab"}, aurora.Mark{Partition: 1, Offset: 9})
		commitAgain(t, m.Consumer, aurora.Mark{Partition: 0, Offset: 5, Metadata: "a1/p.0/-/cd"}) // the same offset again
		got, err := m.Committed([]int32{0, 1, 2})
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(got, func(x, y aurora.Mark) int { return int(x.Partition - y.Partition) })
		want := []aurora.Mark{{Partition: 0, Offset: 5, Metadata: "a1/p.0/-/cd"}, {Partition: 1, Offset: 9}, {Partition: 2, Offset: -1}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// The giver commits from another goroutine while its Revoked waits, as the
// committer of a pipeline does; the receiver reads what the giver committed last.
func TestAHandOverPassesTheGiversLastMetadata(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 4)
		o := options(t, topic)
		giver := join(t, b, o, func(m *member) {
			m.revoking = func(partitions []int32, lost bool) {
				if lost {
					t.Errorf("partitions %v were lost", partitions)
				}
				committed := make(chan struct{})
				go func() {
					defer close(committed)
					for _, p := range partitions {
						commitAgain(t, m.Consumer, aurora.Mark{Partition: p, Offset: 7, Metadata: fmt.Sprintf("last words of %d", p)})
					}
				}()
				<-committed
			}
		})
		giver.awaitOwned(4)
		receiver := join(t, b, o, nil)
		receiver.awaitOwned(2)
		giver.awaitOwned(2)
		receiver.mu.Lock()
		defer receiver.mu.Unlock()
		giver.mu.Lock()
		defer giver.mu.Unlock()
		if len(giver.revoked) != 2 {
			t.Errorf("%v were revoked: the partitions that stay must not move", giver.revoked)
		}
		for _, p := range slices.Sorted(maps.Keys(receiver.owned)) {
			want := aurora.Mark{Partition: p, Offset: 7, Metadata: fmt.Sprintf("last words of %d", p)}
			if diff := cmp.Diff(want, receiver.found[p]); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// This is why a committer must know what it owns: the broker does not.
func TestACommitForAPartitionOfAnotherMemberIsAccepted(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 2)
		o := options(t, topic)
		one := join(t, b, o, nil)
		one.awaitOwned(2)
		two := join(t, b, o, nil)
		two.awaitOwned(1)
		one.awaitOwned(1)
		var foreign int32
		two.mu.Lock()
		for p := range two.owned {
			foreign = p
		}
		two.mu.Unlock()
		commitAgain(t, one.Consumer, aurora.Mark{Partition: foreign, Offset: 3, Metadata: "not mine"})
		got, err := two.Committed([]int32{foreign})
		if err != nil || got[0].Metadata != "not mine" {
			t.Errorf("the broker kept %v (%v): it checks ownership now; the committer's own check could go", got, err)
		}
	})
}

func TestOfTwoMembersWithOneIdentityOneIsFenced(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 2)
		o := options(t, topic)
		o.InstanceID = "worker-1"
		older := join(t, b, o, nil)
		older.awaitOwned(2)
		newer := join(t, b, o, nil)
		newer.awaitOwned(2)
		problem := older.awaitProblem(aurora.CodeMemberFenced)
		if !problem.Fatal {
			t.Errorf("the fencing is not fatal: %+v", problem)
		}
		var refused *aurora.CommitError
		if err := older.Commit([]aurora.Mark{{Partition: 0, Offset: 1}}); !errors.As(err, &refused) || !refused.Fatal || refused.Retriable {
			t.Errorf("commit of the fenced member: %v (%+v)", err, refused)
		}
		began := time.Now()
		older.stop() // the driver's own Close would never return
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("closing the fenced member took %v", took)
		}
	})
}

func TestAStaticMemberFindsItsPartitionsAgain(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 4)
		o := options(t, topic)
		other := join(t, b, withID(o, "worker-2"), nil)
		other.awaitOwned(4)
		first := join(t, b, withID(o, "worker-1"), nil)
		first.awaitOwned(2)
		other.awaitOwned(2)
		before := maps.Clone(first.owned)
		first.stop()
		again := join(t, b, withID(o, "worker-1"), nil)
		again.awaitOwned(2)
		if diff := cmp.Diff(before, again.owned); diff != "" {
			t.Error(diff)
		}
		other.mu.Lock()
		defer other.mu.Unlock()
		if len(other.revoked) != 2 {
			t.Errorf("the other member was disturbed: %v revoked in all", other.revoked)
		}
	})
}

func withID(o kafka.ConsumerOptions, id string) kafka.ConsumerOptions {
	o.InstanceID = id
	return o
}

func TestADynamicMemberLeavesAtOnce(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 2)
		o := options(t, topic)
		one := join(t, b, o, nil)
		one.awaitOwned(2)
		two := join(t, b, o, nil)
		two.awaitOwned(1)
		two.stop()
		if len(two.revoked) != 1 {
			t.Errorf("Close revoked %v, want the one partition", two.revoked)
		}
		one.awaitOwned(2)
	})
}
