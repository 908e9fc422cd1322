package clickhouse

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// ledgerColumns are the columns of a ledger row, in the order of ledgerRow.
var ledgerColumns = []column{
	{Name: "pipeline", Type: "String"},
	{Name: "epoch", Type: "UInt32"},
	{Name: "topic", Type: "LowCardinality(String)"},
	{Name: "partition", Type: "Int32"},
	{Name: "first", Type: "Int64"},
	{Name: "last", Type: "Int64"},
	{Name: "read", Type: "Int64"},
	{Name: "stored", Type: "Int64"},
	{Name: "tombstones", Type: "Int64"},
	{Name: "dead", Type: "Int64"},
	{Name: "gaps", Type: "Int64"},
	{Name: "plan", Type: "UInt32"},
	{Name: "worker", Type: "LowCardinality(String)"},
	{Name: "at", Type: "DateTime64(3, 'UTC')"},
	{Name: "written", Type: "UInt64"},
}

func ledgerRow(e aurora.LedgerEntry, now time.Time) []any {
	at := e.At
	if at.IsZero() {
		at = now
	}
	return []any{
		e.Pipeline, uint32(e.Epoch), e.Topic, e.Range.Partition, e.Range.First, e.Range.Last,
		e.Read, e.Stored, e.Tombstones, e.Dead, e.Gaps, uint32(e.Schema), e.Worker, at.UTC(), uint64(now.UnixNano()),
	}
}

// rangeToken names the range of a block as deduplication tokens do.
func rangeToken(pipeline string, epoch int, topic string, r aurora.Range) string {
	return aurora.Pipeline{ID: pipeline, Epoch: epoch, Source: aurora.Source{Topic: topic}}.Token(r)
}

// AppendLedger accounts for blocks. The token comes from the ranges, so that a call that
// is repeated counts once; a range that comes again later replaces its row.
func (db *DB) AppendLedger(ctx context.Context, entries []aurora.LedgerEntry) error {
	if len(entries) == 0 {
		return nil
	}
	now := time.Now()
	in := insert{table: systemTable("ledger"), columns: ledgerColumns}
	tokens := make([]string, len(entries))
	for i, entry := range entries {
		in.rows = append(in.rows, ledgerRow(entry, now))
		tokens[i] = rangeToken(entry.Pipeline, entry.Epoch, entry.Topic, entry.Range)
	}
	in.token = digest("ledger", tokens)
	if err := db.insert(ctx, in); err != nil {
		return fmt.Errorf("append to the ledger: %w", err)
	}
	return nil
}

// The marks of an epoch, by partition. FINAL, because a range that was stored again
// must count once.
const (
	ledgerMarks = `SELECT partition, argMax(first, last), max(last), sum(stored), sum(dead), sum(tombstones)
FROM aurora_system.ledger FINAL
WHERE pipeline = {pipeline:String} AND epoch = {epoch:UInt32} AND topic = {topic:String} GROUP BY partition`
	deadMarks = `SELECT partition, max(offset) FROM aurora_system.dead_letters
WHERE pipeline = {pipeline:String} AND epoch = {epoch:UInt32} AND topic = {topic:String} GROUP BY partition`
)

// StoredMarks gives, per partition, what ledger, target table and dead letters know of
// the epoch of a pipeline. A partition of which nothing is known is missing.
func (db *DB) StoredMarks(ctx context.Context, p aurora.Pipeline) (map[int32]aurora.Marks, error) {
	params := map[string]string{"pipeline": p.ID, "epoch": strconv.Itoa(p.Epoch), "topic": p.Source.Topic}
	marks := markSet{}
	tableMarks := "SELECT _partition, max(_offset) FROM " + dataTable(p.Table) + " WHERE _topic = {topic:String} GROUP BY _partition"
	for _, part := range []struct {
		sql  string
		scan func(driver.Rows) error
	}{{ledgerMarks, marks.scanLedger}, {deadMarks, marks.scanDead}, {tableMarks, marks.scanTable}} {
		if err := db.each(ctx, part.sql, params, part.scan); err != nil {
			return nil, fmt.Errorf("read the marks of %s: %w", p.Key(), err)
		}
	}
	return marks, nil
}

// markSet collects marks by partition.
type markSet map[int32]aurora.Marks

func (m markSet) of(partition int32) aurora.Marks {
	if marks, ok := m[partition]; ok {
		return marks
	}
	return aurora.NoMarks(partition)
}

func (m markSet) scanLedger(rows driver.Rows) error {
	var (
		partition   int32
		first, last int64
		sums        [3]int64
	)
	if err := rows.Scan(&partition, &first, &last, &sums[0], &sums[1], &sums[2]); err != nil {
		return err
	}
	marks := m.of(partition)
	marks.Ledger.First, marks.Ledger.Last = first, last
	marks.Stored, marks.DeadLetters, marks.Tombstones = sums[0], sums[1], sums[2]
	m[partition] = marks
	return nil
}

func (m markSet) scanDead(rows driver.Rows) error {
	return m.scanOffset(rows, func(marks *aurora.Marks, offset int64) { marks.Dead = offset })
}

func (m markSet) scanTable(rows driver.Rows) error {
	return m.scanOffset(rows, func(marks *aurora.Marks, offset int64) { marks.Table = offset })
}

func (m markSet) scanOffset(rows driver.Rows, set func(*aurora.Marks, int64)) error {
	var (
		partition int32
		offset    int64
	)
	if err := rows.Scan(&partition, &offset); err != nil {
		return err
	}
	marks := m.of(partition)
	set(&marks, offset)
	m[partition] = marks
	return nil
}
