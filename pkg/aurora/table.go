package aurora

// The databases Aurora uses. The user's tables live in DataDatabase, Aurora's
// own in SystemDatabase; `default` is never used.
const (
	DataDatabase   = "aurora"
	SystemDatabase = "aurora_system"
)

// The columns every table that Aurora creates has beside the user's.
const (
	ColumnTopic     = "_topic"
	ColumnPartition = "_partition"
	ColumnOffset    = "_offset"
	ColumnTimestamp = "_timestamp"
	ColumnExtra     = "_extra"
)

// Column is a column of a table. Columns are ordered: they travel in slices, never in maps.
type Column struct {
	Name string `json:"name"`
	// Type is the ClickHouse type.
	Type string `json:"type"`
	// Path is where the value stands in the record, outermost key first; empty for Aurora's own columns.
	Path []string `json:"path,omitempty"`
	// Unit of an epoch timestamp in the record: "s", "ms", "us" or "ns"; empty where the value is not an epoch.
	Epoch string `json:"epoch,omitempty"`
	// Mixed says that the column takes values of every kind: text as it is, anything
	// else as the JSON it stood as. Only columns of String, or lists of it, are mixed.
	Mixed   bool   `json:"mixed,omitempty"`
	Codec   string `json:"codec,omitempty"`
	Comment string `json:"comment,omitempty"`
	// NullShare is the share (0..1) of the sample in which the value was null or missing.
	NullShare float64 `json:"null_share"`
	// Distinct is the number of distinct values in the sample.
	Distinct int    `json:"distinct,omitempty"`
	Example  string `json:"example,omitempty"`
	// Why says in words why the column has its type.
	Why string `json:"why,omitempty"`
}

// Schema is the shape of a table: its columns in order, its keys and how it is kept.
type Schema struct {
	Columns     []Column `json:"columns"`
	OrderBy     []string `json:"order_by"`
	PartitionBy string   `json:"partition_by,omitempty"`
	// TimeColumn is the column that holds the time of the event.
	TimeColumn string `json:"time_column,omitempty"`
	// Version counts the changes of the schema from 1.
	Version int `json:"version"`
}

// Table is a table of the warehouse.
type Table struct {
	Database string   `json:"database"`
	Name     string   `json:"name"`
	Engine   string   `json:"engine"`
	Comment  string   `json:"comment,omitempty"`
	Columns  []Column `json:"columns,omitempty"`
	Rows     uint64   `json:"rows"`
	Bytes    uint64   `json:"bytes"`
	// SortingKey lists the columns of the order key.
	SortingKey []string `json:"sorting_key,omitempty"`
	DDL        string   `json:"ddl,omitempty"`
}

// Sample is what a look at a topic found: the inferred schema and what could not be read.
type Sample struct {
	Topic   string `json:"topic"`
	Format  string `json:"format"`
	Records int    `json:"records"`
	Schema  Schema `json:"schema"`
	// Unreadable counts the records that are not of the format; Problems holds the first few.
	Unreadable int          `json:"unreadable"`
	Problems   []DeadLetter `json:"problems,omitempty"`
	// Empty lists the fields that got no column, because they were always null, [] or {}.
	Empty []string `json:"empty,omitempty"`
}
