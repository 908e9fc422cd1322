package ask

import "time"

// Intent says what kind of result a plan gives.
type Intent string

// The intents.
const (
	IntentAggregate Intent = "aggregate" // measures, perhaps per dimension
	IntentRows      Intent = "rows"      // rows as they are stored
	IntentLatest    Intent = "latest"    // rows by time, newest or oldest first
	IntentDistinct  Intent = "distinct"  // the different values of a column
	IntentTop       Intent = "top"       // dimensions ranked by a measure
	IntentTrend     Intent = "trend"     // measures per time bucket
)

// Agg is an aggregate function of the plan.
type Agg string

// The aggregates.
const (
	AggCount    Agg = "count"
	AggSum      Agg = "sum"
	AggAvg      Agg = "avg"
	AggMin      Agg = "min"
	AggMax      Agg = "max"
	AggQuantile Agg = "quantile"
	AggDistinct Agg = "distinct"
	AggShare    Agg = "share"          // rows for which Where holds, of all rows
	AggPortion  Agg = "share_of_total" // rows of the group, of all rows
)

// Grain is a unit of time.
type Grain string

// The grains, finest first.
const (
	GrainSecond  Grain = "second"
	GrainMinute  Grain = "minute"
	GrainHour    Grain = "hour"
	GrainDay     Grain = "day"
	GrainWeek    Grain = "week"
	GrainMonth   Grain = "month"
	GrainQuarter Grain = "quarter"
	GrainYear    Grain = "year"
)

// Part is a repeating part of a time: the hour of the day, say.
type Part string

// The parts.
const (
	PartHour    Part = "hour of day"
	PartWeekday Part = "day of week"
	PartMonth   Part = "month of year"
	PartDay     Part = "day of month"
)

// Op compares a column with values.
type Op string

// The operators. A condition may be negated as a whole.
const (
	OpEq       Op = "="
	OpNe       Op = "!="
	OpGt       Op = ">"
	OpGe       Op = ">="
	OpLt       Op = "<"
	OpLe       Op = "<="
	OpIn       Op = "in"
	OpNotIn    Op = "not in"
	OpBetween  Op = "between" // both ends included
	OpMissing  Op = "is missing"
	OpPresent  Op = "is present"
	OpContains Op = "contains"
	OpStarts   Op = "starts with"
	OpEnds     Op = "ends with"
)

// TableRef names a table of the catalogue.
type TableRef struct {
	Database, Name string
}

// ColumnRef names a column of the catalogue.
type ColumnRef struct {
	Table TableRef
	Name  string
	Type  string
}

// Join adds a table that has at most one row per row of the plan's table.
type Join struct {
	Table       TableRef
	Left, Right ColumnRef
}

// Measure is a number computed over rows.
type Measure struct {
	Agg    Agg
	Column *ColumnRef
	// Where is the condition of a share.
	Where [][]Cond
	// Level is the level of a quantile, between 0 and 1.
	Level float64
	// Percent makes a share a number from 0 to 100.
	Percent bool
	// Approximate chooses the estimating form of quantile and distinct.
	Approximate bool
	As          string
}

// Dim is what rows are grouped by: a column, or a bucket or part of a time column.
type Dim struct {
	Column ColumnRef
	Grain  Grain
	Part   Part
	Zone   string
	As     string
}

// Cond compares a column, or (in Having) a measure, with values.
type Cond struct {
	Column  ColumnRef
	Measure int
	Op      Op
	Values  []string
}

// Bound is one end of a window: an absolute instant, or one relative to now
// that stays relative in SQL.
type Bound struct {
	At       time.Time
	Relative bool
	// Floor cuts now to the start of a unit; empty means now itself.
	Floor Grain
	// Back moves by this many units into the past; negative means the future.
	Back int
	Unit Grain
}

// Window is a half-open range of time [From, To) of a column; a nil end is open.
type Window struct {
	Column ColumnRef
	From   *Bound
	To     *Bound
	Zone   string
	Words  string
}

// Order sorts by an output: a measure, a dimension or (for rows) a column.
type Order struct {
	By   string
	Desc bool
}

// QueryPlan is a question in typed form: what both the compiler and the
// sentence of interpretation are made from.
type QueryPlan struct {
	Intent   Intent
	From     TableRef
	RowName  string
	Joins    []Join
	Columns  []ColumnRef // of rows and distinct
	Measures []Measure
	Dims     []Dim
	Filters  [][]Cond // all of these, each any of those
	Time     *Window
	Having   [][]Cond
	Order    []Order
	Limit    int
	PerGroup []Dim
	Fill     bool
}
