//go:build cgo

package kafka_test

import (
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func TestASampleOfAnEmptyTopicIsEmpty(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 3)
		began := time.Now()
		records, err := openAdmin(t, b).Sample(t.Context(), topic, 100)
		if err != nil || len(records) != 0 {
			t.Errorf("%d records, %v", len(records), err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestASampleTakesTheOldestAndTheNewest(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 2)
		fill(t, b, topic, 10_000)
		admin := openAdmin(t, b)
		described, err := admin.Topic(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		records, err := admin.Sample(t.Context(), topic, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != 100 {
			t.Fatalf("%d records, want 100", len(records))
		}
		for _, p := range described.Partitions {
			old, young := 0, 0
			for _, r := range records {
				if r.Partition == p.Partition && r.Offset < p.Low+25 {
					old++
				}
				if r.Partition == p.Partition && r.Offset >= p.High-25 {
					young++
				}
			}
			if old != 25 || young != 25 {
				t.Errorf("partition %d: %d of the oldest, %d of the newest, want 25 of each", p.Partition, old, young)
			}
		}
	})
}

func TestASampleOfASmallTopicIsAllOfItOnce(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 3)
		fill(t, b, topic, 40)
		records, err := openAdmin(t, b).Sample(t.Context(), topic, 500)
		if err != nil || len(records) != 40 {
			t.Fatalf("%d records, %v", len(records), err)
		}
	})
}

// The last offsets of the partition hold markers and aborted records only.
func TestASampleEndsWherePartitionsEndInMarkers(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 1)
		transact(t, b, topic, 3, true)
		transact(t, b, topic, 4, false)
		began := time.Now()
		records, err := openAdmin(t, b).Sample(t.Context(), topic, 500)
		if err != nil || len(records) != 3 {
			t.Fatalf("%d records, %v, want the 3 committed ones", len(records), err)
		}
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
