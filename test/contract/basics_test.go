package contract

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"
)

func version(t *testing.T, on target) {
	conn := on.open(t)
	if err := conn.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	server, err := conn.ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	said := one[string](t, conn, "SELECT version()")
	if want := fmt.Sprintf("%d.%d.%d", server.Version.Major, server.Version.Minor, server.Version.Patch); !strings.HasPrefix(said, want) {
		t.Errorf("the handshake says version %s, SELECT version() says %s", want, said)
	}
	if zone := server.Timezone.String(); zone != "UTC" {
		t.Errorf("the engine's time zone is %s, want UTC", zone)
	}
}

func ddl(t *testing.T, on target) {
	conn := on.open(t)
	name := table(t, conn, "a Int64 COMMENT 'first; \\'quoted\\''", "ORDER BY a")
	exec(t, conn, "ALTER TABLE "+name+" ADD COLUMN b String DEFAULT 'x'")
	exec(t, conn, "INSERT INTO "+name+" (a) VALUES (1), (2)")
	if got := one[string](t, conn, "SELECT groupConcat(b) FROM "+name); got != "xx" {
		t.Errorf("the new column holds %q, want xx", got)
	}
	if got := one[string](t, conn, "SELECT comment FROM system.columns WHERE table = {t:String} AND name = 'a'", clickhouse.Named("t", name)); got != "first; 'quoted'" {
		t.Errorf("the comment is %q", got)
	}
	exec(t, conn, "CREATE VIEW "+name+"_v AS SELECT a + 1 AS c FROM "+name)
	if got := one[int64](t, conn, "SELECT sum(c) FROM "+name+"_v"); got != 5 {
		t.Errorf("the view sums to %d, want 5", got)
	}
	exec(t, conn, "DROP TABLE "+name)
	if got := one[uint8](t, conn, "EXISTS "+name); got != 0 {
		t.Error("the dropped table exists")
	}
}

const batchRows = 100_000

func batch(t *testing.T, on target) {
	conn := on.open(t)
	name := table(t, conn, "a UInt64, b Int32, c Float64, d String, e LowCardinality(String), f DateTime64(3, 'UTC'), "+
		"g Nullable(Int64), h Bool, i Array(String), j UUID", "ORDER BY a")
	b, err := conn.PrepareBatch(t.Context(), "INSERT INTO "+name)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range batchRows {
		var g *int64
		if n := int64(i); i%3 == 0 {
			g = &n
		}
		err := b.Append(uint64(i), int32(-i), float64(i)/4, fmt.Sprintf("row %d\n;'", i), fmt.Sprintf("k%d", i%20),
			start.Add(time.Duration(i)*time.Millisecond), g, i%2 == 0, []string{"x", "y"}, fmt.Sprintf("00000000-0000-0000-0000-%012d", i))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Send(); err != nil {
		t.Fatal(err)
	}
	row := conn.QueryRow(t.Context(), "SELECT count(), uniqExact(a), sum(b), sum(c), uniqExact(d), uniqExact(e), toString(max(f)), count(g), countIf(h), sum(length(i)), uniqExact(j) FROM "+name)
	var count, a, d, e, g, h, i, j uint64
	var sumB int64
	var c float64
	var f string
	if err := row.Scan(&count, &a, &sumB, &c, &d, &e, &f, &g, &h, &i, &j); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(count, a, sumB, c, d, e, f, g, h, i, j)
	want := fmt.Sprint(100000, 100000, -4999950000, 1.2499875e+09, 100000, 20, "2013-01-01 00:01:39.999", 33334, 50000, 200000, 100000)
	if got != want {
		t.Errorf("the table holds\n%s, want\n%s", got, want)
	}
}

// hostile texts have broken quoting somewhere before.
var hostile = []string{
	"", "'", `\`, `\'`, "''; DROP TABLE t; --", "a\nb\r\n\tc", "{x:String}", "\x01\x1f", "ü 漢字 🙂", `"` + "`", "-- comment", "/* */",
	"\\N", "NULL", "%00%27", strings.Repeat("long' ", 5_000), "$$heredoc$$", "a\x00b", "?&=+#%",
}

func parameters(t *testing.T, on target) {
	conn := on.open(t)
	for _, text := range hostile {
		if got := one[string](t, conn, "SELECT {p:String}", clickhouse.Named("p", text)); got != text {
			t.Errorf("the parameter %.40q came back as %.40q", text, got)
		}
	}
	if got := one[[]string](t, conn, "SELECT {p:Array(String)}", clickhouse.Named("p", hostile[:17])); !cmp.Equal(got, hostile[:17]) {
		t.Error("an array of texts came back changed:", cmp.Diff(hostile[:17], got))
	}
	when := time.Date(2024, 2, 29, 23, 59, 59, 123_000_000, time.UTC)
	if got := one[time.Time](t, conn, "SELECT {p:DateTime64(3, 'UTC')}", clickhouse.DateNamed("p", when, clickhouse.MilliSeconds)); !got.Equal(when) {
		t.Errorf("the time came back as %s", got)
	}
	if got := one[int64](t, conn, "SELECT {p:Int64}", clickhouse.Named("p", int64(-1<<63))); got != -1<<63 {
		t.Errorf("the number came back as %d", got)
	}
	if got := one[*string](t, conn, "SELECT {p:Nullable(String)}", clickhouse.Named("p", nil)); got != nil {
		t.Errorf("NULL came back as %q", *got)
	}
	var none string
	err := conn.QueryRow(t.Context(), "SELECT {p:Int8}", clickhouse.Named("p", "1; DROP TABLE x")).Scan(&none)
	if e := (*clickhouse.Exception)(nil); !errors.As(err, &e) {
		t.Errorf("a text as a number gives %v, want an exception", err)
	}
}

func noRows(t *testing.T, on target) {
	conn := on.open(t)
	name := table(t, conn, "a Int64, `b c` Nullable(String), z DateTime64(3, 'Europe/Berlin')", "ORDER BY a")
	for _, c := range []struct{ sql, columns, types string }{
		{"SELECT * FROM " + name, "[a b c z]", "[Int64 Nullable(String) DateTime64(3, 'Europe/Berlin')]"},
		{"SELECT a + 1 AS x FROM " + name + " WHERE a > {n:Int64} SETTINGS max_threads = 1; -- end", "[x]", "[Int64]"},
		{"WITH 1 AS one SELECT one, [a] AS list FROM " + name + " /* ; FORMAT JSON */", "[one list]", "[UInt8 Array(Int64)]"},
		{"SHOW TABLES LIKE 'nothing at all'", "[name]", "[String]"},
		{"(SELECT 1 AS q WHERE 0) UNION ALL (SELECT 2 WHERE 0)", "[q]", "[UInt8]"},
	} {
		rows, err := conn.Query(t.Context(), c.sql, clickhouse.Named("n", int64(1)))
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
			continue
		}
		var types []string
		for _, column := range rows.ColumnTypes() {
			types = append(types, column.DatabaseTypeName())
		}
		if got := fmt.Sprint(rows.Columns()); got != c.columns || fmt.Sprint(types) != c.types {
			t.Errorf("%s: columns %s %s, want %s %s", c.sql, got, types, c.columns, c.types)
		}
		if rows.Next() {
			t.Errorf("%s: gives a row", c.sql)
		}
		_ = rows.Close()
	}
}

func timeZones(t *testing.T, on target) {
	conn := on.open(t)
	name := table(t, conn, "u DateTime64(3, 'UTC'), b DateTime64(3, 'Europe/Berlin'), n DateTime64(6, 'America/New_York'), p DateTime64(3)", "ORDER BY u")
	when := time.Date(2024, 10, 27, 0, 30, 0, 250_000_000, time.UTC) // the night summer time ends in Berlin
	b, err := conn.PrepareBatch(t.Context(), "INSERT INTO "+name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Append(when, when, when, when), b.Send()); err != nil {
		t.Fatal(err)
	}
	var u, z, n, p time.Time
	if err := conn.QueryRow(t.Context(), "SELECT * FROM "+name).Scan(&u, &z, &n, &p); err != nil {
		t.Fatal(err)
	}
	for zone, got := range map[string]time.Time{"UTC": u, "Europe/Berlin": z, "America/New_York": n} {
		if !got.Equal(when) || got.Location().String() != zone {
			t.Errorf("%s in %s came back as %s", when, zone, got)
		}
	}
	if !p.Equal(when) {
		t.Errorf("without a zone %s came back as %s", when, p)
	}
	if got := one[string](t, conn, "SELECT toString(b) || ' ' || toString(toHour(p)) FROM "+name); got != "2024-10-27 02:30:00.250 0" {
		t.Errorf("as text: %s", got)
	}
}

func token(t *testing.T, on target) {
	conn := on.open(t)
	name := table(t, conn, "a Int64, p Int64", "PARTITION BY p ORDER BY a SETTINGS non_replicated_deduplication_window = 100000")
	put := func(token string, values ...int64) {
		t.Helper()
		ctx := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": token}))
		b, err := conn.PrepareBatch(ctx, "INSERT INTO "+name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if err := b.Append(v, v%3); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Send(); err != nil {
			t.Fatal(err)
		}
	}
	put("p.0/orders:0:0-4", 1, 2, 3, 4, 5)
	put("p.0/orders:0:0-4", 1, 2, 3, 4, 5)
	put("p.0/orders:0:0-4", 9, 9, 9) // the token alone decides
	put("p.0/orders:0:5-9", 1, 2, 3, 4, 5)
	if got := one[string](t, conn, "SELECT toString(count()) || ' ' || toString(sum(a)) FROM "+name); got != "10 30" {
		t.Errorf("count and sum are %s, want 10 30", got)
	}
}

func million(t *testing.T, on target) {
	conn := on.open(t, compressed(clickhouse.CompressionLZ4))
	rows, err := conn.Query(t.Context(), "SELECT number, toString(number) FROM numbers(1000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var count, sum, n uint64
	var text string
	for rows.Next() {
		if err := rows.Scan(&n, &text); err != nil {
			t.Fatal(err)
		}
		count++
		sum += n
	}
	if err := rows.Err(); err != nil || count != 1_000_000 || sum != 499999500000 {
		t.Errorf("%d rows, sum %d, error %v", count, sum, err)
	}
}

func insertSelect(t *testing.T, on target) {
	conn := on.open(t)
	name := table(t, conn, "a UInt64, b String", "ORDER BY a")
	exec(t, conn, "INSERT INTO "+name+" WITH 7 AS k SELECT number * k, 'VALUES (1); FORMAT CSV' FROM numbers(1000)")
	if got := one[uint64](t, conn, "SELECT sum(a) FROM "+name); got != 3496500 {
		t.Errorf("sum %d, want 3496500", got)
	}
}

func progress(t *testing.T, on target) {
	conn := on.open(t)
	var read uint64
	ctx := clickhouse.Context(t.Context(), clickhouse.WithProgress(func(p *clickhouse.Progress) { read += p.Rows }), clickhouse.WithQueryID("contract-progress"))
	rows, err := conn.Query(ctx, "SELECT sum(number) FROM numbers(1000)")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Error(err)
	}
	if read != 0 && read != 1000 { // the HTTP client of clickhouse-go reads no summary as of now
		t.Errorf("read %d rows, want 1000", read)
	}
}

func timeLimit(t *testing.T, on target) {
	conn := on.open(t)
	// without a deadline in the context: the client would make a limit of its own of it
	ctx := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"max_execution_time": 1}))
	started := time.Now()
	err := conn.Exec(ctx, "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1")
	var e *clickhouse.Exception
	if !errors.As(err, &e) || e.Code != 159 {
		t.Errorf("got %v, want code 159", err)
	}
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("a limit of 1 s held after %s", took)
	}
}
