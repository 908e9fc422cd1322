package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Bounds of looking for the values of a column: what was found by then is the answer.
const (
	valuesTime = 3 * time.Second
	valuesRead = 5_000_000
)

// Tables gives the user's tables by name, with their columns.
func (db *DB) Tables(ctx context.Context) ([]aurora.Table, error) {
	tables, err := db.tables(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read tables: %w", err)
	}
	return tables, nil
}

// Table gives one table of the user; where there is none, the error has code
// [aurora.CodeTableUnknown].
func (db *DB) Table(ctx context.Context, name string) (aurora.Table, error) {
	if name == "" {
		return aurora.Table{}, unknownTable(name)
	}
	tables, err := db.tables(ctx, name)
	if err != nil {
		return aurora.Table{}, fmt.Errorf("read table %s: %w", name, err)
	}
	if len(tables) == 0 {
		return aurora.Table{}, unknownTable(name)
	}
	return tables[0], nil
}

func unknownTable(name string) *aurora.Error {
	return &aurora.Error{
		Code:   aurora.CodeTableUnknown,
		Title:  "there is no such table",
		Detail: fmt.Sprintf("database %s has no table %q", aurora.DataDatabase, name),
		Hint:   hintTables,
	}
}

// tables reads the catalogue: all tables, or the one that is named.
func (db *DB) tables(ctx context.Context, name string) ([]aurora.Table, error) {
	const sql = `SELECT name, engine, comment, ifNull(total_rows, 0), ifNull(total_bytes, 0), sorting_key, create_table_query
FROM system.tables WHERE database = {database:String} AND (name = {name:String} OR {name:String} = '')
AND NOT is_temporary AND name NOT LIKE '.inner%' ORDER BY name`
	params := map[string]string{"database": aurora.DataDatabase, "name": name}
	tables := []aurora.Table{}
	err := db.each(ctx, sql, params, func(rows driver.Rows) error {
		t := aurora.Table{Database: aurora.DataDatabase}
		var key string
		if err := rows.Scan(&t.Name, &t.Engine, &t.Comment, &t.Rows, &t.Bytes, &key, &t.DDL); err != nil {
			return err
		}
		t.SortingKey = sortingKey(key)
		tables = append(tables, t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return tables, db.fillColumns(ctx, tables, params)
}

// sortingKey splits the text of an order key into its expressions.
func sortingKey(text string) []string {
	if text == "" {
		return nil
	}
	parts := splitTop(text)
	for i := range parts {
		parts[i] = trimName(parts[i])
	}
	return parts
}

// fillColumns reads the columns of the tables in the order they are declared in.
func (db *DB) fillColumns(ctx context.Context, tables []aurora.Table, params map[string]string) error {
	const sql = `SELECT table, name, type, comment, compression_codec FROM system.columns
WHERE database = {database:String} AND (table = {name:String} OR {name:String} = '') ORDER BY table, position`
	index := map[string]*aurora.Table{}
	for i := range tables {
		index[tables[i].Name] = &tables[i]
	}
	return db.each(ctx, sql, params, func(rows driver.Rows) error {
		var (
			table string
			col   aurora.Column
		)
		if err := rows.Scan(&table, &col.Name, &col.Type, &col.Comment, &col.Codec); err != nil {
			return err
		}
		if t := index[table]; t != nil {
			t.Columns = append(t.Columns, col)
		}
		return nil
	})
}

// Values gives values of a column as text, the most frequent first, at most limit. The
// read is bounded: of a large table the first millions of rows speak for the rest.
func (db *DB) Values(ctx context.Context, table, column string, limit int) ([]string, error) {
	sql := fmt.Sprintf(`SELECT toString(assumeNotNull(%[1]s)) AS value FROM %[2]s WHERE isNotNull(%[1]s)
GROUP BY value ORDER BY count() DESC, value LIMIT {limit:UInt32}`, quote(column), dataTable(table))
	settings := clickhouse.Settings{
		"max_rows_to_read": valuesRead, "read_overflow_mode": "break",
		"max_execution_time": int(valuesTime / time.Second), "timeout_overflow_mode": "break",
	}
	values := []string{}
	params := map[string]string{"limit": strconv.Itoa(max(limit, 0))}
	err := db.eachWithin(ctx, 2*valuesTime, sql, settings, params, func(rows driver.Rows) error {
		var value string
		err := rows.Scan(&value)
		values = append(values, value)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read values of %s.%s: %w", table, column, namedFault(err, table, column))
	}
	return values, nil
}

// Unique says whether no two rows of a table hold the same value in the column. A
// table that is too large to be read within the bounds of [DB.Values] counts as not unique.
func (db *DB) Unique(ctx context.Context, table, column string) (bool, error) {
	sql := fmt.Sprintf("SELECT count() = uniqExact(%s) AND count() <= %d FROM %s", quote(column), valuesRead, dataTable(table))
	settings := clickhouse.Settings{
		"max_rows_to_read": valuesRead + 1, "read_overflow_mode": "break",
		"max_execution_time": int(valuesTime / time.Second),
	}
	unique := false
	err := db.eachWithin(ctx, 2*valuesTime, sql, settings, nil, func(rows driver.Rows) error {
		var answer uint8
		err := rows.Scan(&answer)
		unique = answer == 1
		return err
	})
	if aurora.AsError(err) != nil && aurora.AsError(err).Code == aurora.CodeTimeout {
		return false, nil // too slow to tell
	}
	if err != nil {
		return false, fmt.Errorf("read %s.%s: %w", table, column, namedFault(err, table, column))
	}
	return unique, nil
}

// namedFault says which column was asked for, which the engine's message leaves out
// when the statement is long.
func namedFault(err error, table, column string) error {
	var known *aurora.Error
	if !errors.As(err, &known) || known.Code != aurora.CodeColumnUnknown {
		return err
	}
	return &aurora.Error{Code: known.Code, Title: known.Title, Detail: fmt.Sprintf("table %s has no column %q", table, column), Hint: known.Hint, Err: err}
}
