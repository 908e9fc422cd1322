package httpd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitInsert(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, statement, format, data string
		verdict                       verdict
	}{
		{"INSERT INTO t VALUES (1)", "INSERT INTO t ", "Values", " (1)", isInsert},
		{"insert into t(a) values(1)", "insert into t(a) ", "Values", "(1)", isInsert},
		{"INSERT INTO values VALUES (1)", "INSERT INTO values ", "Values", " (1)", isInsert},
		{"INSERT INTO db.values VALUES (1)", "INSERT INTO db.values ", "Values", " (1)", isInsert},
		{"INSERT INTO t FORMAT CSV\n1", "INSERT INTO t ", "CSV", "1", isInsert},
		{"INSERT INTO t FORMAT CSV;\r\n1", "INSERT INTO t ", "CSV", "1", isInsert},
		{"INSERT INTO t FORMAT CSV  \n\n1", "INSERT INTO t ", "CSV", "\n1", isInsert},
		{"INSERT INTO t FORMAT Native", "INSERT INTO t ", "Native", "", isInsert},
		{"INSERT INTO `VALUES` (`FORMAT CSV`) FORMAT TSV\n1", "INSERT INTO `VALUES` (`FORMAT CSV`) ", "TSV", "1", isInsert},
		{"INSERT INTO t /* VALUES */ (a) -- FORMAT CSV\n VALUES (1)", "INSERT INTO t /* VALUES */ (a) -- FORMAT CSV\n ", "Values", " (1)", isInsert},
		{"# VALUES\nINSERT INTO t VALUES (1)", "# VALUES\nINSERT INTO t ", "Values", " (1)", isInsert},
		{"INSERT INTO t SETTINGS a = 'VALUES'';' VALUES (1)", "INSERT INTO t SETTINGS a = 'VALUES'';' ", "Values", " (1)", isInsert},
		{"INSERT INTO t SETTINGS a = $x$ VALUES $x$ VALUES (1)", "INSERT INTO t SETTINGS a = $x$ VALUES $x$ ", "Values", " (1)", isInsert},
		{"INSERT INTO {t:Identifier} VALUES (1)", "INSERT INTO {t:Identifier} ", "Values", " (1)", isInsert},
		{"INSERT INTO t SELECT 1", "", "", "", selectsOwn},
		{"INSERT INTO t (a) WITH x AS (SELECT 1) SELECT 'VALUES'", "", "", "", selectsOwn},
		{"INSERT INTO t FROM INFILE 'x' FORMAT CSV", "", "", "", selectsOwn},
		{"INSERT INTO t SETTINGS a = 1; DROP TABLE t FORMAT CSV", "", "", "", notInsert},
		{"INSERT INTO t (a, (b", "", "", "", cutInsert},
		{"INSERT INTO t 'unclosed VALUES (1)", "", "", "", cutInsert},
		{"INSERT INTO t /* unclosed VALUES (1)", "", "", "", cutInsert},
		{"SELECT 'INSERT INTO t VALUES'", "", "", "", notInsert},
		{"'INSERT' INTO t VALUES (1)", "", "", "", notInsert},
		{"", "", "", "", notInsert},
	} {
		got, v := splitInsert(c.text)
		data := ""
		if v == isInsert {
			data = c.text[got.data:]
		}
		if v != c.verdict || got.statement != c.statement || got.format != c.format || data != c.data {
			t.Errorf("%q: %d %q %q %q", c.text, v, got.statement, got.format, data)
		}
	}
}

func TestShapeOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]shape{
		"SELECT 1":                             {selects: true, bare: "SELECT 1"},
		"SELECT 1 FORMAT JSON":                 {selects: true, format: "JSON", bare: "SELECT 1 "},
		"SELECT 1 format CSV ;":                {selects: true, format: "CSV", bare: "SELECT 1 "},
		"SELECT 1 FORMAT CSV SETTINGS a=1":     {selects: true, format: "CSV", bare: "SELECT 1 "},
		"SELECT 1 SETTINGS a=1 FORMAT CSV":     {selects: true, format: "CSV", bare: "SELECT 1 SETTINGS a=1 "},
		"SELECT * FROM format ORDER BY id":     {selects: true, bare: "SELECT * FROM format ORDER BY id"},
		"SELECT a FROM t ORDER BY format ASC":  {selects: true, bare: "SELECT a FROM t ORDER BY format ASC"},
		"SELECT a, format DESC FROM t":         {selects: true, bare: "SELECT a, format DESC FROM t"},
		"SELECT format FROM t FORMAT CSV":      {selects: true, format: "CSV", bare: "SELECT format FROM t "},
		"SELECT * FORMAT CSV":                  {selects: true, format: "CSV", bare: "SELECT * "},
		"SELECT ' FORMAT JSON'":                {selects: true, bare: "SELECT ' FORMAT JSON'"},
		"SELECT (SELECT 1 FORMAT JSON)":        {selects: true, bare: "SELECT (SELECT 1 FORMAT JSON)"},
		"SELECT 1 -- FORMAT JSON":              {selects: true, bare: "SELECT 1 -- FORMAT JSON"},
		"SELECT 1 /* FORMAT JSON */ ;":         {selects: true, bare: "SELECT 1 /* FORMAT JSON */ "},
		"SELECT format('{}', 1)":               {selects: true, bare: "SELECT format('{}', 1)"},
		"((SELECT 1))":                         {selects: true, bare: "((SELECT 1))"},
		"-- x\nWITH 1 AS a SELECT a":           {selects: true, bare: "-- x\nWITH 1 AS a SELECT a"},
		"FROM t SELECT a":                      {selects: true, bare: "FROM t SELECT a"},
		"SHOW TABLES":                          {bare: "SHOW TABLES"},
		"SELECT 1 INTO OUTFILE 'x'":            {selects: true, bare: "SELECT 1 INTO OUTFILE 'x'", files: true},
		"SELECT 1 into/**/outfile 'x'":         {selects: true, bare: "SELECT 1 into/**/outfile 'x'", files: true},
		"SELECT 'INTO OUTFILE'":                {selects: true, bare: "SELECT 'INTO OUTFILE'"},
		"SELECT `INTO`, `OUTFILE` FROM t":      {selects: true, bare: "SELECT `INTO`, `OUTFILE` FROM t"},
		"INSERT INTO t FROM INFILE 'x'":        {bare: "INSERT INTO t FROM INFILE 'x'", files: true},
		"EXPLAIN SELECT 1 FORMAT TabSeparated": {format: "TabSeparated", bare: "EXPLAIN SELECT 1 "},
	} {
		if diff := cmp.Diff(want, shapeOf(text), cmp.AllowUnexported(shape{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// FuzzLexer: tokens cover a text in order, and what is quoted never hides a keyword.
func FuzzLexer(f *testing.F) {
	for _, seed := range []string{"SELECT 1", "INSERT INTO t VALUES ('a', \"b\", `c`) -- x", "$a$ $b$ $a$", "/* */ # x\n'\\''", "'", "$$", "\x00\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := lexer{text: text}
		last := 0
		for {
			token := l.next()
			if token.start < last || token.end < token.start || token.end > len(text) {
				t.Fatalf("token %+v after %d in %q", token, last, text)
			}
			if token.kind == kindEnd || token.kind == kindBroken {
				break
			}
			if token.text != text[token.start:token.end] || token.text == "" {
				t.Fatalf("token %+v in %q", token, text)
			}
			last = token.end
		}
		shapeOf(text)
		if ins, v := splitInsert(text); v == isInsert {
			if !strings.HasPrefix(text, ins.statement) || ins.data < len(ins.statement) || ins.data > len(text) {
				t.Fatalf("%+v of %q", ins, text)
			}
		}
		// the same text as a quoted value hides everything
		if s := shapeOf("SELECT " + quote(text)); s.files || s.format != "" {
			t.Fatalf("%q shows through quotes: %+v", text, s)
		}
	})
}
