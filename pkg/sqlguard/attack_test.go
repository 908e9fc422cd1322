package sqlguard

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// canaries notice what an attack would do to the world.
type canaries struct {
	engine      *engine
	file        string // holds a text no answer may hold
	empty       string // a folder that must stay empty
	host        string // a listener nobody may connect to
	connections atomic.Int64
	rows        []string
}

const canaryText = "canary-in-a-file-77d0"

func plantCanaries(t *testing.T, e *engine) *canaries {
	t.Helper()
	dir := t.TempDir()
	c := &canaries{engine: e, file: filepath.Join(dir, "canary.txt"), empty: filepath.Join(dir, "empty")}
	if err := errors.Join(os.WriteFile(c.file, []byte(canaryText), 0o644), os.Mkdir(c.empty, 0o777)); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	c.host = listener.Addr().String()
	go func() { // ends when the listener is closed
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			c.connections.Add(1)
			_ = connection.Close()
		}
	}()
	c.rows = c.count(t)
	return c
}

// count gives every table with its rows and its definition.
func (c *canaries) count(t *testing.T) []string {
	t.Helper()
	return c.engine.lines(t, "SELECT database, name, engine, total_rows FROM system.tables WHERE database IN ('aurora', 'aurora_system') ORDER BY 1, 2")
}

// place puts the canaries into a statement.
func (c *canaries) place(s string) string {
	return strings.NewReplacer("FILE", c.file, "HOST", c.host, "EMPTY", c.empty).Replace(s)
}

// untouched checks that nothing happened.
func (c *canaries) untouched(t *testing.T) {
	t.Helper()
	if n := c.connections.Load(); n != 0 {
		t.Errorf("the engine connected %d times", n)
	}
	entries, err := os.ReadDir(c.empty)
	if err != nil || len(entries) > 0 {
		t.Errorf("files were written: %v %v", entries, err)
	}
	if diff := cmp.Diff(c.rows, c.count(t)); diff != "" {
		t.Errorf("the tables changed:\n%s", diff)
	}
}

// refused checks that the statement is refused with a rule, a place and words, and
// that the words hold nothing that is hidden.
func refused(t *testing.T, guard *Guard, s aurora.Statement, profile Profile) {
	t.Helper()
	verdict, err := guard.Check(t.Context(), s, profile)
	if err == nil {
		t.Errorf("%s\npassed as %s", s.SQL, verdict.Statement.SQL)
		return
	}
	var e *aurora.Error
	if !errors.As(err, &e) || e.Code != aurora.CodeGuardRefused {
		t.Errorf("%s\nended with %v, which is no refusal", s.SQL, err)
		return
	}
	if e.Extra["rule"] == "" || e.Extra["where"] == "" || e.Title == "" || e.Hint == "" || e.Detail == "" {
		t.Errorf("%s\nis refused without words: %+v", s.SQL, e)
	}
	words := fmt.Sprint(e.Title, e.Detail, e.Hint, e.Extra)
	for _, hidden := range []string{canaryText, canarySecret, hiddenRow, "DB::Exception", "version 2", "Stack trace", "formatQuery"} {
		if strings.Contains(words, hidden) && !strings.Contains(s.SQL, hidden) {
			t.Errorf("%s\nthe refusal says %q", s.SQL, words)
		}
	}
}

// Nothing of the attack corpus passes, and checking it touches nothing.
func attacksAreRefused(t *testing.T, e *engine) {
	t.Helper()
	guard, canaries := New(e, e), plantCanaries(t, e)
	cases := readCorpus(t, "attacks.sql")
	t.Run("corpus", func(t *testing.T) {
		for i, c := range cases {
			t.Run(fmt.Sprintf("%s %d", c.class, i), func(t *testing.T) {
				t.Parallel()
				s := aurora.Statement{SQL: canaries.place(c.statement.SQL), Params: slices.Clone(c.statement.Params)}
				for i, p := range s.Params {
					s.Params[i].Value = canaries.place(p.Value)
				}
				refused(t, guard, s, Ask)
			})
		}
	})
	if len(cases) < 150 {
		t.Errorf("the corpus has %d attacks, want at least 150", len(cases))
	}
	canaries.untouched(t)
}

// expressionPositions are the places of a SELECT where an expression may stand.
func expressionPositions() []string {
	return []string{
		"SELECT %s", "SELECT 1 FROM url WHERE %s = 1", "SELECT 1 FROM url PREWHERE %s = 1", "SELECT count() FROM url GROUP BY %s",
		"SELECT count() FROM url HAVING %s = 1", "SELECT 1 FROM url ORDER BY %s", "SELECT 1 FROM url LIMIT %s", "SELECT 1 FROM url LIMIT 1 OFFSET %s",
		"SELECT 1 FROM url LIMIT 1 BY %s", "WITH %s AS x SELECT x", "WITH x AS (SELECT %s) SELECT * FROM x", "SELECT (SELECT %s)",
		"SELECT * FROM (SELECT %s)", "SELECT arrayMap(x -> %s, [1])", "SELECT * REPLACE (%s AS id) FROM url", "SELECT sum(id) OVER (PARTITION BY %s) FROM url",
		"SELECT sum(id) OVER (ORDER BY %s) FROM url", "SELECT sum(id) OVER w FROM url WINDOW w AS (ORDER BY %s)", "SELECT id FROM url QUALIFY %s = 1",
		"SELECT 1 FROM url AS a JOIN url AS b ON a.id = b.id AND %s = 1", "SELECT 1 FROM url ARRAY JOIN [%s] AS x", "SELECT 1 IN (%s)", "SELECT 1 IN (1, %s)", "SELECT %s IN (1)",
		"SELECT CASE WHEN %s = 1 THEN 1 ELSE 2 END", "SELECT if(1, %s, 1)", "SELECT [%s]", "SELECT (1, %s)", "SELECT map('a', %s)", "SELECT quantile(0.5)(%s)",
		"SELECT countIf(%s = 1) FROM url", "SELECT count() FILTER (WHERE %s = 1) FROM url", "SELECT 1 UNION ALL SELECT %s", "SELECT 1 EXCEPT SELECT %s", "SELECT %s::String",
		"SELECT EXISTS (SELECT %s)", "SELECT 1 FROM url ORDER BY id WITH FILL FROM %s", "SELECT 1 FROM url ORDER BY id WITH FILL STEP %s",
		"SELECT id FROM url ORDER BY id WITH FILL INTERPOLATE (id AS %s)", "SELECT 1 FROM url GROUP BY GROUPING SETS ((%s), ())", "SELECT DISTINCT ON (%s) id FROM url",
		"SELECT tuple(%s).1", "SELECT [1][%s]", "SELECT 1 BETWEEN %s AND 2", "SELECT 'a' || %s", "SELECT -(%s)", "SELECT INTERVAL %s DAY", "FROM url SELECT %s",
	}
}

// forbiddenExpressions reach for what no statement may.
func forbiddenExpressions() []string {
	return []string{
		"file('FILE')", "`file`('FILE')", "(SELECT file('FILE'))", "arrayMap(file, ['FILE'])[1]", "hostName()", "getSetting('readonly')",
		"sleep(0.01)", "(SELECT v FROM aurora_system.secrets)", "('x' IN leak)", "dictGet('d', 'a', 1)", "currentUser()", "(SELECT count() FROM url('http://HOST/', CSV, 'a Int8'))",
		"(SELECT count() FROM everything)", "(SELECT * APPLY(file) FROM (SELECT 'FILE'))", "CAST('x', 'AggregateFunction(sum, UInt64)')", "nosuchfunction(1)",
	}
}

// tablePositions are the places where a table may stand.
func tablePositions() []string {
	return []string{
		"SELECT 1 FROM %s", "SELECT 1 FROM url, %s", "SELECT 1 FROM url CROSS JOIN %s", "SELECT 1 FROM url AS a LEFT JOIN %s AS b ON 1 = 1",
		"SELECT 1 FROM (SELECT * FROM %s)", "WITH x AS (SELECT * FROM %s) SELECT 1", "SELECT (SELECT count() FROM %s)", "SELECT 1 WHERE 1 IN (SELECT * FROM %s)",
		"SELECT 1 UNION ALL SELECT 1 FROM %s", "SELECT EXISTS (SELECT 1 FROM %s)", "SELECT 1 FROM %s FINAL", "SELECT 1 FROM %s AS url", "FROM %s SELECT 1",
		"SELECT 1 FROM url ARRAY JOIN [(SELECT count() FROM %s)] AS x", "SELECT 1 FROM url ASOF JOIN %s AS b ON url.id = b.id AND url.id > b.id", "SELECT 1 INTERSECT SELECT 1 FROM %s",
	}
}

// forbiddenTables are what no statement may read.
func forbiddenTables() []string {
	return []string{
		"aurora_system.secrets", "system.one", "everything", "leak", "leak_on_leak", "reader", "buffered", "nosuchtable", "default.t", "`FILE`", "file('FILE')", "url('http://HOST/', CSV, 'a Int8')",
		"s3('http://HOST/b/k', 'CSV')", "remote('HOST', system.one)", "mysql('HOST', 'd', 't', 'u', 'p')", "postgresql('HOST', 'd', 't', 'u', 'p')", "merge('aurora_system', '.*')", "numbers(1e10)", "(EXPLAIN SELECT 1)", "view(SELECT 1)",
		"mongodb('HOST', 'd', 'c', 'u', 'p')", "redis('HOST', 'k', 'k String')", "sqlite('FILE', 't')", "executable('id', 'TSV', 'a String')",
	}
}

// Every forbidden fragment is refused in every position: a fix of one example must
// close its class.
func fragmentsAreRefusedEverywhere(t *testing.T, e *engine) {
	t.Helper()
	guard, canaries := New(e, e), plantCanaries(t, e)
	for _, set := range []struct{ positions, fragments []string }{
		{expressionPositions(), forbiddenExpressions()},
		{tablePositions(), forbiddenTables()},
	} {
		for _, position := range set.positions {
			for _, fragment := range set.fragments {
				refused(t, guard, aurora.Statement{SQL: canaries.place(fmt.Sprintf(position, fragment))}, Ask)
			}
		}
	}
	canaries.untouched(t)
}
