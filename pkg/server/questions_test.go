package server_test

import (
	"bufio"
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/server"
)

func streaming(r *http.Request) { r.Header.Set("Accept", "text/event-stream") }

func TestQuestionAsJSON(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	var asked aurora.Question
	want := aurora.Answer{Question: "how many", Interpretation: "count of rows", Result: aurora.Result{
		Columns: []aurora.ResultColumn{{Name: "n", Type: "UInt64"}}, Rows: [][]any{{float64(3)}}, Truncated: true,
	}, Statement: aurora.Statement{SQL: "SELECT count() FROM t WHERE a < {a:Int64}", Params: []aurora.Param{{Name: "a", Type: "Int64", Value: "1"}}}}
	f.engine.ask = func(_ context.Context, q aurora.Question, _ func(aurora.Step)) (aurora.Answer, error) {
		asked = q
		return want, nil
	}
	r := f.post("/api/v1/questions", `{"question":"how many","engine":"offline","limit":7,"no_run":true}`)
	wantStatus(t, r, 200)
	if diff := cmp.Diff(want, decode[aurora.Answer](t, r)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(aurora.Question{Text: "how many", Engine: aurora.EngineOffline, Limit: 7, NoRun: true}, asked); diff != "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
}

func TestQuestionAsStream(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.engine.ask = func(_ context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error) {
		progress(aurora.Step{Name: "link"})
		progress(aurora.Step{Name: "run", Summary: "two\nlines"})
		return aurora.Answer{Question: q.Text}, nil
	}
	r := f.do(request("POST", "/api/v1/questions", `{"question":"x"}`, streaming))
	wantStatus(t, r, 200)
	if r.Header.Get("Content-Type") != "text/event-stream" || r.Header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("headers %v", r.Header)
	}
	var names []string
	for line := range strings.Lines(text(t, r)) {
		if name, found := strings.CutPrefix(line, "event: "); found {
			names = append(names, strings.TrimSpace(name))
		}
	}
	if diff := cmp.Diff([]string{"step", "step", "answer"}, names); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestStreamedErrorsAreAStatusBeforeTheFirstEventAndAnEventAfterIt(t *testing.T) {
	t.Parallel()
	refused := &aurora.Error{Code: aurora.CodeNotUnderstood, Title: "not understood", Hint: "other words", Extra: map[string]any{"words": []string{"zorblat"}}}
	f := newFixture(t, nil)
	f.engine.ask = func(_ context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error) {
		if q.Text == "late" {
			progress(aurora.Step{Name: "link"})
		}
		return aurora.Answer{}, refused
	}
	early := f.do(request("POST", "/api/v1/questions", `{"question":"early"}`, streaming))
	wantStatus(t, early, 422)
	if p := decode[server.Problem](t, early); p.Code != aurora.CodeNotUnderstood || p.Extra["words"] == nil {
		t.Errorf("problem %+v", p)
	}
	late := f.do(request("POST", "/api/v1/questions", `{"question":"late"}`, streaming))
	wantStatus(t, late, 200)
	if got := text(t, late); !strings.Contains(got, "event: error\ndata: {") || !strings.Contains(got, `"code":"not_understood"`) || !strings.Contains(got, "zorblat") {
		t.Errorf("stream %q", got)
	}
}

// The stages must arrive as they end, and closing the request must end the work.
func TestClosingAStreamCancelsTheQuestion(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ended := make(chan struct{})
	f.engine.ask = func(ctx context.Context, _ aurora.Question, progress func(aurora.Step)) (aurora.Answer, error) {
		progress(aurora.Step{Name: "link"})
		<-ctx.Done()
		close(ended)
		return aurora.Answer{}, ctx.Err()
	}
	host := httptest.NewServer(f.Handler())
	defer host.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	r := request("POST", "/api/v1/questions", `{"question":"x"}`, streaming)
	call, err := http.NewRequestWithContext(ctx, r.Method, host.URL+r.URL.Path, r.Body)
	if err != nil {
		t.Fatal(err)
	}
	call.Header = r.Header
	response, err := http.DefaultClient.Do(call)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil || line != "event: step\n" {
		t.Fatalf("first line %q, %v", line, err)
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the engine still works on a question that nobody waits for")
	}
}

func TestSQLPassesStatementAndLimit(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	var got aurora.Statement
	var limits aurora.Limits
	f.engine.query = func(s aurora.Statement, l aurora.Limits) (aurora.Answer, error) {
		got, limits = s, l
		return aurora.Answer{Statement: s, Result: aurora.Result{
			Columns: []aurora.ResultColumn{{Name: "x", Type: "Float64"}},
			Rows:    [][]any{{math.NaN()}, {math.Inf(1)}, {math.Inf(-1)}, {1.5}, {nil}, {"9007199254740993"}},
		}}, nil
	}
	r := f.post("/api/v1/sql", `{"sql":"SELECT {a:String}","params":[{"name":"a","type":"String","value":"'; DROP TABLE t"}],"limit":9}`)
	wantStatus(t, r, 200)
	want := aurora.Statement{SQL: "SELECT {a:String}", Params: []aurora.Param{{Name: "a", Type: "String", Value: "'; DROP TABLE t"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}
	if limits.Rows != 9 {
		t.Errorf("limit %d", limits.Rows)
	}
	rows := decode[aurora.Answer](t, r).Rows
	if diff := cmp.Diff([][]any{{"nan"}, {"inf"}, {"-inf"}, {1.5}, {nil}, {"9007199254740993"}}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for _, body := range []string{`{"sql":""}`, `{"sql":"SELECT 1","limit":50001}`, `{"sql":"SELECT 1","limit":-1}`, `{"sql":"SELECT 1","params":[{"name":"a"}]}`} {
		wantStatus(t, f.post("/api/v1/sql", body), 422)
	}
}

func TestListsArePaged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, name := range []string{"d", "b", "a", "c", "e"} {
		f.engine.tables = append(f.engine.tables, aurora.Table{Name: name})
	}
	var names []string
	path := "/api/v1/tables?limit=2"
	for range 5 {
		page := decode[server.Page[aurora.Table]](t, f.get(path))
		for _, table := range page.Items {
			names = append(names, table.Name)
		}
		if page.NextCursor == "" {
			break
		}
		path = "/api/v1/tables?limit=2&cursor=" + page.NextCursor
	}
	if got := strings.Join(names, ""); got != "abcde" {
		t.Errorf("pages hold %q", got)
	}
	if body := text(t, f.get("/api/v1/pipelines")); body != "{\"items\":[]}\n" {
		t.Errorf("an empty list is %q", body)
	}
	wantStatus(t, f.get("/api/v1/tables?limit=0"), 422)
}

func TestOneTableAndOnePipeline(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.engine.tables = []aurora.Table{{Name: "flights", Rows: 3}}
	f.engine.pipes = []aurora.Pipeline{{ID: "flights-x1", Name: "flights", Source: aurora.Source{Broker: aurora.Broker{SASLPassword: "hunter2"}}}}
	if got := decode[aurora.Table](t, f.get("/api/v1/tables/flights")); got.Rows != 3 {
		t.Errorf("table %+v", got)
	}
	for _, id := range []string{"flights", "flights-x1"} {
		r := f.get("/api/v1/pipelines/" + id)
		wantStatus(t, r, 200)
		if got := text(t, r); strings.Contains(got, "hunter2") {
			t.Errorf("the password is in %s", got)
		}
	}
	missing := f.get("/api/v1/tables/flihgts")
	wantStatus(t, missing, 404)
	if got := text(t, missing); !strings.Contains(got, "did you mean flights?") {
		t.Errorf("no suggestion in %s", got)
	}
	if got := text(t, f.get("/api/v1/status")); strings.Contains(got, "hunter2") {
		t.Errorf("the password is in %s", got)
	}
}
