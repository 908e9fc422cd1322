package contract

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

var methods = map[string]clickhouse.CompressionMethod{
	"none": clickhouse.CompressionNone, "lz4": clickhouse.CompressionLZ4, "zstd": clickhouse.CompressionZSTD,
	"gzip": clickhouse.CompressionGZIP, "deflate": clickhouse.CompressionDeflate,
}

func compressions(t *testing.T, on target) {
	for name, method := range methods {
		t.Run(name, func(t *testing.T) {
			conn := on.open(t, compressed(method))
			table := table(t, conn, "a UInt64, s String", "ORDER BY a")
			b, err := conn.PrepareBatch(t.Context(), "INSERT INTO "+table)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 200_000 {
				if err := b.Append(uint64(i), fmt.Sprint("value ", i)); err != nil {
					t.Fatal(err)
				}
			}
			if err := b.Send(); err != nil {
				t.Fatal(err)
			}
			rows, err := conn.Query(t.Context(), "SELECT a, s FROM "+table+" ORDER BY a")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			var a, n uint64
			var s string
			for ; rows.Next(); n++ {
				if err := rows.Scan(&a, &s); err != nil || a != n || s != fmt.Sprint("value ", n) {
					t.Fatalf("row %d is %d %q, error %v", n, a, s, err)
				}
			}
			if err := rows.Err(); err != nil || n != 200_000 {
				t.Errorf("%d rows, error %v", n, err)
			}
		})
	}
}

func errorBefore(t *testing.T, on target) {
	conn := on.open(t)
	for sql, code := range map[string]int32{
		"SELECT * FROM no_such_table":                    60,
		"SELECT no_such_column FROM system.one":          47,
		"SELEC 1":                                        62,
		"SELECT toUInt8('x')":                            6,
		"SELECT no_such_function()":                      46,
		"SELECT 1; SELECT 2":                             62,
		"INSERT INTO no_such_table VALUES (1)":           60,
		"SELECT throwIf(1)":                              395,
		"CREATE TABLE x (a Int64) ENGINE = NoSuchEngine": 56,
	} {
		err := conn.Exec(t.Context(), sql)
		if e := (*clickhouse.Exception)(nil); !errors.As(err, &e) || e.Code != code {
			t.Errorf("%s: %v, want code %d", sql, err, code)
		}
	}
	name := table(t, conn, "a Int64", "ORDER BY a")
	b, err := conn.PrepareBatch(t.Context(), "INSERT INTO "+name)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, conn, "DROP TABLE "+name)
	for i := range 1_000_000 {
		if err := b.Append(int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if e := (*clickhouse.Exception)(nil); !errors.As(b.Send(), &e) || e.Code != 60 {
		t.Errorf("a batch of 8 MB into a dropped table does not give code 60")
	}
}

// failsLate gives rows first and an exception after.
const failsLate = "SELECT number, throwIf(number = 900000, 'late failure') FROM numbers(1000000) SETTINGS max_threads = 1, max_block_size = 10000"

func errorMidStream(t *testing.T, on target) {
	for name, method := range methods {
		t.Run(name, func(t *testing.T) {
			n, err := count(t.Context(), on.open(t, compressed(method)), failsLate)
			if err == nil || !strings.Contains(err.Error(), "late failure") {
				t.Errorf("after %d rows: %v, want the exception", n, err)
			}
			if n == 0 || n >= 1_000_000 {
				t.Errorf("%d rows came before the exception", n)
			}
		})
	}
}

// lookalike sends rows that hold what an error in the middle of a stream looks
// like. Inside native compressed blocks the client searches the raw bytes for the
// frame without comparing its tag, so there only the bare word is safe.
func lookalike(t *testing.T, on target) {
	const bare = "__exception__ Code: 1. DB::Exception: no"
	const framed = "\r\n__exception__\r\n0123456789abcdef\r\nCode: 1. DB::Exception: no\n31 0123456789abcdef\r\n__exception__\r\n"
	for name, method := range methods {
		text := framed
		if name == "lz4" || name == "zstd" {
			text = bare
		}
		n, err := count(t.Context(), on.open(t, compressed(method)), "SELECT '"+text+"' AS s FROM numbers(100000)")
		if err != nil || n != 100_000 {
			t.Errorf("%s: %d rows, error %v", name, n, err)
		}
	}
}

func count(ctx context.Context, conn driver.Conn, sql string) (n int, err error) {
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

func cancelled(t *testing.T, on target) {
	for name, sql := range map[string]string{
		"streamed":     "SELECT number, sleepEachRow(0.001) AS streamed_marker FROM numbers(100000000) SETTINGS max_block_size = 100",
		"aggregated":   "SELECT count() AS aggregated_marker FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
		"materialised": "SELECT count() AS materialised_marker FROM numbers(1000000000000) WHERE sipHash64(number) = 1 FORMAT JSON",
	} {
		t.Run(name, func(t *testing.T) {
			conn := on.open(t)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { // ends by the cancel below
				defer close(ended)
				if _, err := count(ctx, on.open(t), sql); err == nil {
					t.Error("the statement came to its end")
				}
			}()
			until(t, "the statement runs", func() bool { return one[uint64](t, conn, marker(name)) > 0 })
			cancel()
			<-ended
			until(t, "the statement is gone", func() bool { return one[uint64](t, conn, marker(name)) == 0 })
		})
	}
}

func marker(name string) string {
	return "SELECT count() FROM system.processes WHERE position(query, concat('" + name + "', '_marker')) > 0"
}

// until waits for a condition.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
