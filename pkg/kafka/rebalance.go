//go:build cgo

package kafka

import (
	"fmt"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// rebalance is called by the driver inside Poll and Close. It always answers
// with an incremental assign or unassign, an empty one if need be: if it did
// not, the driver would assign the partitions itself, at the committed offsets.
func (c *Consumer) rebalance(_ *kafka.Consumer, event kafka.Event) error {
	switch e := event.(type) {
	case kafka.AssignedPartitions:
		start, err := c.assigned(e.Partitions)
		if err != nil {
			c.fail("partitions cannot be taken over", err)
		}
		c.drive("assign", c.driver.IncrementalAssign(start))
		if len(start) > 0 { // what was paused when it was given up is still paused in the driver
			c.drive("resume", c.driver.Resume(start))
		}
	case kafka.RevokedPartitions:
		if err := c.reb.Revoked(ids(e.Partitions), c.driver.AssignmentLost()); err != nil {
			c.fail("partitions cannot be given up", err)
		}
		c.drive("unassign", c.driver.IncrementalUnassign(e.Partitions))
	}
	return nil
}

// assigned asks the rebalancer where to start.
func (c *Consumer) assigned(partitions []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	marks, err := c.reb.Assigned(ids(partitions))
	if err != nil {
		return nil, err
	}
	at := make(map[int32]int64, len(marks))
	for _, m := range marks {
		at[m.Partition] = m.Offset
	}
	start := make([]kafka.TopicPartition, len(partitions))
	for i, p := range partitions {
		offset, ok := at[p.Partition]
		if !ok || offset < 0 {
			return nil, fmt.Errorf("partition %d has no offset to start at", p.Partition)
		}
		start[i] = kafka.TopicPartition{Topic: &c.topic, Partition: p.Partition, Offset: kafka.Offset(offset)}
	}
	return start, nil
}

func (c *Consumer) drive(verb string, err error) {
	if err != nil {
		c.fail("Kafka's driver cannot "+verb+" partitions", c.call("topic "+c.topic, err))
	}
}

// fail makes Poll deliver a fatal problem; the first one counts.
func (c *Consumer) fail(title string, err error) {
	c.slog.Error("rebalance", "problem", title, "error", err)
	if c.failed != nil {
		return
	}
	c.failed = aurora.AsError(err)
	if c.failed.Code == aurora.CodeInternal {
		c.failed = &aurora.Error{Code: aurora.CodeKafkaFailed, Title: title, Detail: err.Error(), Hint: "see the worker's log; it tries again by itself", Err: err}
	}
}

func ids(partitions []kafka.TopicPartition) []int32 {
	list := make([]int32, len(partitions))
	for i, p := range partitions {
		list[i] = p.Partition
	}
	return list
}
