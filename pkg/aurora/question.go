package aurora

import "time"

// EngineChoice says which engine answers a question.
type EngineChoice string

// The engine choices.
const (
	EngineAuto    EngineChoice = "auto"    // the model if one is configured, else offline
	EngineModel   EngineChoice = "model"   // only the model
	EngineOffline EngineChoice = "offline" // only the offline planner; no network
)

// Question is a question in plain language.
type Question struct {
	Text   string       `json:"question"`
	Engine EngineChoice `json:"engine,omitempty"`
	// Model overrides the configured model.
	Model string `json:"model,omitempty"`
	// Limit caps the rows of the answer; 0 means the default.
	Limit int `json:"limit,omitempty"`
	// NoRun stops after the statement was checked.
	NoRun bool `json:"no_run,omitempty"`
}

// Param is a value bound to a {name:Type} placeholder. Value is text, in the form ClickHouse reads for Type.
type Param struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Statement is SQL with typed parameters.
type Statement struct {
	SQL    string  `json:"sql"`
	Params []Param `json:"params"`
}

// Limits bound a read. A zero field means the default of [DefaultLimits].
type Limits struct {
	Time         time.Duration `json:"time,omitempty"`
	Rows         int           `json:"rows,omitempty"`
	ResultBytes  int64         `json:"result_bytes,omitempty"`
	RowsToRead   int64         `json:"rows_to_read,omitempty"`
	MemoryBytes  int64         `json:"memory_bytes,omitempty"`
	JoinUseNulls bool          `json:"join_use_nulls,omitempty"`
}

// The caps of a result: DefaultRows without a limit, MaxRows at most.
const (
	DefaultRows = 500
	MaxRows     = 50_000
)

// DefaultLimits gives the limits of a read: 10 s, 500 rows, 10 MB of result, 1e9 rows read, 1 GB of memory.
func DefaultLimits() Limits {
	return Limits{Time: 10 * time.Second, Rows: DefaultRows, ResultBytes: 10_000_000, RowsToRead: 1_000_000_000, MemoryBytes: 1_000_000_000}
}

// ResultColumn names a column of a result and gives its ClickHouse type.
type ResultColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Stats is what running a statement cost.
type Stats struct {
	RowsRead  uint64  `json:"rows_read"`
	BytesRead uint64  `json:"bytes_read"`
	ElapsedMS float64 `json:"elapsed_ms"`
}

// Result is the rows of a statement. Cells are nil, bool, string, int64,
// float64, []any or map[string]any; integers beyond 53 bits and decimals are
// strings, so that JavaScript does not lose digits. Times are RFC 3339 strings.
type Result struct {
	Columns []ResultColumn `json:"columns"`
	Rows    [][]any        `json:"rows"`
	// Truncated says that more rows exist than are here.
	Truncated bool  `json:"truncated"`
	Stats     Stats `json:"stats"`
}

// Chart is a proposal how to draw a result.
type Chart struct {
	// Kind is "number", "line", "bar" or "table".
	Kind string `json:"kind"`
	// X, Y and Series name columns of the result.
	X      string   `json:"x,omitempty"`
	Y      []string `json:"y,omitempty"`
	Series string   `json:"series,omitempty"`
}

// Answer is the answer to a question, with how it was found.
type Answer struct {
	Question string `json:"question"`
	// Interpretation says in one sentence what was understood.
	Interpretation string   `json:"interpretation"`
	Assumptions    []string `json:"assumptions"`
	Statement
	Result
	// Tables lists the tables the statement reads.
	Tables []string `json:"tables"`
	// Engine is "offline" or "model:NAME".
	Engine     string   `json:"engine"`
	Confidence float64  `json:"confidence"`
	Chart      Chart    `json:"chart"`
	Notes      []string `json:"notes,omitempty"`
	// Steps are the stages with their times.
	Steps []Step `json:"steps,omitempty"`
}

// Step is one stage of an operation: emitted as it ends, to show progress.
type Step struct {
	Name      string  `json:"name"`
	Summary   string  `json:"summary,omitempty"`
	ElapsedMS float64 `json:"elapsed_ms"`
}
