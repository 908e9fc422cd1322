//go:build cgo

package kafka

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// callPatience bounds a call that asks the broker something.
const callPatience = 10 * time.Second

// closePatience bounds Close, with the time that the rebalancer takes to drain.
const closePatience = 30 * time.Second

// Consumer is one member of a consumer group, reading one topic.
//
// Poll, Pause, Resume and Close are for one goroutine; the other methods for
// any, also while Poll is inside the [Rebalancer].
type Consumer struct {
	*client
	driver *kafka.Consumer
	topic  string
	reb    Rebalancer
	slog   *slog.Logger
	// fatal is set when the driver has raised a fatal error.
	fatal atomic.Bool
	// failed is what the rebalancer could not do; Poll delivers it.
	failed *aurora.Error
}

// NewConsumer joins the group. It tells at once that nothing listens at the
// broker's address; every other failure comes from Poll.
func NewConsumer(ctx context.Context, b aurora.Broker, o ConsumerOptions, reb Rebalancer) (*Consumer, error) {
	shared, err := dial(ctx, b, o.Secrets, o.Log)
	if err != nil {
		return nil, err
	}
	c := &Consumer{client: shared, topic: o.Topic, reb: reb, slog: logger(o.Log)}
	if c.driver, err = kafka.NewConsumer(c.config(consumerSettings(o))); err != nil {
		c.hangUp()
		return nil, c.call("the consumer", err)
	}
	if err := c.driver.SubscribeTopics([]string{o.Topic}, c.rebalance); err != nil {
		_ = c.Close()
		return nil, c.call("topic "+o.Topic, err)
	}
	return c, nil
}

func consumerSettings(o ConsumerOptions) kafka.ConfigMap {
	s := kafka.ConfigMap{
		"group.id":                      o.Group,
		"partition.assignment.strategy": "cooperative-sticky",
		"session.timeout.ms":            10000,
		"heartbeat.interval.ms":         1000,
		"max.poll.interval.ms":          300000,
		// Commits are the protocol of the caller; a jump of the position is never silent.
		"enable.auto.commit":       false,
		"enable.auto.offset.store": false,
		"auto.offset.reset":        "error",
		"isolation.level":          "read_committed",
		"check.crcs":               true,
		"enable.partition.eof":     true,
		"allow.auto.create.topics": false,
		// New partitions are seen within this time.
		"topic.metadata.refresh.interval.ms": 30000,
		// The default, 1000, stops fetching for a second whenever 100,000 records wait:
		// it costs two thirds of the throughput.
		"fetch.queue.backoff.ms": 10,
		// What is fetched ahead is most of the memory of a worker: with 4 MiB a fetch and
		// the default of 100,000 records it took 535 MB at full speed, so it takes 340.
		"queued.max.messages.kbytes": 32768,
		"fetch.message.max.bytes":    1048576,
		"queued.min.messages":        20000,
	}
	if o.InstanceID != "" {
		s["group.instance.id"] = o.InstanceID
	}
	return s
}

// Poll gives the next event: a record, the end of a partition or a problem. It
// gives nil when nothing came within the timeout.
func (c *Consumer) Poll(timeout time.Duration) aurora.SourceEvent {
	event := c.driver.Poll(int(timeout.Milliseconds()))
	if c.failed != nil {
		problem := aurora.SourceProblem{Err: c.failed, Fatal: true}
		c.failed = nil
		return problem
	}
	switch e := event.(type) {
	case *kafka.Message:
		if e.TopicPartition.Error != nil {
			return c.problem(e.TopicPartition.Error)
		}
		return newRecord(e, c.topic)
	case kafka.PartitionEOF:
		return aurora.PartitionEnd{Partition: e.Partition, Position: int64(e.Offset)}
	case kafka.Error:
		return c.problem(e)
	}
	return nil
}

// newRecord takes over the bytes: the driver has copied them for this message.
func newRecord(m *kafka.Message, topic string) *aurora.Record {
	r := &aurora.Record{
		Topic: topic, Partition: m.TopicPartition.Partition, Offset: int64(m.TopicPartition.Offset),
		Timestamp: m.Timestamp.UTC(), Key: m.Key, Value: m.Value,
	}
	if len(m.Headers) > 0 {
		r.Headers = make([]aurora.Header, len(m.Headers))
		for i, h := range m.Headers {
			r.Headers[i] = aurora.Header(h)
		}
	}
	return r
}

func (c *Consumer) problem(err error) aurora.SourceEvent {
	var d kafka.Error
	if !errors.As(err, &d) {
		return nil
	}
	if d.IsFatal() {
		c.fatal.Store(true)
	}
	e := c.event(d)
	if e == nil {
		return nil
	}
	if e.Code == aurora.CodeTopicUnknown {
		e.Title = "topic " + c.topic + " does not exist at " + c.where
	}
	return aurora.SourceProblem{Err: e, Fatal: d.IsFatal()}
}

// Committed asks the broker for the group's marks. Offset is -1 where nothing is committed.
func (c *Consumer) Committed(partitions []int32) ([]aurora.Mark, error) {
	answer, err := c.driver.Committed(c.partitions(partitions), int(callPatience.Milliseconds()))
	if err != nil {
		return nil, c.call("the consumer group", err)
	}
	marks := make([]aurora.Mark, 0, len(answer))
	for _, p := range answer {
		if p.Error != nil {
			return nil, c.call("the consumer group", p.Error)
		}
		mark := aurora.Mark{Partition: p.Partition, Offset: -1}
		if p.Offset >= 0 {
			mark.Offset = int64(p.Offset)
			if p.Metadata != nil {
				mark.Metadata = *p.Metadata
			}
		}
		marks = append(marks, mark)
	}
	return marks, nil
}

// Commit sets the group's marks and returns when every one of them was
// accepted. Its errors are [*aurora.CommitError].
//
// The broker accepts a commit for a partition that the member does not own, as
// long as its generation is current: the caller must know what it owns.
func (c *Consumer) Commit(marks []aurora.Mark) error {
	offsets := make([]kafka.TopicPartition, len(marks))
	for i, m := range marks {
		offsets[i] = kafka.TopicPartition{Topic: &c.topic, Partition: m.Partition, Offset: kafka.Offset(m.Offset), Metadata: &m.Metadata}
	}
	answer, err := c.driver.CommitOffsets(offsets)
	for _, p := range answer {
		if err == nil {
			err = p.Error
		}
	}
	if err == nil {
		return nil
	}
	refused := c.commitError(err)
	if refused.Fatal {
		c.fatal.Store(true)
	}
	return refused
}

// Bounds asks the broker for the first offset that the partition holds and the next one it will give.
func (c *Consumer) Bounds(partition int32) (low, high int64, err error) {
	low, high, err = c.driver.QueryWatermarkOffsets(c.topic, partition, int(callPatience.Milliseconds()))
	return low, high, c.call("topic "+c.topic, err)
}

// Pause stops reading the partitions. What was fetched ahead is thrown away and
// fetched again later, so it is no means for fine control.
func (c *Consumer) Pause(partitions []int32) error {
	return c.call("topic "+c.topic, c.driver.Pause(c.partitions(partitions)))
}

// Resume reads the partitions again.
func (c *Consumer) Resume(partitions []int32) error {
	return c.call("topic "+c.topic, c.driver.Resume(c.partitions(partitions)))
}

// Close gives the partitions up (the rebalancer is told) and leaves the group.
// A static member does not leave: its partitions wait for it until the session ends.
//
// After a fatal error the driver can neither close nor be destroyed (its Close
// waits for ever), so it is abandoned: it does nothing any more, but keeps its
// threads until the process ends.
func (c *Consumer) Close() error {
	if c.fatal.Load() {
		return nil
	}
	closed := make(chan error, 1)
	go func() { // ends with the driver; never, if a fatal error comes meanwhile
		closed <- c.driver.Close()
		c.hangUp()
	}()
	select {
	case err := <-closed:
		return c.call("the consumer", err)
	case <-time.After(closePatience):
		c.slog.Warn("the consumer did not close in time and is abandoned")
		return nil
	}
}

func (c *Consumer) partitions(ids []int32) []kafka.TopicPartition {
	list := make([]kafka.TopicPartition, len(ids))
	for i, id := range ids {
		list[i] = kafka.TopicPartition{Topic: &c.topic, Partition: id}
	}
	return list
}
