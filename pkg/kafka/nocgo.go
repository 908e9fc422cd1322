//go:build !cgo

package kafka

import (
	"context"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// errNoCgo says that this build cannot speak to Kafka.
func errNoCgo() error {
	return &aurora.Error{Code: aurora.CodePlatform, Title: "this build of aurora has no Kafka client",
		Detail: "the client needs cgo, and the program was built with CGO_ENABLED=0", Hint: "build with CGO_ENABLED=1 and a C compiler"}
}

// Consumer is one member of a consumer group; not in this build.
type Consumer struct{}

// NewConsumer fails: the client needs cgo.
func NewConsumer(context.Context, aurora.Broker, ConsumerOptions, Rebalancer) (*Consumer, error) {
	return nil, errNoCgo()
}

func (*Consumer) Poll(time.Duration) aurora.SourceEvent     { return nil }
func (*Consumer) Committed([]int32) ([]aurora.Mark, error)  { return nil, errNoCgo() }
func (*Consumer) Commit([]aurora.Mark) error                { return errNoCgo() }
func (*Consumer) Bounds(int32) (low, high int64, err error) { return 0, 0, errNoCgo() }
func (*Consumer) Pause([]int32) error                       { return errNoCgo() }
func (*Consumer) Resume([]int32) error                      { return errNoCgo() }
func (*Consumer) Close() error                              { return nil }

// Admin lists, creates and samples topics; not in this build.
type Admin struct{}

// NewAdmin fails: the client needs cgo.
func NewAdmin(context.Context, aurora.Broker, Options) (*Admin, error) { return nil, errNoCgo() }

func (*Admin) Topics(context.Context) ([]aurora.Topic, error)      { return nil, errNoCgo() }
func (*Admin) Topic(context.Context, string) (aurora.Topic, error) { return aurora.Topic{}, errNoCgo() }
func (*Admin) CreateTopic(context.Context, string, int) error      { return errNoCgo() }
func (*Admin) Sample(context.Context, string, int) ([]aurora.Record, error) {
	return nil, errNoCgo()
}
func (*Admin) Close() error { return nil }

// Producer writes records; not in this build.
type Producer struct{}

// NewProducer fails: the client needs cgo.
func NewProducer(context.Context, aurora.Broker, Options) (*Producer, error) { return nil, errNoCgo() }

func (*Producer) Produce(context.Context, string, []byte, []byte) error { return errNoCgo() }
func (*Producer) Flush(context.Context) error                           { return errNoCgo() }
func (*Producer) Counts() (delivered, failed int64)                     { return 0, 0 }
func (*Producer) Close() error                                          { return nil }
