package httpd

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var serial = regexp.MustCompile(`aurora:[^']*`)

// told gives what the engine was told on the connections after the root's, with
// the tags of the statements made equal.
func told(f *fake) []string {
	list := f.statements()
	for i := range list {
		list[i] = serial.ReplaceAllString(list[i], "TAG")
	}
	return list
}

func TestEveryRequestHasAConnectionOfItsOwn(t *testing.T) {
	t.Parallel()
	f := newFake()
	web := serve(t, f)
	send(t, web, Writer, url.Values{"database": {"b`d"}, "max_threads": {"1'"}, "param_x": {"y"}, "readonly": {"2"}, "compress": {"0"}}, "SELECT 1")
	send(t, web, Writer, nil, "DROP TABLE t")
	want := []string{
		"2: USE `b\\`d`", "2: SET ROLE `rw`", "2: SET log_comment='TAG', max_threads='1\\'', readonly='2'", "2: SELECT 1",
		"3: USE `aurora`", "3: SET ROLE `rw`", "3: SET log_comment='TAG'", "3: DROP TABLE t",
	}
	if diff := cmp.Diff(want, told(f)); diff != "" {
		t.Error(diff)
	}
	if f.open != 1 {
		t.Errorf("%d connections are open, want the root's only", f.open)
	}
}

func TestReaderIsPinned(t *testing.T) {
	t.Parallel()
	f := newFake()
	web := serve(t, f)
	send(t, web, Reader, url.Values{
		"readonly": {"0"}, "role": {"rw"}, "max_execution_time": {"3000"}, "max_result_rows": {"5"}, "max_rows_to_read": {"nonsense"},
		"async_insert": {"1"}, "output_format_schema": {"/x"}, "join_use_nulls": {"1"}, "log_comment": {"x"}, "max_memory_usage": {"1e30"},
	}, "SELECT 1")
	want := []string{
		"2: USE `aurora`", "2: SET ROLE `ask`",
		"2: SET log_comment='TAG', async_insert=0, implicit_select=0, http_max_tries=1, allow_ddl=0, allow_introspection_functions=0, " +
			"max_execution_time=600, max_memory_usage=16000000000, max_rows_to_read=1000000000, max_result_rows=5, max_result_bytes=10000000, " +
			"max_ast_depth=200, max_ast_elements=20000, max_expanded_ast_elements=50000, result_overflow_mode='break', join_use_nulls='1', readonly=1",
		"2: SELECT 1",
	}
	if diff := cmp.Diff(want, told(f)); diff != "" {
		t.Error(diff)
	}
	for _, sql := range []string{"SET a = 1", "DROP TABLE t", "INSERT INTO t VALUES (1)", "KILL QUERY WHERE 1"} {
		response, body := send(t, web, Reader, nil, sql)
		if response.StatusCode != http.StatusForbidden || !strings.HasPrefix(body, "Code: 164.") {
			t.Errorf("%s: %d %s", sql, response.StatusCode, body)
		}
	}
	for _, statement := range told(f) {
		if strings.Contains(statement, "DROP") || strings.Contains(statement, "INSERT") {
			t.Errorf("the engine was told %q", statement)
		}
	}
}

func TestAGetChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFake()
	web := serve(t, f)
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/?user=writer&password=w&query=SELECT+1", nil)
	response, err := web.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := told(f)[2]; !strings.HasSuffix(got, "readonly=2") {
		t.Errorf("the settings are %s", got)
	}
}

func TestInsertHandsDataOver(t *testing.T) {
	t.Parallel()
	f := newFake()
	web := serve(t, f)
	large := strings.Repeat("1,x\n", 1<<20)
	send(t, web, Writer, nil, "INSERT INTO small VALUES (1);\n\nDROP TABLE t")
	send(t, web, Writer, url.Values{"query": {"INSERT INTO large FORMAT CSV"}}, large)
	if f.data["INSERT INTO small "] != " (1);\n\nDROP TABLE t" || f.data["INSERT INTO large "] != large {
		t.Errorf("the data arrived changed: %d and %d bytes", len(f.data["INSERT INTO small "]), len(f.data["INSERT INTO large "]))
	}
	if response, body := send(t, web, Writer, nil, "INSERT INTO refused VALUES (1)"); response.StatusCode == http.StatusOK {
		t.Errorf("data that the engine did not take is acknowledged: %s", body)
	}
}

func TestAnErrorAfterRowsIsFramed(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.answer = func(sql, _ string) ([]string, error) {
		if strings.HasPrefix(sql, "SELECT") {
			return []string{"1\n", "2\n"}, errors.New("Code: 395. DB::Exception: late. (X)" + strings.Repeat("long ", 10_000))
		}
		return nil, nil
	}
	web := serve(t, f)
	response, body := send(t, web, Writer, url.Values{"enable_http_compression": {"0"}}, "SELECT 1")
	tag := response.Header.Get("X-ClickHouse-Exception-Tag")
	rows, frame, found := strings.Cut(body, "\r\n__exception__\r\n"+tag+"\r\n")
	if response.StatusCode != http.StatusOK || !found || rows != "1\n2\n" || len(tag) != 16 {
		t.Fatalf("%d, tag %q, body %.200q", response.StatusCode, tag, body)
	}
	message, rest, _ := strings.Cut(frame, "\n")
	if want := fmt.Sprintf("%d %s\r\n__exception__\r\n", len(message)+1, tag); rest != want || len(frame) > maxFrame {
		t.Errorf("the frame of %d bytes ends with %q, want %q", len(frame), rest, want)
	}
}

func TestErrorsHaveTheirStatus(t *testing.T) {
	t.Parallel()
	for text, status := range map[string]int{
		"Code: 60. DB::Exception: x": 404, "Code: 62. DB::Exception: x": 400, "Code: 497. DB::Exception: x": 403, "Code: 159. DB::Exception: x": 408,
		"Code: 202. DB::Exception: x": 503, "Code: 241. DB::Exception: x": 500, "something else (Code: 60)": 500,
	} {
		f := newFake()
		f.answer = func(sql, _ string) ([]string, error) {
			if strings.HasPrefix(sql, "DROP") {
				return nil, errors.New(text)
			}
			return nil, nil
		}
		response, body := send(t, serve(t, f), Writer, nil, "DROP TABLE t")
		if response.StatusCode != status || !strings.HasSuffix(body, "(version 26.7.2.1)\n") {
			t.Errorf("%s: %d %q", text, response.StatusCode, body)
		}
	}
}

func TestAClientThatGoesKillsItsStatement(t *testing.T) {
	t.Parallel()
	f := newFake()
	web := serve(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	request, _ := http.NewRequestWithContext(ctx, http.MethodPost, web.URL+"/?query_id=mine", strings.NewReader("SELECT block"))
	request.SetBasicAuth(Writer, "w")
	go func() { <-f.entered; cancel() }() // ends with the statement
	if response, err := web.Client().Do(request); err == nil {
		_ = response.Body.Close()
		t.Error("the request succeeded")
	}
	select {
	case <-f.release:
	case <-time.After(10 * time.Second):
		t.Fatal("no KILL QUERY came")
	}
	kills := 0
	for _, statement := range f.statements() {
		if strings.HasPrefix(statement, "1: KILL QUERY WHERE Settings['log_comment'] = 'aurora:mine:") {
			kills++
		}
	}
	if kills == 0 {
		t.Errorf("told %v", f.statements())
	}
}

func TestNobodyIsLetIn(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := New(Options{Secrets: Secrets{Writer: "w"}, Log: slog.New(slog.DiscardHandler)})
	starting := httptest.NewRecorder()
	s.ServeHTTP(starting, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/ping", nil))
	if starting.Code != http.StatusServiceUnavailable {
		t.Errorf("before the engine is open /ping gives %d", starting.Code)
	}
	root, _ := f.Connect()
	s.Open(f, root, "v", "UTC")
	for _, c := range []struct {
		url, host string
		status    int
	}{
		{"/ping", "localhost:1", 200}, {"/ping", "[::1]:1", 200}, {"/ping", "127.0.0.1", 200}, {"/", "localhost", 200},
		{"/ping", "attacker.example", 403}, {"/ping", "127.0.0.1.attacker.example", 403}, {"/ping", "", 403}, {"/ping", "10.0.0.1", 403},
		{"/?query=SELECT+1", "localhost", 401}, {"/?query=SELECT+1&user=reader&password=", "localhost", 401}, // an empty secret matches nothing
		{"/?query=SELECT+1&user=writer&password=W", "localhost", 401}, {"/play", "localhost", 404},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://x"+c.url, nil)
		r.Host = c.host
		s.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s at %q: %d, want %d", c.url, c.host, w.Code, c.status)
		}
	}
}

// TestHello is a canary: clickhouse-go decodes exactly these bytes first.
func TestHello(t *testing.T) {
	t.Parallel()
	got := hex.EncodeToString(helloBlock("ab", "1.2", "UTC"))
	want := "010002ffffffff00" + "0401" +
		"0d" + hex.EncodeToString([]byte("displayName()")) + "06" + hex.EncodeToString([]byte("String")) + "00" + "026162" +
		"09" + hex.EncodeToString([]byte("version()")) + "06" + hex.EncodeToString([]byte("String")) + "00" + "03312e32" +
		"0a" + hex.EncodeToString([]byte("revision()")) + "06" + hex.EncodeToString([]byte("UInt32")) + "00" + "00000000" +
		"0a" + hex.EncodeToString([]byte("timezone()")) + "06" + hex.EncodeToString([]byte("String")) + "00" + "03555443"
	if got != want {
		t.Errorf("hello is\n%s, want\n%s", got, want)
	}
}

func TestBlockFramesTellACutFromAnEnd(t *testing.T) {
	t.Parallel()
	var packed strings.Builder
	w := newBlocks(&packed, "LZ4")
	for range 2 {
		if _, err := w.Write([]byte(strings.Repeat("data ", 1000))); err != nil {
			t.Fatal(err)
		}
	}
	whole := packed.String()
	if data, err := io.ReadAll(newBlockReader(strings.NewReader(whole))); err != nil || len(data) != 10_000 {
		t.Errorf("%d bytes, error %v", len(data), err)
	}
	half := len(whole) / 2
	for _, cut := range []int{1, 10, blockHead, blockHead + 1, half - 1, half + 1, half + blockHead, len(whole) - 1} {
		if _, err := io.ReadAll(newBlockReader(strings.NewReader(whole[:cut]))); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d of %d: error %v", cut, len(whole), err)
		}
	}
}
