package pipeline

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// busyBroker refuses commits for a while, as one in a rebalance does, and then accepts
// them for any partition: it checks the member, not the partition.
type busyBroker struct {
	Source
	until    time.Time
	accepted []aurora.Mark
	calls    int
}

func (b *busyBroker) Commit(marks []aurora.Mark) error {
	b.calls++
	if time.Now().Before(b.until) {
		return &aurora.CommitError{Retriable: true, Err: errors.New("rebalance in progress")}
	}
	b.accepted = append(b.accepted, marks...)
	return nil
}

// TestACommitIsNotSentForAPartitionGivenUp begins a commit that must be repeated, gives
// the partition up meanwhile, and looks what the broker got in the end.
func TestACommitIsNotSentForAPartitionGivenUp(t *testing.T) {
	t.Parallel()
	for name, careless := range map[string]bool{"with the check of ownership": false, "without it": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				broker := &busyBroker{until: time.Now().Add(10 * time.Second)}
				c := newCommitter(broker, &troubles{})
				c.careless = careless
				ctx, cancel := context.WithCancel(context.Background())
				go c.run(ctx)
				kept, lost := c.own(1), c.own(2)
				results := make(chan error, 2)
				commit := func(partition int32, serial uint64) {
					results <- c.commit(ctx, serial, aurora.Mark{Partition: partition, Offset: 5})
				}
				go commit(1, kept)
				go commit(2, lost)
				time.Sleep(5 * time.Second)
				c.disown(2, lost)
				for range 2 {
					if err := <-results; err != nil && !errors.Is(err, errNotOwned) {
						t.Error(err)
					}
				}
				sent := slices.ContainsFunc(broker.accepted, func(m aurora.Mark) bool { return m.Partition == 2 })
				if sent != careless {
					t.Errorf("a commit for the partition given up was sent: %v", sent)
				}
				if !slices.ContainsFunc(broker.accepted, func(m aurora.Mark) bool { return m.Partition == 1 }) {
					t.Error("the commit for the kept partition was dropped")
				}
				cancel()
			})
		})
	}
}

func TestWaitingCommitsAreMerged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broker := &busyBroker{until: time.Now().Add(time.Second)}
		c := newCommitter(broker, &troubles{})
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go c.run(ctx)
		results := make(chan error, 20)
		for p := range int32(20) {
			serial := c.own(p)
			go func() { results <- c.commit(ctx, serial, aurora.Mark{Partition: p, Offset: 1}) }()
		}
		for range 20 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if len(broker.accepted) != 20 || broker.calls > 15 {
			t.Errorf("%d marks accepted in %d calls", len(broker.accepted), broker.calls)
		}
	})
}
