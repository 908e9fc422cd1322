package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/aurora-analytics/aurora/test/enginetest"
)

func TestReaderReadsOnly(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Query("CREATE TABLE t (a Int64, b String) ENGINE = MergeTree ORDER BY a")
	e.Query("INSERT INTO t VALUES (1, 'x'), (2, 'y')")
	e.Query("CREATE TABLE aurora_system.secret (a Int64) ENGINE = MergeTree ORDER BY a")

	t.Run("reads its tables, the canonical form and plans", func(t *testing.T) {
		for sql, want := range map[string]string{
			"SELECT sum(a) FROM t":                                         "3\n",
			"SELECT formatQuerySingleLine('select  1')":                    "SELECT 1\n",
			"EXPLAIN AST SELECT a FROM t":                                  "SelectWithUnionQuery",
			"EXPLAIN ESTIMATE SELECT * FROM t":                             "aurora\tt\t1\t2\t1\n",
			"SELECT currentRoles()":                                        "['ask']\n",
			"SELECT getSetting('readonly'), getSetting('max_result_rows')": "1\t10000\n",
			"SELECT 'a; DROP TABLE t' -- ; DROP TABLE t":                   "a; DROP TABLE t\n",
			"DESCRIBE TABLE t":                                             "a\tInt64",
		} {
			if got := e.Read(sql); !strings.HasPrefix(got, want) {
				t.Errorf("%s gives %q, want %q", sql, got, want)
			}
		}
	})
	for _, sql := range []string{
		"INSERT INTO t VALUES (3, 'z')", "INSERT INTO t SELECT 3, 'z'", "INSERT INTO t FORMAT CSV\n3,z",
		"DROP TABLE t", "ALTER TABLE t DELETE WHERE 1", "TRUNCATE TABLE t", "OPTIMIZE TABLE t FINAL", "DELETE FROM t WHERE 1",
		"CREATE TABLE u (a Int64) ENGINE = Memory", "CREATE TEMPORARY TABLE u (a Int64)", "RENAME TABLE t TO u",
		"SET ROLE ALL", "SET ROLE rw", "SET ROLE NONE", "SET readonly = 0", "SET max_execution_time = 0", "USE aurora_system",
		"KILL QUERY WHERE 1", "SYSTEM SHUTDOWN", "SYSTEM FLUSH LOGS", "GRANT rw TO default", "CREATE USER x", "BACKUP TABLE t TO File('x')",
		"SELECT 1; DROP TABLE t", "SELECT 1;\nSELECT 2", "EXPLAIN AST SELECT 1; DROP TABLE t",
		"SELECT 1 INTO OUTFILE '/tmp/aurora-contract-outfile'", "select 1 into/**/outfile '/tmp/aurora-contract-outfile'",
		"SELECT * FROM aurora_system.secret", "SELECT * FROM file('/etc/passwd', 'LineAsString')", "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
		"SELECT * FROM default.`/etc/passwd`", "SELECT 1 SETTINGS readonly = 0", "SELECT 1 SETTINGS max_execution_time = 0",
		"SELECT * FROM remote('127.0.0.1', 'aurora', 't')", "SELECT * FROM executable('id', 'TSV', 'a String')", "BEGIN TRANSACTION",
		"DESCRIBE TABLE file('/etc/passwd', 'LineAsString')", "EXECUTE AS default SELECT 1", "COPY t TO '/tmp/x'",
	} {
		t.Run("refuses "+sql, func(t *testing.T) {
			code, body := ask(t, e, sql, nil)
			if code == http.StatusOK || !strings.HasPrefix(body, "Code: ") {
				t.Errorf("status %d: %s", code, body)
			}
		})
	}
	t.Run("nothing changed", func(t *testing.T) {
		if got := e.Query("SELECT count(), sum(a) FROM aurora.t"); got != "2\t3\n" {
			t.Errorf("the table holds %q", got)
		}
	})
	t.Run("what the address says cannot widen it", func(t *testing.T) {
		for _, query := range []url.Values{
			{"readonly": {"0"}}, {"role": {"rw"}}, {"readonly": {"2"}, "allow_ddl": {"1"}}, {"readonly": {"0"}, "role": {"ALL"}, "user": {"writer"}},
		} {
			if code, body := ask(t, e, "CREATE TABLE w (a Int8) ENGINE = Memory", query); code == http.StatusOK {
				t.Errorf("%v: created a table: %s", query, body)
			}
			if _, body := ask(t, e, "SELECT currentRoles(), getSetting('readonly')", query); body != "['ask']\t1\n" {
				t.Errorf("%v: roles and readonly are %q", query, body)
			}
		}
		if code, body := ask(t, e, "SELECT 1", url.Values{"session_id": {"x"}}); code != http.StatusForbidden {
			t.Errorf("a session: %d %s", code, body)
		}
	})
	t.Run("limits are clamped, not refused", func(t *testing.T) {
		query := url.Values{"max_execution_time": {"3600"}, "max_result_rows": {"0"}, "max_threads": {"1000"}, "max_memory_usage": {"0"}}
		_, body := ask(t, e, "SELECT getSetting('max_execution_time'), getSetting('max_result_rows'), getSetting('max_memory_usage')", query)
		if body != "600\t100000\t16000000000\n" {
			t.Errorf("limits are %q", body)
		}
		_, body = ask(t, e, "SELECT getSetting('max_execution_time')", url.Values{"max_execution_time": {"2"}})
		if body != "2\n" {
			t.Errorf("a smaller limit is %q, want 2", body)
		}
	})
	t.Run("an unmodified client with a deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		on := target{address: e.Address}
		conn := on.as(t, e.ReaderUser, e.ReaderPassword)
		var n int64
		if err := conn.QueryRow(ctx, "SELECT sum(a) FROM t WHERE b IN {list:Array(String)}", clickhouse.Named("list", []string{"x", "y'"})).Scan(&n); err != nil || n != 1 {
			t.Errorf("sum %d, error %v", n, err)
		}
		b, err := conn.PrepareBatch(ctx, "INSERT INTO t")
		if err == nil {
			err = errors.Join(b.Append(int64(5), "q"), b.Send())
		}
		if x := (*clickhouse.Exception)(nil); !errors.As(err, &x) || x.Code != 164 {
			t.Errorf("a batch of the reader gives %v, want code 164", err)
		}
	})
}

func TestWrongPasswordIsRefused(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	for _, user := range [][2]string{
		{"writer", "wrong"}, {"reader", "wrong"}, {"reader", e.WriterPassword}, {"writer", ""}, {"default", ""}, {"", ""},
		{"writer", e.WriterPassword + "x"}, {"root", e.WriterPassword},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL, strings.NewReader("SELECT 1"))
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth(user[0], user[1])
		code, body := do(t, request)
		if code != http.StatusUnauthorized || !strings.HasPrefix(body, "Code: 516.") {
			t.Errorf("%s: %d %s", user[0], code, body)
		}
	}
	on := target{address: e.Address}
	if x := (*clickhouse.Exception)(nil); !errors.As(on.as(t, "writer", "wrong").Ping(t.Context()), &x) || x.Code != 516 {
		t.Errorf("clickhouse-go does not see code 516")
	}
	for _, way := range []func(*http.Request){
		func(r *http.Request) { r.SetBasicAuth("reader", e.ReaderPassword) },
		func(r *http.Request) {
			r.Header.Set("X-ClickHouse-User", "reader")
			r.Header.Set("X-ClickHouse-Key", e.ReaderPassword)
		},
		func(r *http.Request) {
			r.URL.RawQuery = url.Values{"user": {"reader"}, "password": {e.ReaderPassword}}.Encode()
		},
	} {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL, strings.NewReader("SELECT 1"))
		way(request)
		if code, body := do(t, request); code != http.StatusOK || body != "1\n" {
			t.Errorf("a right password: %d %s", code, body)
		}
	}
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, e.URL+"/ping", nil)
	request.Host = "evil.example:80"
	if code, _ := do(t, request); code != http.StatusForbidden {
		t.Errorf("a foreign host name gives %d, want 403", code)
	}
}

// TestSecretsOfTheUserStayOut plants variables and files where SQL could find them.
func TestSecretsOfTheUserStayOut(t *testing.T) {
	t.Parallel()
	const canary = "canary-4711-do-not-leak"
	e := enginetest.Start(t, enginetest.Environ("OPENAI_API_KEY="+canary, "AWS_SECRET_ACCESS_KEY="+canary, "HOME=/"+canary, "TZ=Asia/Tokyo"))
	for _, file := range []string{"/proc/self/environ", "/proc/self/cmdline", fmt.Sprintf("/proc/%d/environ", e.PID)} {
		if got := e.Query("SELECT file('" + file + "')"); strings.Contains(got, canary) {
			t.Errorf("%s shows the planted secret", file)
		}
	}
	if got := e.Query("SELECT timezone(), toString(toDateTime(0))"); got != "UTC\t1970-01-01 00:00:00\n" {
		t.Errorf("under a foreign TZ the engine says %q", got)
	}
	if got := e.Query("SELECT name FROM system.tables WHERE database = 'default'"); got != "" {
		t.Errorf("the database of files shows %q", got)
	}
}

// ask sends a statement as the reader, with parameters in the address.
func ask(t *testing.T, e *enginetest.Engine, sql string, query url.Values) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL+"/?"+query.Encode(), strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(e.ReaderUser, e.ReaderPassword)
	return do(t, request)
}
