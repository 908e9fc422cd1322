package chaos

import (
	"context"
	"fmt"
	"hash/crc32"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aurora-analytics/aurora/pkg/kafka"
)

// event is record number id: every value follows from the number.
func event(id int64) []byte {
	return fmt.Appendf(nil, `{"id":%d,"kind":"%s","user":"%s","amount":%d,"at":"%s","public":%t,"note":"%s"}`,
		id, kind(id), user(id), amount(id), at(id), id%3 == 0, note(id))
}

func kind(id int64) string  { return []string{"view", "click", "order", "refund"}[id%4] }
func user(id int64) string  { return "user" + strconv.FormatInt(id*7919%10007, 10) }
func amount(id int64) int64 { return id * 31 % 100_000 }
func note(id int64) string {
	return fmt.Sprintf("the event number %d has some words like %x", id, id*2654435761)
}

// at spreads the events over three days, so that every block falls into three partitions of the table.
func at(id int64) string {
	return time.Date(2026, time.March, 1+int(id%3), int(id%24), int(id%60), 0, 0, time.UTC).Format(time.RFC3339)
}

// sums are check sums over rows, the same from here and from ClickHouse.
type sums struct{ count, ids, amounts, texts int64 }

// sumsSQL gives the sums, and before them the number of distinct offsets.
const sumsSQL = `SELECT uniqExact(_topic, _partition, _offset), count(), toInt64(sum(id)), toInt64(sum(amount)),
toInt64(sum(CRC32(concat(toString(id), '|', kind, '|', user, '|', note)))) FROM aurora.events`

func (s *sums) add(id int64) {
	s.count++
	s.ids += id
	s.amounts += amount(id)
	s.texts += int64(crc32.ChecksumIEEE(fmt.Appendf(nil, "%d|%s|%s|%s", id, kind(id), user(id), note(id))))
}

// stream produces events in the background.
type stream struct {
	made atomic.Int64
	done chan struct{}
	sums sums // of everything, once done is closed
	err  error
}

// produce produces n events, spread over about a time; zero means as fast as it goes.
func (r *rig) produce(ctx context.Context, n int64, over time.Duration) *stream {
	s := &stream{done: make(chan struct{})}
	producer, err := kafka.NewProducer(ctx, r.where(), kafka.Options{})
	r.must(err)
	go func() {
		defer close(s.done)
		defer func() { _ = producer.Close() }()
		begun := time.Now()
		for id := range n {
			if s.err = producer.Produce(ctx, r.pipeline.Source.Topic, []byte(user(id)), event(id)); s.err != nil {
				return
			}
			s.sums.add(id)
			s.made.Add(1)
			if over > 0 && id%500 == 0 {
				pace(ctx, begun, over, float64(id)/float64(n))
			}
		}
		s.err = producer.Flush(ctx)
	}()
	return s
}

// pace waits until the share of the time has passed.
func pace(ctx context.Context, begun time.Time, over time.Duration, share float64) {
	left := time.Until(begun.Add(time.Duration(share * float64(over))))
	if left <= 0 {
		return
	}
	select {
	case <-time.After(left):
	case <-ctx.Done():
	}
}
