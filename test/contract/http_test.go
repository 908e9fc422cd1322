package contract

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/test/enginetest"
)

func do(t *testing.T, request *http.Request) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// post sends a body as the writer.
func post(t *testing.T, e *enginetest.Engine, query url.Values, body io.Reader, headers ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL+"/?"+query.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(e.WriterUser, e.WriterPassword)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return do(t, request)
}

func TestRequestBodies(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Query("CREATE TABLE t (a Int64, b String) ENGINE = MergeTree ORDER BY a")
	clean := func(t *testing.T) { t.Helper(); e.Query("TRUNCATE TABLE t") }
	rows := func() string { return strings.TrimSpace(e.Query("SELECT count() FROM t")) }

	for name, body := range map[string]string{
		"values":                      "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
		"values with blank lines":     "INSERT INTO t VALUES (1, 'a;\n\nDROP TABLE t;\n'),\n\n\n(2, 'b')\n",
		"values after a comment":      "/* FORMAT CSV */ INSERT INTO t -- VALUES\n (a, b) VALUES (1, 'a'), (2, 'b')",
		"a quoted table name":         "INSERT INTO `t` (`a`, \"b\") VALUES (1, 'x'), (2, 'y')",
		"csv":                         "INSERT INTO t FORMAT CSV\n1,\"a;\n\nDROP TABLE t\"\n2,VALUES",
		"csv after a semicolon":       "INSERT INTO t FORMAT CSV;\n1,a\n2,b\n",
		"settings before the format":  "INSERT INTO t SETTINGS format_csv_delimiter = ';' FORMAT CSV\n1;a\n2;b\n",
		"json rows with brackets":     `INSERT INTO t FORMAT JSONEachRow {"a": 1, "b": "} ; FORMAT"}` + "\n\n" + `{"a": 2, "b": "x"}`,
		"a select":                    "INSERT INTO t SELECT number, 'VALUES' FROM numbers(2)",
		"a select with a common name": "INSERT INTO t WITH x AS (SELECT 1) SELECT number, 'b' FROM numbers(2)",
	} {
		t.Run("stores "+name, func(t *testing.T) {
			clean(t)
			if code, text := post(t, e, nil, strings.NewReader(body)); code != http.StatusOK {
				t.Fatalf("%d %s", code, text)
			}
			if got := rows(); got != "2" {
				t.Errorf("%s rows, want 2", got)
			}
		})
	}
	t.Run("stores data that follows a query in the address", func(t *testing.T) {
		clean(t)
		code, text := post(t, e, url.Values{"query": {"INSERT INTO t FORMAT TSV"}}, strings.NewReader("1\ta\n2\tb\n"))
		if got := rows(); code != http.StatusOK || got != "2" {
			t.Errorf("%s rows, %d %s", got, code, text)
		}
	})
	t.Run("stores a gzip body of many pieces", func(t *testing.T) {
		clean(t)
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		fmt.Fprint(z, "INSERT INTO t FORMAT CSV\n")
		for i := range 300_000 {
			fmt.Fprintf(z, "%d,row %d\n", i, i)
		}
		_ = z.Close()
		code, text := post(t, e, nil, &packed, "Content-Encoding", "gzip")
		if got := rows(); code != http.StatusOK || got != "300000" {
			t.Errorf("%s rows, %d %s", got, code, text)
		}
	})
	t.Run("stores nothing of a truncated gzip body", func(t *testing.T) {
		clean(t)
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		for i := range 300_000 {
			fmt.Fprintf(z, "%d,row %d\n", i, i)
		}
		_ = z.Close()
		code, _ := post(t, e, url.Values{"query": {"INSERT INTO t FORMAT CSV"}}, bytes.NewReader(packed.Bytes()[:packed.Len()/2]), "Content-Encoding", "gzip")
		if got := rows(); code == http.StatusOK || got != "0" {
			t.Errorf("status %d, %s rows, want an error and none", code, got)
		}
	})
	t.Run("stores nothing of a body the client cut", func(t *testing.T) {
		clean(t)
		cutBody(t, e)
		until(t, "the engine gave the insert up", func() bool {
			return e.Query("SELECT count() FROM system.processes WHERE query LIKE 'INSERT%'") == "0\n"
		})
		if got := rows(); got != "0" {
			t.Errorf("%s rows of a cut body", got)
		}
	})
	t.Run("refuses", func(t *testing.T) {
		for name, c := range map[string]struct {
			body, encoding, code string
		}{
			"several statements":               {"SELECT 1; SELECT 2", "", "Code: 62."},
			"a second statement in an insert":  {"INSERT INTO t SELECT 1, 'a'; DROP TABLE t", "", "Code: 62."},
			"a statement before FORMAT":        {"INSERT INTO t SETTINGS max_threads = 1; DROP TABLE t FORMAT CSV\n1,a", "", "Code: 62."},
			"nothing":                          {"", "", "Code: 62."},
			"only a comment":                   {"-- SELECT 1", "", "Code: 62."},
			"an endless insert head":           {"INSERT INTO t (" + strings.Repeat("a, ", 200_000), "", "Code: 62."},
			"a statement of two megabytes":     {"SELECT '" + strings.Repeat("x", 2<<20) + "'", "", "Code: 62."},
			"an encoding that is not known":    {"SELECT 1", "br", "Code: 48."},
			"what only says that it is packed": {"SELECT 1", "gzip", "Code: 1000."},
			"a file to write":                  {"SELECT 1 INTO OUTFILE '/tmp/aurora-contract'", "", "Code: 164."},
			"a file to read":                   {"INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV", "", "Code: 164."},
			"table functions that reach out":   {"SELECT * FROM url('http://127.0.0.1:1')", "", "Code: 497."},
		} {
			headers := []string{}
			if c.encoding != "" {
				headers = []string{"Content-Encoding", c.encoding}
			}
			if code, text := post(t, e, nil, strings.NewReader(c.body), headers...); code == http.StatusOK || !strings.HasPrefix(text, c.code) {
				t.Errorf("%s: %d %.200s, want %s", name, code, text, c.code)
			}
		}
	})
	t.Run("refuses a body that explodes", func(t *testing.T) {
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		zeros := make([]byte, 1<<20)
		for range 600 {
			_, _ = z.Write(zeros)
		}
		_ = z.Close()
		var twice bytes.Buffer // packed zeros packed again
		z, _ = gzip.NewWriterLevel(&twice, gzip.BestCompression)
		_, _ = z.Write(packed.Bytes())
		_ = z.Close()
		if code, text := post(t, e, nil, &packed, "Content-Encoding", "gzip"); code == http.StatusOK {
			t.Errorf("%d %.100s", code, text)
		}
	})
	t.Run("keeps a temporary table in a session", func(t *testing.T) {
		session := url.Values{"session_id": {"s1"}}
		for _, sql := range []string{"CREATE TEMPORARY TABLE tmp (a Int64)", "INSERT INTO tmp VALUES (42)"} {
			if code, text := post(t, e, session, strings.NewReader(sql)); code != http.StatusOK {
				t.Fatal(code, text)
			}
		}
		if code, text := post(t, e, session, strings.NewReader("SELECT a FROM tmp")); text != "42\n" {
			t.Errorf("%d %s", code, text)
		}
		if code, _ := post(t, e, nil, strings.NewReader("SELECT a FROM tmp")); code != http.StatusNotFound {
			t.Errorf("outside the session: %d, want 404", code)
		}
	})
}

// cutBody begins an insert of 10 MB and breaks the connection in its middle.
func cutBody(t *testing.T, e *enginetest.Engine) {
	t.Helper()
	conn, err := net.Dial("tcp", e.Address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /?user=writer&password=%s&query=%s HTTP/1.1\r\nHost: %s\r\nContent-Length: 10000000\r\n\r\n",
		e.WriterPassword, url.QueryEscape("INSERT INTO t FORMAT CSV"), e.Address)
	for i := range 300_000 {
		if _, err := fmt.Fprintf(conn, "%d,row\n", i); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(50 * time.Millisecond) // let some of it reach the engine
	_ = conn.Close()
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL+"/?query_id=my-id", strings.NewReader("SELECT number FROM numbers(3) FORMAT JSON"))
	request.SetBasicAuth(e.WriterUser, e.WriterPassword)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	for header, want := range map[string]string{
		"X-ClickHouse-Query-Id": "my-id", "X-ClickHouse-Format": "JSON", "X-ClickHouse-Timezone": "UTC",
		"X-ClickHouse-Server-Display-Name": "aurora", "Content-Type": "application/json; charset=UTF-8",
	} {
		if got := response.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if !strings.Contains(string(body), `"rows": 3`) || !strings.Contains(response.Header.Get("X-ClickHouse-Summary"), `"read_rows":"3"`) {
		t.Errorf("body %s, summary %s", body, response.Header.Get("X-ClickHouse-Summary"))
	}
	for format, want := range map[string]string{
		"CSVWithNames": "\"number\"\n0\n1\n", "TabSeparatedWithNamesAndTypes": "number\nUInt64\n0\n1\n", "JSONEachRow": "{\"number\":0}\n{\"number\":1}\n",
	} {
		if got := e.Query("SELECT number FROM numbers(2) FORMAT " + format); got != want {
			t.Errorf("%s gives %q", format, got)
		}
	}
	if code, text := post(t, e, nil, strings.NewReader("SELECT throwIf(number = 200000) FROM numbers(300000) FORMAT JSON")); code == http.StatusOK || strings.Contains(text, "data") {
		t.Errorf("a document with an error: %d %.200s", code, text)
	}
}
