//go:build cgo

package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Producer writes records: each is stored once and acknowledged by all
// replicas, or counted as failed. Produce may be called from several goroutines.
type Producer struct {
	*client
	driver    *kafka.Producer
	accepted  atomic.Int64
	delivered atomic.Int64
	failed    atomic.Int64
	reports   sync.WaitGroup
	// first holds the first failure of a delivery.
	first atomic.Pointer[failure]
}

type failure struct{ err error }

// NewProducer opens a producer. It tells at once that nothing listens at the
// broker's address; every other failure comes from Produce or Flush.
func NewProducer(ctx context.Context, b aurora.Broker, o Options) (*Producer, error) {
	shared, err := dial(ctx, b, o.Secrets, o.Log)
	if err != nil {
		return nil, err
	}
	p := &Producer{client: shared}
	if p.driver, err = kafka.NewProducer(p.config(producerSettings())); err != nil {
		p.hangUp()
		return nil, p.call("the producer", err)
	}
	p.reports.Go(p.collect)
	return p, nil
}

func producerSettings() kafka.ConfigMap {
	return kafka.ConfigMap{
		"enable.idempotence": true,
		"acks":               "all",
		"linger.ms":          5,
		"batch.size":         1 << 20,
		"compression.type":   "lz4",
		// A record that is not acknowledged within this time has failed.
		"message.timeout.ms":                30000,
		"topic.metadata.propagation.max.ms": 5000,
		"queue.buffering.max.messages":      100000,
		"queue.buffering.max.kbytes":        65536,
		// Reports say whether, not what: the bytes are not copied back.
		"go.delivery.report.fields": "none",
	}
}

// collect counts the delivery reports until the driver is closed.
func (p *Producer) collect() {
	for event := range p.driver.Events() {
		switch e := event.(type) {
		case *kafka.Message:
			if e.TopicPartition.Error == nil {
				p.delivered.Add(1)
				continue
			}
			p.failed.Add(1)
			p.note(p.call("the topic", e.TopicPartition.Error))
		case kafka.Error:
			if problem := p.event(e); problem != nil && e.IsFatal() {
				p.note(problem)
			}
		}
	}
}

func (p *Producer) note(err error) { p.first.CompareAndSwap(nil, &failure{err}) }

func (p *Producer) firstFailure() error {
	if f := p.first.Load(); f != nil {
		return f.err
	}
	return nil
}

// Produce hands a record over and returns before it is stored; [Producer.Flush]
// tells whether it was. While the queue is full Produce waits. The bytes are
// copied. After a delivery has failed, Produce fails too. A nil value is a tombstone.
func (p *Producer) Produce(ctx context.Context, topic string, key, value []byte) error {
	m := &kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny}, Key: key, Value: value}
	for {
		if err := p.firstFailure(); err != nil {
			return err
		}
		err := p.driver.Produce(m, nil)
		if err == nil {
			p.accepted.Add(1)
			return nil
		}
		var d kafka.Error
		if !errors.As(err, &d) || d.Code() != kafka.ErrQueueFull {
			return p.call("topic "+topic, err)
		}
		select {
		case <-ctx.Done():
			return ended(ctx)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Flush waits until every record is acknowledged or has failed. It gives the
// first failure since the producer was opened.
func (p *Producer) Flush(ctx context.Context) error {
	for p.delivered.Load()+p.failed.Load() < p.accepted.Load() {
		p.driver.Flush(20)
		select {
		case <-ctx.Done():
			return ended(ctx)
		case <-p.decisive: // nothing will be accepted any more
			return p.known()
		case <-time.After(time.Millisecond): // the reports may still be on their way to collect
		}
	}
	err := p.firstFailure()
	if err == nil {
		return nil
	}
	if delivered, failed := p.Counts(); failed > 0 {
		return fmt.Errorf("%d of %d records were not stored: %w", failed, failed+delivered, err)
	}
	return err
}

// Counts gives how many records were acknowledged and how many failed so far.
func (p *Producer) Counts() (delivered, failed int64) { return p.delivered.Load(), p.failed.Load() }

// Close drops what is not acknowledged; flush before.
func (p *Producer) Close() error {
	p.driver.Close()
	p.reports.Wait()
	p.hangUp()
	return nil
}
