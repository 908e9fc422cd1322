package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/server"
)

func TestEveryErrorCodeHasAStatus(t *testing.T) {
	t.Parallel()
	// Codes of commands that no request reaches; they answer 500.
	unreachable := map[aurora.Code]bool{
		aurora.CodeInternal: true, aurora.CodeStorageUnwritable: true, aurora.CodeStorageFull: true, aurora.CodePortTaken: true,
		aurora.CodeLocked: true, aurora.CodePlatform: true, aurora.CodeLibraryMissing: true, aurora.CodeLibraryInvalid: true,
		aurora.CodeLibraryInstall: true, aurora.CodeTopicEmpty: true, aurora.CodeTopicUnreadable: true, aurora.CodeOffsetsMoved: true,
		aurora.CodeIntentUnreadable: true, aurora.CodeOffsetGap: true,
	}
	for code := range aurora.Codes() {
		if _, mapped := server.Statuses()[code]; !mapped && !unreachable[code] {
			t.Errorf("%s has no HTTP status", code)
		}
	}
}

func TestErrorsBecomeProblems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code   aurora.Code
		status int
	}{
		{aurora.CodeGuardRefused, 422},
		{aurora.CodeNotUnderstood, 422},
		{aurora.CodeAmbiguous, 422},
		{aurora.CodeUsage, 422},
		{aurora.CodeNotFound, 404},
		{aurora.CodeConflict, 409},
		{aurora.CodeForbidden, 403},
		{aurora.CodeTimeout, 504},
		{aurora.CodeClickHouseAway, 503},
		{aurora.CodeQueryFailed, 502},
		{aurora.CodeStorageFull, 500},
	}
	for _, tt := range tests {
		t.Run(string(tt.code), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			f.engine.err = fmt.Errorf("outer: %w", &aurora.Error{Code: tt.code, Title: "a title", Detail: "a detail", Hint: "a hint", Extra: map[string]any{"rule": "r"}})
			r := f.post("/api/v1/sql", `{"sql":"SELECT 1"}`)
			wantStatus(t, r, tt.status)
			got := decode[server.Problem](t, r)
			want := aurora.Problem{
				Type: "urn:aurora:problem:" + string(tt.code), Title: "a title", Status: tt.status, Detail: "a detail",
				Code: tt.code, Hint: "a hint", RequestID: r.Header.Get("X-Request-Id"), Extra: map[string]any{"rule": "r"},
			}
			if diff := cmp.Diff(want, got.Problem); diff != "" {
				t.Errorf("problem (-want +got):\n%s", diff)
			}
			if got.RequestID == "" || r.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("request id %q, type %q", got.RequestID, r.Header.Get("Content-Type"))
			}
			if away := tt.status == 503; away != (r.Header.Get("Retry-After") != "") {
				t.Errorf("Retry-After %q with status %d", r.Header.Get("Retry-After"), tt.status)
			}
		})
	}
}

func TestSurprisesGoToTheLogOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.engine.err = errors.New("dial with password hunter2")
	for _, r := range []*http.Response{f.post("/api/v1/sql", `{"sql":"SELECT 1"}`), f.post("/api/v1/questions", `{"question":"x"}`), f.get("/api/v1/tables")} {
		wantStatus(t, r, 500)
		got := text(t, r)
		if strings.Contains(got, "hunter2") {
			t.Errorf("the answer tells the cause: %s", got)
		}
		if id := r.Header.Get("X-Request-Id"); !strings.Contains(f.log.String(), id) {
			t.Errorf("the log does not name request %s", id)
		}
	}
	if !strings.Contains(f.log.String(), "hunter2") {
		t.Error("the log lacks the cause")
	}
}

func TestPanicsBecomeProblems(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.engine.query = func(aurora.Statement, aurora.Limits) (aurora.Answer, error) { panic("secret state") }
	r := f.post("/api/v1/sql", `{"sql":"SELECT 1"}`)
	wantStatus(t, r, 500)
	if got := text(t, r); strings.Contains(got, "secret state") || strings.Contains(got, "goroutine") {
		t.Errorf("the answer tells the panic: %s", got)
	}
	if !strings.Contains(f.log.String(), "secret state") {
		t.Error("the log lacks the panic")
	}
}

// A refused value may be a secret in the wrong place: neither answer nor log may hold it.
func TestRefusedValuesStaySecret(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-4711"
	bodies := map[string]string{
		"unknown property beside it": `{"qestion":"x","password":"` + secret + `"}`,
		"as an unknown property":     `{"question":"x","token":"` + secret + `"}`,
		"wrong type":                 `{"question":["` + secret + `"]}`,
		"not in the list":            `{"question":"x","engine":"` + secret + `"}`,
		"broken JSON":                `{"question":"` + secret + `"`,
		"no object":                  `"` + secret + `"`,
		"too long":                   `{"question":"x","model":"` + strings.Repeat(secret, 40) + `"}`,
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			r := f.post("/api/v1/questions", body)
			if r.StatusCode != http.StatusUnprocessableEntity && r.StatusCode != http.StatusBadRequest {
				t.Errorf("status %d", r.StatusCode)
			}
			got := text(t, r)
			if strings.Contains(got, secret) || strings.Contains(f.log.String(), secret) {
				t.Errorf("leaked:\nanswer %s\nlog %s", got, f.log.String())
			}
			if !strings.Contains(got, `"errors":[{`) || !strings.Contains(got, `"hint"`) {
				t.Errorf("the answer does not say what to correct: %s", got)
			}
		})
	}
}

func TestDetailsHideThisMachine(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.engine.err = &aurora.Error{
		Code: aurora.CodeClickHouseAway, Title: "t", Hint: "look at /home/jo/aurora/logs/engine.log",
		Detail: "Post http://writer:hunter2@10.0.0.1:8361/?password=hunter2: open /var/lib/aurora/x.sock: no such file; the page '/cart/buy' is fine",
	}
	got := decode[server.Problem](t, f.get("/api/v1/tables"))
	if regexp.MustCompile(`hunter2|writer|/home|/var`).MatchString(got.Detail + got.Hint) {
		t.Errorf("leaked: %q, %q", got.Detail, got.Hint)
	}
	if !strings.Contains(got.Detail, "/cart/buy") {
		t.Errorf("lost an innocent value: %q", got.Detail)
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, path := range []string{"/api/", "/api/v2/status", "/api/v1/nothing", "/clickhouse/", "/metrics"} {
		r := f.get(path)
		wantStatus(t, r, 404)
		if ct := r.Header.Get("Content-Type"); ct != "application/problem+json" {
			t.Errorf("%s answers %s", path, ct)
		}
	}
	r := f.do(request("DELETE", "/api/v1/status", "", nil))
	wantStatus(t, r, 405)
	if r.Header.Get("Allow") != "GET" {
		t.Errorf("Allow is %q", r.Header.Get("Allow"))
	}
}

func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	big := `{"sql":"` + strings.Repeat("x", 1<<20) + `"}`
	wantStatus(t, f.post("/api/v1/sql", big), 413)
	chunked := request("POST", "/api/v1/sql", big, func(r *http.Request) { r.ContentLength = -1 })
	wantStatus(t, f.do(chunked), 413)
	form := request("POST", "/api/v1/sql", `{"sql":"SELECT 1"}`, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })
	wantStatus(t, f.do(form), 415)
}

func TestTheClientsDeadlineIsATimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.engine.ask = func(context.Context, aurora.Question, func(aurora.Step)) (aurora.Answer, error) {
		return aurora.Answer{}, fmt.Errorf("run: %w", context.DeadlineExceeded)
	}
	r := f.post("/api/v1/questions", `{"question":"x"}`)
	wantStatus(t, r, 504)
}
