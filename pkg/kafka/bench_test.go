//go:build cgo

package kafka_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/demo"
	"github.com/aurora-analytics/aurora/pkg/kafka"
	kafkatest "github.com/aurora-analytics/aurora/test/kafka"
)

// beginning starts every partition at its beginning.
type beginning struct{}

func (beginning) Assigned(partitions []int32) ([]aurora.Mark, error) {
	marks := make([]aurora.Mark, len(partitions))
	for i, p := range partitions {
		marks[i].Partition = p
	}
	return marks, nil
}

func (beginning) Revoked([]int32, bool) error { return nil }

// BenchmarkRealKafka produces and then reads b.N click events (about 220 bytes,
// 6 partitions), through one producer and one consumer:
//
//	go test -run '^$' -bench RealKafka -benchtime 1000000x ./pkg/kafka
func BenchmarkRealKafka(b *testing.B) {
	broker := aurora.Broker{Addresses: []string{kafkatest.Start(b).Address}}
	topic := kafkatest.Name(b)
	admin, err := kafka.NewAdmin(b.Context(), broker, kafka.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	if err := admin.CreateTopic(b.Context(), topic, 6); err != nil {
		b.Fatal(err)
	}
	start := cpuTime(b)
	produce := benchmarkProduce(b, broker, topic)
	middle := cpuTime(b)
	consume := benchmarkConsume(b, broker, topic)
	end := cpuTime(b)
	n := float64(b.N)
	b.ReportMetric(n/produce.Seconds(), "produced/s")
	b.ReportMetric(n/consume.Seconds(), "consumed/s")
	// Unlike the rates these hardly depend on what else the machine does.
	b.ReportMetric(float64((middle-start).Nanoseconds())/n, "cpu-ns/produced")
	b.ReportMetric(float64((end-middle).Nanoseconds())/n, "cpu-ns/consumed")
}

// cpuTime is what this process has used so far; the broker is another process.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func benchmarkProduce(b *testing.B, broker aurora.Broker, topic string) time.Duration {
	p, err := kafka.NewProducer(b.Context(), broker, kafka.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	clicks, now := demo.Clicks(1), time.Now()
	began := time.Now()
	for range b.N {
		key, value := clicks.Next(now)
		if err := p.Produce(b.Context(), topic, key, value); err != nil {
			b.Fatal(err)
		}
	}
	if err := p.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func benchmarkConsume(b *testing.B, broker aurora.Broker, topic string) time.Duration {
	c, err := kafka.NewConsumer(b.Context(), broker, kafka.ConsumerOptions{Topic: topic, Group: topic}, beginning{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	var began time.Time
	for got := 0; got < b.N; {
		if _, ok := c.Poll(100 * time.Millisecond).(*aurora.Record); ok {
			if got++; got == 1 {
				began = time.Now()
			}
		}
	}
	return time.Since(began)
}
