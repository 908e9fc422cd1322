package clickhouse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Exec runs a statement that gives no rows, as the writer: DDL mostly.
func (db *DB) Exec(ctx context.Context, sql string) error {
	return db.exec(ctx, 5*time.Minute, sql)
}

func (db *DB) exec(ctx context.Context, limit time.Duration, sql string) error {
	c, done := db.begin(ctx, limit)
	defer done()
	return db.fault(c, db.writer.Exec(c.ctx, sql))
}

// column is a column of an insert: the type is given so that the driver need not ask.
type column = clickhouse.ColumnNameAndType

// insert is a small insert into a control table.
type insert struct {
	table   string // quoted
	columns []column
	rows    [][]any
	// token makes the insert happen once; without one it happens each time.
	token string
}

// insert stores rows as the writer. The error is an [aurora.SinkError].
func (db *DB) insert(ctx context.Context, in insert) error {
	settings := clickhouse.Settings{}
	if in.token != "" {
		settings["insert_deduplication_token"] = in.token
	}
	c, done := db.begin(ctx, controlTimeout, clickhouse.WithSettings(settings), clickhouse.WithColumnNamesAndTypes(in.columns))
	defer done()
	return db.sinkFault(c, db.send(c, in))
}

func (db *DB) send(c *call, in insert) error {
	names := make([]string, len(in.columns))
	for i, col := range in.columns {
		names[i] = col.Name
	}
	batch, err := db.writer.PrepareBatch(c.ctx, fmt.Sprintf("INSERT INTO %s (%s)", in.table, quoteAll(names)))
	if err != nil {
		return err
	}
	defer func() { _ = batch.Close() }()
	for _, row := range in.rows {
		if err := batch.Append(row...); err != nil {
			return err
		}
	}
	return batch.Send()
}

// each runs a query of Aurora's own as the writer and calls scan for each row.
func (db *DB) each(ctx context.Context, sql string, params map[string]string, scan func(driver.Rows) error) error {
	return db.eachWithin(ctx, controlTimeout, sql, clickhouse.Settings{}, params, scan)
}

func (db *DB) eachWithin(ctx context.Context, limit time.Duration, sql string, settings clickhouse.Settings, params map[string]string, scan func(driver.Rows) error) error {
	bound := clickhouse.Parameters{}
	for name, value := range params {
		bound[name] = paramEscaper.Replace(value)
	}
	c, done := db.begin(ctx, limit, clickhouse.WithSettings(settings), clickhouse.WithParameters(bound))
	defer done()
	rows, err := db.writer.Query(c.ctx, sql)
	if err != nil {
		return db.fault(c, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return db.fault(c, err)
		}
	}
	return db.fault(c, rows.Err())
}

// digest is a short token for a list of parts, the same for equal parts only.
func digest(kind string, parts []string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return kind + "/" + hex.EncodeToString(sum[:16])
}
