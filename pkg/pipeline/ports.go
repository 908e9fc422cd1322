// Package pipeline carries the records of a topic into a table, exactly once.
//
// A block is one contiguous range of offsets of one partition. The range is
// announced in the metadata of the offset commit before the block is inserted,
// and the insert carries a deduplication token that is a pure function of the
// range. Whoever owns the partition next therefore reads exactly that range
// again and inserts it under the same token, and ClickHouse drops what it has.
package pipeline

import (
	"context"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Source is one member of the consumer group of a pipeline.
//
// Poll, Pause and Resume are called by one goroutine only; the others by any, also while
// Poll is inside a [Rebalancer]. Poll gives nil when nothing came within the timeout.
// Commit is synchronous and gives nil only if every partition was accepted; its errors
// are [*aurora.CommitError]. Committed asks the broker each time and gives one mark per
// partition, in any order, with Offset -1 where nothing is committed.
type Source interface {
	Poll(timeout time.Duration) aurora.SourceEvent
	Committed(partitions []int32) ([]aurora.Mark, error)
	Commit(marks []aurora.Mark) error
	Bounds(partition int32) (low, high int64, err error)
	Pause(partitions []int32) error
	Resume(partitions []int32) error
	Close() error
}

// Rebalancer is told by a Source, inside Poll or Close, which partitions it owns.
// Assigned gives the offset to read each partition from; an error ends the consumer.
// Revoked returns when the partitions may be given up; lost says that another member
// may own them already, so that nothing can be committed.
type Rebalancer interface {
	Assigned(partitions []int32) (start []aurora.Mark, err error)
	Revoked(partitions []int32, lost bool) error
}

// Store is where blocks, ledger and dead letters go. Every method is idempotent for
// equal arguments. Errors of the three writing methods are [*aurora.SinkError]; any
// other error counts as [aurora.SinkRetry] if it is a connection error and as
// [aurora.SinkUnknown] otherwise.
type Store interface {
	// InsertBlock stores a block in native format once per token. When it fails, the
	// block may be stored wholly, in part, or not at all.
	InsertBlock(ctx context.Context, table string, columns []string, native []byte, token string) error
	// CountRange counts the rows of the table that came from the range.
	CountRange(ctx context.Context, table, topic string, r aurora.Range) (int64, error)
	// StoredMarks gives what is known of each partition of the pipeline's epoch; a
	// partition of which nothing is known may be missing.
	StoredMarks(ctx context.Context, p aurora.Pipeline) (map[int32]aurora.Marks, error)
	AppendLedger(ctx context.Context, entries []aurora.LedgerEntry) error
	AppendDeadLetters(ctx context.Context, letters []aurora.DeadLetter, r aurora.Range) error
}

// Block builds the columns of one insert. Append gives nil when the record became a row;
// otherwise the block is as before and the letter says why. Encode is valid until Reset.
type Block interface {
	Append(rec *aurora.Record) *aurora.DeadLetter
	Rows() int
	PartitionKeys() int
	Columns() []string
	Encode() []byte
	Reset()
}

// Registry is where pipelines are declared and workers report.
type Registry interface {
	Pipelines(ctx context.Context) ([]aurora.Pipeline, error)
	Heartbeat(ctx context.Context, w aurora.Worker) error
	ReportStatus(ctx context.Context, pipelineID, worker string, status aurora.PipelineStatus) error
}

// Connect opens the group member of a pipeline; the rebalancer is called from its Poll.
type Connect func(ctx context.Context, p aurora.Pipeline, reb Rebalancer) (Source, error)

// NewBlock makes an empty block for a pipeline.
type NewBlock func(p aurora.Pipeline) (Block, error)

// The points at which tests stop, delay or kill a pipeline; see [Options].
const (
	PointAssignCommitted = "assign.after_committed"
	PointIntentBefore    = "intent.before"
	PointIntentAfter     = "intent.after"
	PointInsertBefore    = "insert.before"
	PointInsertMid       = "insert.mid" // called by a store, when half of the body is sent
	PointInsertAfter     = "insert.after"
	PointDeadAfter       = "dead.after"
	PointLedgerAfter     = "ledger.after"
	PointAdvanceBefore   = "advance.before"
	PointAdvanceAfter    = "advance.after"
	PointRevokeDraining  = "revoke.draining"
)
