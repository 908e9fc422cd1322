package aurora

import (
	"fmt"
	"time"
)

// Security protocols of a Kafka connection.
const (
	ProtocolPlaintext     = "PLAINTEXT"
	ProtocolSSL           = "SSL"
	ProtocolSASLPlaintext = "SASL_PLAINTEXT"
	ProtocolSASLSSL       = "SASL_SSL"
)

// LocalBroker stands in the place of an address for the development broker of the
// stack: wherever it listens when it is needed. It may come back at another port.
const LocalBroker = "local"

// Broker says how to reach a Kafka cluster. Password and key fields hold a
// reference (${env:NAME}, ${file:PATH}), never the secret itself.
type Broker struct {
	Addresses     []string `json:"addresses"`
	Protocol      string   `json:"protocol,omitempty"`
	SASLMechanism string   `json:"sasl_mechanism,omitempty"`
	SASLUser      string   `json:"sasl_user,omitempty"`
	SASLPassword  string   `json:"sasl_password,omitempty"`
	CAFile        string   `json:"ca_file,omitempty"`
	// Insecure allows plaintext to a broker beyond loopback.
	Insecure bool `json:"insecure,omitempty"`
}

// Source is a topic to read from.
type Source struct {
	Broker Broker `json:"broker"`
	Topic  string `json:"topic"`
	// Format is the format of the record values; "json" is the only one so far.
	Format string `json:"format"`
}

// Topic is a topic as the broker describes it.
type Topic struct {
	Name       string           `json:"name"`
	ID         string           `json:"id,omitempty"`
	Partitions []TopicPartition `json:"partitions"`
	// Records is the sum of high minus low watermark over the partitions.
	Records int64 `json:"records"`
}

// TopicPartition is one partition of a topic with its offset range [Low, High).
type TopicPartition struct {
	Partition int32 `json:"partition"`
	Low       int64 `json:"low"`
	High      int64 `json:"high"`
}

// Header is one header of a record.
type Header struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
}

// Record is one Kafka record. A nil Value is a tombstone.
type Record struct {
	Topic     string
	Partition int32
	Offset    int64
	Timestamp time.Time
	Key       []byte
	Value     []byte
	Headers   []Header
}

// Mark is a committed offset with its metadata. Offset is -1 where nothing is committed.
type Mark struct {
	Partition int32
	Offset    int64
	Metadata  string
}

// SourceEvent is what a consumer delivers: [*Record], [PartitionEnd] or [SourceProblem].
type SourceEvent interface{ sourceEvent() }

func (*Record) sourceEvent()       {}
func (PartitionEnd) sourceEvent()  {}
func (SourceProblem) sourceEvent() {}

// PartitionEnd says that the consumer has read a partition up to Position, the
// offset of the next record to come. Between the last record and Position there
// may be offsets that hold no record (transaction markers, compacted records).
type PartitionEnd struct {
	Partition int32
	Position  int64
}

// SourceProblem is an error event of the consumer. Fatal means that the
// consumer is of no use any more (it was fenced, say).
type SourceProblem struct {
	Err   *Error
	Fatal bool
}

// Range is a contiguous range of offsets of one partition; both ends are inclusive.
type Range struct {
	Partition int32 `json:"partition"`
	First     int64 `json:"first"`
	Last      int64 `json:"last"`
}

// Offsets is the number of offsets in the range.
func (r Range) Offsets() int64 { return r.Last - r.First + 1 }

func (r Range) String() string { return fmt.Sprintf("%d:%d-%d", r.Partition, r.First, r.Last) }
