//go:build cgo

package kafka

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// samplePatience bounds the reading of a sample.
const samplePatience = 5 * time.Second

// Sample reads about n records of a topic: half of them the oldest, half the
// newest, spread over the partitions. It takes at most five seconds and gives
// what came by then, by partition and offset; none for an empty topic.
func (a *Admin) Sample(ctx context.Context, topic string, n int) ([]aurora.Record, error) {
	t, err := a.Topic(ctx, topic)
	if err != nil {
		return nil, err
	}
	segments := plan(t.Partitions, int64(n))
	if len(segments) == 0 {
		return nil, nil
	}
	reader, err := kafka.NewConsumer(a.config(kafka.ConfigMap{
		"group.id": "aurora-sample", "enable.auto.commit": false, "enable.auto.offset.store": false,
		"auto.offset.reset": "earliest", "isolation.level": "read_committed", "enable.partition.eof": true,
		"check.crcs": true, "fetch.queue.backoff.ms": 10, "queued.max.messages.kbytes": 16384,
	}))
	if err != nil {
		return nil, a.call("the sample", err)
	}
	defer func() { _ = reader.Close() }()
	s := sampler{admin: a, reader: reader, topic: topic, deadline: time.Now().Add(samplePatience)}
	for _, round := range rounds(segments) {
		if err := s.read(ctx, round); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.records, func(x, y aurora.Record) int {
		return cmp.Or(cmp.Compare(x.Partition, y.Partition), cmp.Compare(x.Offset, y.Offset))
	})
	return s.records, nil
}

// segment is a part of a partition to read: offsets from From up to To, To excluded.
type segment struct {
	partition int32
	from, to  int64
}

// plan shares n records out over the partitions and takes half of each share
// from the start and half from the end.
func plan(partitions []aurora.TopicPartition, n int64) []segment {
	var segments []segment
	for i, share := range shares(partitions, n) {
		p := partitions[i]
		head := (share + 1) / 2
		switch share {
		case 0:
		case p.High - p.Low:
			segments = append(segments, segment{p.Partition, p.Low, p.High})
		default:
			segments = append(segments, segment{p.Partition, p.Low, p.Low + head})
			if share > head {
				segments = append(segments, segment{p.Partition, p.High - (share - head), p.High})
			}
		}
	}
	return segments
}

// shares gives each partition an equal part of n; what a small one cannot give
// is shared out again over the others.
func shares(partitions []aurora.TopicPartition, n int64) []int64 {
	result := make([]int64, len(partitions))
	for n > 0 {
		var open []int
		for i, p := range partitions {
			if p.High-p.Low > result[i] {
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			break
		}
		each := max(n/int64(len(open)), 1)
		for _, i := range open {
			more := min(each, partitions[i].High-partitions[i].Low-result[i], n)
			result[i] += more
			n -= more
		}
	}
	return result
}

// rounds splits the segments so that a round has one segment of a partition:
// a consumer has one position per partition.
func rounds(segments []segment) [][]segment {
	var result [][]segment
	used := map[int32]int{}
	for _, s := range segments {
		round := used[s.partition]
		used[s.partition]++
		if round == len(result) {
			result = append(result, nil)
		}
		result[round] = append(result[round], s)
	}
	return result
}

type sampler struct {
	admin    *Admin
	reader   *kafka.Consumer
	topic    string
	deadline time.Time
	records  []aurora.Record
}

// read reads one round. A segment ends at its last offset, or where the
// partition ends: the last offsets may hold no record.
func (s *sampler) read(ctx context.Context, round []segment) error {
	open := make(map[int32]segment, len(round))
	start := make([]kafka.TopicPartition, len(round))
	for i, part := range round {
		open[part.partition] = part
		start[i] = kafka.TopicPartition{Topic: &s.topic, Partition: part.partition, Offset: kafka.Offset(part.from)}
	}
	if err := s.reader.Assign(start); err != nil {
		return s.admin.call("topic "+s.topic, err)
	}
	// A partition that an earlier round paused stays paused across assignments.
	if err := s.reader.Resume(start); err != nil {
		return s.admin.call("topic "+s.topic, err)
	}
	for len(open) > 0 && time.Now().Before(s.deadline) {
		if ctx.Err() != nil {
			return ended(ctx)
		}
		switch e := s.reader.Poll(50).(type) {
		case *kafka.Message:
			s.take(open, e)
		case kafka.PartitionEOF:
			delete(open, e.Partition)
		case kafka.Error:
			if problem := s.admin.event(e); problem != nil && problem.Code != aurora.CodeKafkaAway {
				return problem
			}
		}
	}
	return nil
}

func (s *sampler) take(open map[int32]segment, m *kafka.Message) {
	part, ok := open[m.TopicPartition.Partition]
	if !ok {
		return
	}
	offset := int64(m.TopicPartition.Offset)
	if offset < part.to {
		s.records = append(s.records, *newRecord(m, s.topic))
	}
	if offset < part.to-1 {
		return
	}
	delete(open, part.partition)
	_ = s.reader.Pause([]kafka.TopicPartition{{Topic: &s.topic, Partition: part.partition}}) // only saves work
}
