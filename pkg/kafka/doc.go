// Package kafka is the adapter to Apache Kafka and what speaks its protocol.
//
// It has three parts: [Consumer] is one member of a consumer group, [Producer]
// writes records, and [Admin] lists, creates and samples topics. The driver
// (librdkafka) does not leave this package: its errors become [*aurora.Error]
// with the cause that librdkafka found, which is often said in an event or a log
// line and not in the error of the call that failed. The driver needs cgo;
// without it every constructor returns an error that says so.
package kafka

import (
	"log/slog"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Options are what every client needs beside the broker.
type Options struct {
	// Secrets gives the secret behind a reference such as ${env:NAME}; see [Secrets].
	// It may be nil where the broker needs no password.
	Secrets func(reference string) (string, error)
	// Log takes what the driver says; nil means silence.
	Log *slog.Logger
}

// ConsumerOptions say what a [Consumer] reads and as whom.
type ConsumerOptions struct {
	Topic string
	Group string
	// InstanceID makes the member static: a restart within the session timeout (10 s)
	// gets the same partitions back without a rebalance. Empty means a dynamic
	// member, which leaves the group when it is closed.
	InstanceID string
	Secrets    func(reference string) (string, error)
	Log        *slog.Logger
}

// Rebalancer is told which partitions a [Consumer] owns. Both methods are
// called inside Poll or Close, never at the same time.
type Rebalancer interface {
	// Assigned gives the offset to start each partition at. After an error nothing
	// is read, and the consumer delivers a fatal [aurora.SourceProblem].
	Assigned(partitions []int32) (start []aurora.Mark, err error)
	// Revoked returns when the partitions may go to another member. When they are
	// lost another member may own them already, and no commit can succeed.
	Revoked(partitions []int32, lost bool) error
}

func logger(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}
