package clickhouse

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// graceTime is how much longer than ClickHouse itself Aurora waits before it ends a statement.
const graceTime = 500 * time.Millisecond

// Query runs a statement as the reader, within limits. One row more than allowed is
// asked for, so that a result that was cut can say so.
func (db *DB) Query(ctx context.Context, statement aurora.Statement, limits aurora.Limits) (aurora.Result, error) {
	limits = withDefaults(limits)
	started := time.Now()
	c, done := db.begin(ctx, limits.Time+graceTime, readOptions(statement.Params, limits)...)
	defer done()
	rows, err := db.reader.Query(c.ctx, statement.SQL)
	if err != nil {
		return aurora.Result{}, db.fault(c, err)
	}
	defer func() { done(); _ = rows.Close() }() // cancelled first: what was not read is not waited for
	result, err := collect(rows, limits)
	if err != nil {
		return aurora.Result{}, db.fault(c, err)
	}
	result.Stats = c.answer.stats(time.Since(started))
	return result, nil
}

// withDefaults fills the limits that were not given and caps the rows.
func withDefaults(limits aurora.Limits) aurora.Limits {
	defaults := aurora.DefaultLimits()
	if limits.Time <= 0 {
		limits.Time = defaults.Time
	}
	if limits.Rows <= 0 {
		limits.Rows = defaults.Rows
	}
	limits.Rows = min(limits.Rows, aurora.MaxRows)
	if limits.ResultBytes <= 0 {
		limits.ResultBytes = defaults.ResultBytes
	}
	if limits.RowsToRead <= 0 {
		limits.RowsToRead = defaults.RowsToRead
	}
	if limits.MemoryBytes <= 0 {
		limits.MemoryBytes = defaults.MemoryBytes
	}
	return limits
}

// readOptions are the parameters and the settings of a read. The engine's own reader
// clamps the settings; they are sent so that a smaller limit holds and a server obeys.
func readOptions(params []aurora.Param, limits aurora.Limits) []clickhouse.QueryOption {
	settings := clickhouse.Settings{
		"readonly":             1,
		"max_execution_time":   int(math.Ceil(limits.Time.Seconds())),
		"max_result_rows":      limits.Rows + 1,
		"max_result_bytes":     2 * limits.ResultBytes, // collect cuts first, and says so
		"result_overflow_mode": "break",
		"max_rows_to_read":     limits.RowsToRead,
		"max_memory_usage":     limits.MemoryBytes,
	}
	if limits.JoinUseNulls {
		settings["join_use_nulls"] = 1
	}
	return []clickhouse.QueryOption{clickhouse.WithSettings(settings), withParams(params)}
}

// withParams binds parameters natively: their text never becomes part of the statement.
func withParams(params []aurora.Param) clickhouse.QueryOption {
	bound := make(clickhouse.Parameters, len(params))
	for _, p := range params {
		bound[p.Name] = paramText(p)
	}
	return clickhouse.WithParameters(bound)
}

// paramEscaper writes text so that ClickHouse, which reads a parameter as a field of a
// tab-separated line, gets it back unchanged.
var paramEscaper = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", `\0`, "\b", `\b`, "\f", `\f`)

// paramText is the value of a parameter as it travels. The value `\N` of a Nullable
// parameter is NULL. Values of composite types have quoting of their own.
func paramText(p aurora.Param) string {
	t := parseType(p.Type)
	if t.name == "Nullable" && p.Value == `\N` {
		return p.Value
	}
	switch t.base().name {
	case "Array", "Map", "Tuple", "Nested", "Variant", "Point", "Ring", "LineString", "Polygon", "MultiPolygon", "MultiLineString":
		return p.Value
	}
	return paramEscaper.Replace(p.Value)
}

// collect reads rows up to the limits of rows and bytes; one more row than fits makes the
// result a truncated one.
func collect(rows driver.Rows, limits aurora.Limits) (aurora.Result, error) {
	result := aurora.Result{Columns: []aurora.ResultColumn{}, Rows: [][]any{}}
	reader := newCellReader(rows.ColumnTypes())
	for _, column := range rows.ColumnTypes() {
		result.Columns = append(result.Columns, aurora.ResultColumn{Name: column.Name(), Type: column.DatabaseTypeName()})
	}
	var bytes int64
	for rows.Next() {
		cells, err := reader.read(rows)
		if err != nil {
			return result, err
		}
		bytes += weight(cells)
		if len(result.Rows) == limits.Rows || bytes > limits.ResultBytes {
			result.Truncated = true
			return result, nil
		}
		result.Rows = append(result.Rows, cells)
	}
	return result, rows.Err()
}

// stats gives what the answer says the statement cost.
func (a *answer) stats(elapsed time.Duration) aurora.Stats {
	return aurora.Stats{
		RowsRead:  number(a.summary.ReadRows),
		BytesRead: number(a.summary.ReadBytes),
		ElapsedMS: math.Round(float64(elapsed.Microseconds())/10) / 100,
	}
}

// Format gives a statement back on one line, as ClickHouse understood it. Nothing is run.
func (db *DB) Format(ctx context.Context, sql string) (string, error) {
	lines, err := db.readText(ctx, aurora.Statement{
		SQL:    "SELECT formatQuerySingleLine({q:String})",
		Params: []aurora.Param{{Name: "q", Type: "String", Value: sql}},
	})
	if err != nil {
		return "", err
	}
	if len(lines) != 1 {
		return "", fmt.Errorf("format: %d lines where one was expected", len(lines))
	}
	return lines[0], nil
}

// ExplainAST gives the syntax tree of a statement, one node per line. Nothing is run.
func (db *DB) ExplainAST(ctx context.Context, statement aurora.Statement) (string, error) {
	lines, err := db.readText(ctx, aurora.Statement{SQL: "EXPLAIN AST " + statement.SQL, Params: statement.Params})
	if err != nil {
		return "", err
	}
	return strings.Join(lines, "\n"), nil
}

// readText runs a statement of one text column as the reader.
func (db *DB) readText(ctx context.Context, statement aurora.Statement) ([]string, error) {
	limits := withDefaults(aurora.Limits{Rows: aurora.MaxRows})
	c, done := db.begin(ctx, limits.Time+graceTime, readOptions(statement.Params, limits)...)
	defer done()
	rows, err := db.reader.Query(c.ctx, statement.SQL)
	if err != nil {
		return nil, db.fault(c, err)
	}
	defer func() { _ = rows.Close() }()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, db.fault(c, err)
		}
		lines = append(lines, line)
	}
	return lines, db.fault(c, rows.Err())
}
