package httpd

import "time"

// Engine opens connections to the engine. It is safe for concurrent use.
type Engine interface {
	// Connect opens a connection. The caller closes it.
	Connect() (Conn, error)
}

// Conn is a connection with settings, role and database of its own. It runs one
// statement at a time. Errors carry the engine's text ("Code: 60. …").
type Conn interface {
	// Query runs a statement and keeps its result in memory.
	Query(sql, format string, params []Param) (Result, error)
	// Stream runs a SELECT and gives its result block by block.
	Stream(sql, format string, params []Param) (Stream, error)
	// Insert begins an INSERT (without FORMAT clause) whose data follows.
	Insert(sql, format string, params []Param) (Insert, error)
	// Classify parses a text without running it.
	Classify(sql string) (Analysis, error)
	// Close gives the connection back; nothing of it may be in use any more.
	Close()
}

// Result is a whole result. Its bytes are valid until Close.
type Result interface {
	Bytes() []byte
	Stats() Stats
	Close()
}

// Stream is a result in pieces. A piece is valid until the next call; an empty
// one is the end. Close cancels what still runs.
type Stream interface {
	Next() ([]byte, Stats, error)
	Close()
}

// Insert takes the data of an INSERT. Exactly one of Done and Cancel ends it.
// After a failed Write, Done tells the reason. Cancel stores no row.
type Insert interface {
	Write(data []byte) (int, error)
	Done() (Stats, error)
	Cancel()
}

// Param is the value of a {name:Type} parameter.
type Param struct {
	Name  string
	Value string
}

// Stats counts what a statement read, gave and wrote.
type Stats struct {
	Elapsed                   time.Duration
	ResultRows                uint64
	ReadRows, ReadBytes       uint64
	WrittenRows, WrittenBytes uint64
}

// Analysis is what the engine's parser says of a text: how many statements it
// holds, and whether it is one that only reads or could be parsed at all.
type Analysis struct {
	Count    int
	ReadOnly bool
	Unknown  bool
}
