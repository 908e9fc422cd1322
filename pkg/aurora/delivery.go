package aurora

// Marks is what the store knows of one partition of a pipeline's epoch. Every
// offset is -1 where nothing is known.
type Marks struct {
	// Ledger is the range of the last ledger row (the one with the highest Last);
	// First and Last are -1 where the epoch has none.
	Ledger Range
	// Table is the highest _offset of the partition in the target table.
	Table int64
	// Dead is the highest offset among the dead letters of the epoch.
	Dead int64
	// Stored, DeadLetters and Tombstones are sums over the ledger of the epoch.
	Stored, DeadLetters, Tombstones int64
}

// NoMarks is the Marks of a partition of which nothing is stored.
func NoMarks(partition int32) Marks {
	return Marks{Ledger: Range{Partition: partition, First: -1, Last: -1}, Table: -1, Dead: -1}
}

// SinkClass says what the failure of an insert means for the block.
type SinkClass string

// The classes.
const (
	SinkRetry    SinkClass = "retry"    // ClickHouse is away or busy: the same block again, without end
	SinkSchema   SinkClass = "schema"   // the table is not what the block was built for
	SinkRow      SinkClass = "row"      // at least one row is refused for good
	SinkPipeline SinkClass = "pipeline" // needs a person: a missing table, a missing right
	SinkUnknown  SinkClass = "unknown"  // a code nobody has classified: a few tries, then stop
)

// SinkError is the failure of a write of the delivery path. Err is mostly an [*Error].
type SinkError struct {
	Class SinkClass
	// Number is ClickHouse's error number; 0 where there was no answer.
	Number int
	Err    error
}

func (e *SinkError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *SinkError) Unwrap() error { return e.Err }

// CommitError is the refusal of an offset commit. A commit that failed neither
// Retriable nor Fatal ends the pipeline with Err.
type CommitError struct {
	// Retriable: repeat the same commit for as long as the partition is owned.
	Retriable bool
	// Fatal: the consumer is of no use any more (another process took its place).
	Fatal bool
	Err   error
}

func (e *CommitError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *CommitError) Unwrap() error { return e.Err }
