// Package contract holds what Aurora needs of any ClickHouse, asked by the
// unmodified clickhouse-go over HTTP: of the embedded engine's process always, and
// of a server when AURORA_TEST_CLICKHOUSE_URL names one.
package contract

import (
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/test/enginetest"
)

// target is a ClickHouse with a user that writes and, if it has one, one that reads.
type target struct {
	address          string
	writer, password string
	reader, readPass string
}

// TestEmbeddedEngine runs the suite against one `aurora engine`.
func TestEmbeddedEngine(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	suite(t, target{e.Address, e.WriterUser, e.WriterPassword, e.ReaderUser, e.ReaderPassword})
}

// TestServer runs the same suite against a ClickHouse server.
func TestServer(t *testing.T) {
	t.Parallel()
	dsn := os.Getenv("AURORA_TEST_CLICKHOUSE_URL")
	if dsn == "" {
		t.Skip("skipped: AURORA_TEST_CLICKHOUSE_URL names no server (http://user:password@host:8123)")
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	server := target{address: u.Host, writer: u.User.Username(), password: password}
	if err := server.open(t).Exec(t.Context(), "CREATE DATABASE IF NOT EXISTS aurora"); err != nil {
		t.Fatal(err)
	}
	suite(t, server)
}

func suite(t *testing.T, on target) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, target)
	}{
		{"answers and says its version", version},
		{"creates, changes and drops tables", ddl},
		{"stores a batch of 100,000 rows of 10 columns", batch},
		{"gives every type back as it was stored", types},
		{"binds hostile parameters as values", parameters},
		{"speaks every compression", compressions},
		{"gives typed errors before the first row", errorBefore},
		{"gives typed errors after the first rows", errorMidStream},
		{"gives data that looks like an error as data", lookalike},
		{"kills the statement of a client that gave up", cancelled},
		{"keeps time limits", timeLimit},
		{"tells the columns of an empty result", noRows},
		{"keeps time zones", timeZones},
		{"stores a token once", token},
		{"streams a million rows", million},
		{"inserts from a select", insertSelect},
		{"counts what was read and written", progress},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, on)
		})
	}
}

type option func(*clickhouse.Options)

func compressed(method clickhouse.CompressionMethod) option {
	return func(o *clickhouse.Options) { o.Compression = &clickhouse.Compression{Method: method, Level: 3} }
}

func (on target) open(t *testing.T, opts ...option) driver.Conn {
	t.Helper()
	return on.as(t, on.writer, on.password, opts...)
}

func (on target) as(t *testing.T, user, password string, opts ...option) driver.Conn {
	t.Helper()
	o := &clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: []string{on.address},
		Auth: clickhouse.Auth{Database: "aurora", Username: user, Password: password},
	}
	for _, opt := range opts {
		opt(o)
	}
	conn, err := clickhouse.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// table makes a table of the test's own and gives its name.
func table(t *testing.T, conn driver.Conn, columns, rest string) string {
	t.Helper()
	name := "t_" + strings.ToLower(rand.Text()[:12])
	exec(t, conn, "CREATE TABLE "+name+" ("+columns+") ENGINE = MergeTree "+rest)
	return name
}

func exec(t *testing.T, conn driver.Conn, sql string) {
	t.Helper()
	if err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%.200s: %v", sql, err)
	}
}

func one[T any](t *testing.T, conn driver.Conn, sql string, args ...any) T {
	t.Helper()
	var value T
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%.200s: %v", sql, err)
	}
	return value
}
