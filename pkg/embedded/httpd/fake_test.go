package httpd

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// fake is an engine that remembers what it was told.
type fake struct {
	mu      sync.Mutex
	told    []string // "3: SET ROLE `ask`": connection and statement
	conns   int
	open    int
	data    map[string]string // by INSERT statement
	dropped int
	answer  func(sql, format string) ([]string, error) // the pieces of a result
	entered chan struct{}                              // closed when a blocking statement runs
	release chan struct{}                              // a blocking statement waits for it
}

func newFake() *fake {
	return &fake{data: map[string]string{}, entered: make(chan struct{}), release: make(chan struct{})}
}

type fakeConn struct {
	f  *fake
	id int
}

func (f *fake) Connect() (Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns++
	f.open++
	return &fakeConn{f, f.conns}, nil
}

func (f *fake) statements() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.told...)
}

func (c *fakeConn) note(sql string) {
	c.f.mu.Lock()
	c.f.told = append(c.f.told, fmt.Sprintf("%d: %s", c.id, sql))
	c.f.mu.Unlock()
}

func (c *fakeConn) pieces(sql, format string) ([]string, error) {
	c.note(sql)
	if strings.Contains(sql, "KILL QUERY") {
		select {
		case <-c.f.release:
		default:
			close(c.f.release)
		}
		return nil, nil
	}
	if strings.Contains(sql, "block") {
		close(c.f.entered)
		<-c.f.release
		return nil, errors.New("Code: 394. DB::Exception: Query was cancelled. (QUERY_WAS_CANCELLED)")
	}
	if c.f.answer != nil {
		return c.f.answer(sql, format)
	}
	return []string{"1\n"}, nil
}

func (c *fakeConn) Query(sql, format string, _ []Param) (Result, error) {
	pieces, err := c.pieces(sql, format)
	if err != nil {
		return nil, err
	}
	return fakeResult(strings.Join(pieces, "")), nil
}

func (c *fakeConn) Stream(sql, format string, _ []Param) (Stream, error) {
	pieces, err := c.pieces(sql, format)
	return &fakeStream{pieces, err}, nil
}

func (c *fakeConn) Insert(sql, _ string, _ []Param) (Insert, error) {
	c.note(sql)
	return &fakeInsert{c: c, sql: sql}, nil
}

func (c *fakeConn) Classify(sql string) (Analysis, error) {
	word := strings.ToUpper(strings.Fields(sql)[0])
	return Analysis{Count: 1, ReadOnly: word == "SELECT" || word == "SHOW", Unknown: word == "SELEC"}, nil
}

func (c *fakeConn) Close() {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.f.open--
}

type fakeResult string

func (r fakeResult) Bytes() []byte { return []byte(r) }
func (r fakeResult) Stats() Stats  { return Stats{ReadRows: 7} }
func (r fakeResult) Close()        {}

// fakeStream fails at its end if it has an error.
type fakeStream struct {
	pieces []string
	err    error
}

func (s *fakeStream) Next() ([]byte, Stats, error) {
	if len(s.pieces) == 0 {
		return nil, Stats{}, s.err
	}
	piece := s.pieces[0]
	s.pieces = s.pieces[1:]
	return []byte(piece), Stats{}, nil
}

func (s *fakeStream) Close() {}

type fakeInsert struct {
	c    *fakeConn
	sql  string
	data strings.Builder
}

func (i *fakeInsert) Write(data []byte) (int, error) {
	if strings.Contains(i.sql, "refused") {
		return 0, errors.New("refused")
	}
	return i.data.Write(data)
}

func (i *fakeInsert) Done() (Stats, error) {
	i.c.f.mu.Lock()
	defer i.c.f.mu.Unlock()
	i.c.f.data[i.sql] = i.data.String()
	return Stats{WrittenRows: 1}, nil
}

func (i *fakeInsert) Cancel() {
	i.c.f.mu.Lock()
	defer i.c.f.mu.Unlock()
	i.c.f.dropped++
}

// serve starts a server over a fake.
func serve(t *testing.T, f *fake) *httptest.Server {
	t.Helper()
	s := New(Options{Secrets: Secrets{Writer: "w", Reader: "r"}, Log: slog.New(slog.DiscardHandler)})
	root, _ := f.Connect()
	s.Open(f, root, "26.7.2.1", "UTC")
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return web
}

// send posts a body as a user and gives the response with its body.
func send(t *testing.T, web *httptest.Server, user string, query url.Values, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL+"/?"+query.Encode(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(user, user[:1])
	response, err := web.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}
