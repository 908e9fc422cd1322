package aurora

import (
	"fmt"
	"time"
)

// Desired is what the user wants of a pipeline.
type Desired string

// The desired states.
const (
	DesiredRunning Desired = "running"
	DesiredStopped Desired = "stopped"
	// DesiredRemoved is the end: the table was dropped, and the name may be used anew.
	DesiredRemoved Desired = "removed"
)

// State is what a pipeline is doing.
type State string

// The observed states.
const (
	StateStarting State = "starting" // connecting, being assigned, replaying an intent
	StateRunning  State = "running"  // blocks flow, or the topic is idle
	StateRetrying State = "retrying" // broker or ClickHouse is away; reading stopped; heals by itself
	StateFailed   State = "failed"   // needs a person: LastError says why and what next
	StateStopped  State = "stopped"  // disconnected
)

// Pipeline carries a topic into a table. It is declared by a versioned row in
// ClickHouse and made so by workers.
type Pipeline struct {
	// ID names the pipeline for ever: its name and a random suffix per creation.
	ID     string `json:"id"`
	Name   string `json:"name"`
	Source Source `json:"source"`
	// Table is the target table in DataDatabase.
	Table  string `json:"table"`
	Schema Schema `json:"schema"`
	// Epoch grows when offsets start anew; it is part of the consumer group and of every token.
	Epoch int `json:"epoch"`
	// Start holds the epoch's first offset per partition; a partition not listed starts at its beginning.
	Start map[int32]int64 `json:"start,omitempty"`
	// Batch bounds the blocks.
	Batch Batch `json:"batch"`
	// OnGap says what happens when the broker has deleted records before they were read: "stop" or "skip".
	OnGap   string    `json:"on_gap"`
	Desired Desired   `json:"desired"`
	Version int64     `json:"version"`
	Created time.Time `json:"created"`
	Changed time.Time `json:"changed"`
	// Status is what the workers report; zero when none runs the pipeline.
	Status PipelineStatus `json:"status"`
}

// Group is the consumer group of the pipeline's epoch.
func (p Pipeline) Group() string { return fmt.Sprintf("aurora.%s.e%d", p.ID, p.Epoch) }

// Key is the pipeline and its epoch, as it stands in tokens and in commit metadata.
func (p Pipeline) Key() string { return fmt.Sprintf("%s.%d", p.ID, p.Epoch) }

// Token is the deduplication token of a block: a pure function of the range.
func (p Pipeline) Token(r Range) string {
	return fmt.Sprintf("%s/%s:%d:%d-%d", p.Key(), p.Source.Topic, r.Partition, r.First, r.Last)
}

// Batch bounds a block. A block is closed by the first bound it meets.
type Batch struct {
	Rows  int           `json:"rows"`
	Bytes int           `json:"bytes"`
	Wait  time.Duration `json:"wait"`
}

// DefaultBatch gives the default bounds: 100,000 rows, 8 MiB, 400 ms.
func DefaultBatch() Batch { return Batch{Rows: 100_000, Bytes: 8 << 20, Wait: 400 * time.Millisecond} }

// PipelineStatus is what the workers report of a pipeline, summed over its partitions.
type PipelineStatus struct {
	State State `json:"state"`
	// Lag is the number of records not yet stored, over all owned partitions.
	Lag           int64             `json:"lag"`
	Stored        int64             `json:"stored"`
	Dead          int64             `json:"dead_letters"`
	Tombstones    int64             `json:"tombstones"`
	RowsPerSecond float64           `json:"rows_per_second"`
	LastError     string            `json:"last_error,omitempty"`
	Hint          string            `json:"hint,omitempty"`
	Partitions    []PartitionStatus `json:"partitions,omitempty"`
	Updated       time.Time         `json:"updated"`
}

// PartitionStatus is what the owner of a partition reports.
type PartitionStatus struct {
	Partition int32  `json:"partition"`
	Worker    string `json:"worker"`
	// Next is the committed offset: everything before it is stored or dead-lettered.
	Next int64 `json:"next"`
	End  int64 `json:"end"`
	Lag  int64 `json:"lag"`
}

// Reason says why a record is a dead letter.
type Reason string

// The reasons.
const (
	ReasonParse    Reason = "parse_error"     // not of the format
	ReasonMismatch Reason = "schema_mismatch" // a value that does not fit its column
	ReasonSink     Reason = "sink_rejection"  // ClickHouse refused the row
	ReasonTooLarge Reason = "too_large"       // above the record size limit
)

// DeadLetter is a record that could not be stored, with its reason and its bytes.
type DeadLetter struct {
	Pipeline  string    `json:"pipeline"`
	Epoch     int       `json:"epoch"`
	Topic     string    `json:"topic"`
	Partition int32     `json:"partition"`
	Offset    int64     `json:"offset"`
	Timestamp time.Time `json:"timestamp"`
	Reason    Reason    `json:"reason"`
	Column    string    `json:"column,omitempty"`
	Message   string    `json:"message"`
	Key       []byte    `json:"key,omitempty"`
	Value     []byte    `json:"value"`
	Headers   []Header  `json:"headers,omitempty"`
}

// LedgerEntry accounts for every offset of a block: Range.Offsets() = Stored + Dead + Tombstones + Gaps.
type LedgerEntry struct {
	Pipeline   string    `json:"pipeline"`
	Epoch      int       `json:"epoch"`
	Topic      string    `json:"topic"`
	Range      Range     `json:"range"`
	Read       int64     `json:"read"`
	Stored     int64     `json:"stored"`
	Dead       int64     `json:"dead"`
	Tombstones int64     `json:"tombstones"`
	Gaps       int64     `json:"gaps"`
	Schema     int       `json:"schema"`
	Worker     string    `json:"worker"`
	At         time.Time `json:"at"`
}

// Worker is the heartbeat of a worker process.
type Worker struct {
	Name      string    `json:"name"`
	Host      string    `json:"host"`
	PID       int       `json:"pid"`
	Version   string    `json:"version"`
	Pipelines int       `json:"pipelines"`
	RSS       int64     `json:"rss_bytes"`
	Started   time.Time `json:"started"`
	Seen      time.Time `json:"seen"`
}
