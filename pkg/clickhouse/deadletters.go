package clickhouse

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/column/orderedmap"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// letterColumns are the columns of a dead letter, in the order of letterRow.
var letterColumns = []column{
	{Name: "pipeline", Type: "String"},
	{Name: "epoch", Type: "UInt32"},
	{Name: "topic", Type: "LowCardinality(String)"},
	{Name: "partition", Type: "Int32"},
	{Name: "offset", Type: "Int64"},
	{Name: "block_first", Type: "Int64"},
	{Name: "block_last", Type: "Int64"},
	{Name: "ts", Type: "DateTime64(3, 'UTC')"},
	{Name: "reason", Type: "LowCardinality(String)"},
	{Name: "column", Type: "String"},
	{Name: "message", Type: "String"},
	{Name: "key", Type: "String"},
	{Name: "value", Type: "String"},
	{Name: "headers", Type: "Map(String, String)"},
}

func letterRow(l aurora.DeadLetter, r aurora.Range) []any {
	headers := orderedmap.Map[string, string]{} // headers are ordered and may repeat
	for _, header := range l.Headers {
		headers.Put(header.Key, string(header.Value))
	}
	return []any{
		l.Pipeline, uint32(l.Epoch), l.Topic, l.Partition, l.Offset, r.First, r.Last, l.Timestamp.UTC(),
		string(l.Reason), l.Column, l.Message, string(l.Key), string(l.Value), &headers,
	}
}

// AppendDeadLetters stores the dead letters of one block, the range r. Each counts once,
// however often the block is repeated.
func (db *DB) AppendDeadLetters(ctx context.Context, letters []aurora.DeadLetter, r aurora.Range) error {
	if len(letters) == 0 {
		return nil
	}
	in := insert{table: systemTable("dead_letters"), columns: letterColumns}
	for _, letter := range letters {
		in.rows = append(in.rows, letterRow(letter, r))
	}
	first := letters[0]
	in.token = "dead/" + rangeToken(first.Pipeline, first.Epoch, first.Topic, r)
	if err := db.insert(ctx, in); err != nil {
		return fmt.Errorf("append dead letters: %w", err)
	}
	return nil
}

// DeadLetters gives the latest dead letters of a pipeline, newest first.
func (db *DB) DeadLetters(ctx context.Context, pipelineID string, limit int) ([]aurora.DeadLetter, error) {
	const sql = `SELECT pipeline, epoch, topic, partition, offset, ts, reason, column, message, key, value, mapKeys(headers), mapValues(headers)
FROM aurora_system.dead_letters FINAL WHERE pipeline = {pipeline:String} AND status = 'dead'
ORDER BY at DESC, partition, offset DESC LIMIT {limit:UInt32}`
	letters := []aurora.DeadLetter{}
	params := map[string]string{"pipeline": pipelineID, "limit": strconv.Itoa(max(limit, 0))}
	err := db.each(ctx, sql, params, func(rows driver.Rows) error {
		letter, err := scanLetter(rows)
		letters = append(letters, letter)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", err)
	}
	return letters, nil
}

func scanLetter(rows driver.Rows) (aurora.DeadLetter, error) {
	var (
		l                    aurora.DeadLetter
		epoch                uint32
		at                   time.Time
		reason, key, value   string
		headerKeys, headerVs []string
	)
	err := rows.Scan(&l.Pipeline, &epoch, &l.Topic, &l.Partition, &l.Offset, &at, &reason, &l.Column, &l.Message,
		&key, &value, &headerKeys, &headerVs)
	if err != nil {
		return l, err
	}
	l.Epoch, l.Timestamp, l.Reason, l.Value = int(epoch), at.UTC(), aurora.Reason(reason), []byte(value)
	if key != "" {
		l.Key = []byte(key)
	}
	for i, name := range headerKeys {
		l.Headers = append(l.Headers, aurora.Header{Key: name, Value: []byte(headerVs[i])})
	}
	return l, nil
}
