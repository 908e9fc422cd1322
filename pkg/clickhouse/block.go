package clickhouse

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// blockTimeout bounds the insert of a block; it is well below the poll interval of a consumer.
const blockTimeout = 60 * time.Second

// InsertBlock stores a block that is encoded in ClickHouse's Native format into a table
// of the user, once per token. The error is an [aurora.SinkError]; after one the block
// may be stored wholly, in part or not at all, and the same call is the remedy.
func (db *DB) InsertBlock(ctx context.Context, table string, columns []string, native []byte, token string) error {
	started := time.Now()
	if err := db.insertNative(ctx, dataTable(table), columns, native, token); err != nil {
		return fmt.Errorf("insert into %s: %w", table, err)
	}
	db.log.DebugContext(ctx, "block inserted", slog.String("table", table), slog.String("token", token),
		slog.Int("bytes", len(native)), slog.Duration("took", time.Since(started)))
	return nil
}

func (db *DB) insertNative(ctx context.Context, table string, columns []string, native []byte, token string) error {
	c, done := db.begin(ctx, blockTimeout)
	defer done()
	return db.sinkFault(c, db.post(c, table, columns, native, token))
}

// post sends the block as the body of an INSERT and reads the answer to its end.
func (db *DB) post(c *call, table string, columns []string, native []byte, token string) error {
	req, err := http.NewRequestWithContext(c.ctx, http.MethodPost, db.blockURL(table, columns, token), db.body(native, token))
	if err != nil {
		return err
	}
	req.ContentLength = int64(len(native))
	req.Header.Set("Content-Type", "application/octet-stream")
	req.SetBasicAuth(db.config.Writer.User, db.config.Writer.Password)
	res, err := db.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	return insertError(res, text)
}

// blockURL holds the statement and the settings that make an insert happen once: no
// asynchronous insert, which knows no token, one block, and views that deduplicate too.
func (db *DB) blockURL(table string, columns []string, token string) string {
	settings := url.Values{
		"query":                      {fmt.Sprintf("INSERT INTO %s (%s) FORMAT Native", table, quoteAll(columns))},
		"insert_deduplication_token": {token},
		"async_insert":               {"0"},
		"deduplicate_blocks_in_dependent_materialized_views": {"1"},
		"max_insert_block_size":                              {"1048576"},
		"wait_end_of_query":                                  {"1"},
	}
	target := *db.base
	if target.Path == "" {
		target.Path = "/"
	}
	target.RawQuery = settings.Encode()
	return target.String()
}

// body gives the block as a reader; with the hook of tests, it stops half way to call it.
func (db *DB) body(native []byte, token string) io.Reader {
	if db.config.HalfSent == nil {
		return bytes.NewReader(native)
	}
	half := len(native) / 2
	return io.MultiReader(bytes.NewReader(native[:half]), &hook{call: func() { db.config.HalfSent(token) }}, bytes.NewReader(native[half:]))
}

// hook is an empty reader that calls a function when it is reached.
type hook struct{ call func() }

func (h *hook) Read([]byte) (int, error) {
	h.call()
	return 0, io.EOF
}

// insertError reads the answer to an insert. A failure after the headers went out
// arrives in the body, with a status that says nothing.
func insertError(res *http.Response, text []byte) error {
	code, _ := strconv.Atoi(res.Header.Get("X-ClickHouse-Exception-Code"))
	if exception := readException(code, string(text)); exception != nil {
		return exception
	}
	if res.StatusCode != http.StatusOK {
		return &clickhouse.HTTPError{StatusCode: res.StatusCode, Err: fmt.Errorf("%s", firstSentence(string(text)))}
	}
	return nil
}

// CountRange counts the rows of a table that came from a range of a topic.
func (db *DB) CountRange(ctx context.Context, table, topic string, r aurora.Range) (int64, error) {
	sql := "SELECT toInt64(count()) FROM " + dataTable(table) +
		" WHERE _topic = {topic:String} AND _partition = {partition:Int32} AND _offset BETWEEN {first:Int64} AND {last:Int64}"
	params := map[string]string{
		"topic":     topic,
		"partition": strconv.FormatInt(int64(r.Partition), 10),
		"first":     strconv.FormatInt(r.First, 10),
		"last":      strconv.FormatInt(r.Last, 10),
	}
	var count int64
	err := db.each(ctx, sql, params, func(rows driver.Rows) error { return rows.Scan(&count) })
	if err != nil {
		return 0, fmt.Errorf("count %s in %s: %w", r, table, err)
	}
	return count, nil
}

// ProbeDeduplication shows that a deduplication token is obeyed: two different blocks
// under one token must be stored once, and a third under another token must be stored
// too. A worker that does not know this must not run.
func (db *DB) ProbeDeduplication(ctx context.Context) error {
	probe := rand.Text()
	for n, token := range []string{"a", "a", "b"} {
		block := probeBlock(probe, byte(n))
		if err := db.insertNative(ctx, systemTable("deduplication_probe"), []string{"probe", "n"}, block, probe+"/"+token); err != nil {
			return fmt.Errorf("probe deduplication: %w", err)
		}
	}
	var stored uint64
	err := db.each(ctx, "SELECT count() FROM "+systemTable("deduplication_probe")+" WHERE probe = {probe:String}",
		map[string]string{"probe": probe}, func(rows driver.Rows) error { return rows.Scan(&stored) })
	if err != nil {
		return fmt.Errorf("probe deduplication: %w", err)
	}
	return judgeProbe(stored)
}

func judgeProbe(stored uint64) error {
	if stored == 2 {
		return nil
	}
	return &aurora.Error{
		Code:   aurora.CodeTableConflict,
		Title:  "this ClickHouse does not obey deduplication tokens",
		Detail: fmt.Sprintf("of three blocks under two tokens %d were stored, not 2; rows could be lost or doubled", stored),
		Hint:   "remove what sets deduplicate_insert, async_insert or insert_deduplicate in the server's profiles, then start the worker again",
	}
}

// probeBlock is a Native block of one row: the probe's name and a number.
func probeBlock(probe string, n byte) []byte {
	text := func(s string) []byte { return append([]byte{byte(len(s))}, s...) }
	return bytes.Join([][]byte{
		{2, 1}, // columns, rows
		text("probe"), text("String"), text(probe),
		text("n"), text("UInt64"), {n, 0, 0, 0, 0, 0, 0, 0},
	}, nil)
}
