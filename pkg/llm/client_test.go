package llm_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/llm"
	"github.com/aurora-analytics/aurora/pkg/llm/llmtest"
)

const good = `{"outcome":"sql","sql":"SELECT 1"}`

var schema = json.RawMessage(`{"type":"object","properties":{"outcome":{"type":"string"},"sql":{"type":"string"}},"required":["outcome","sql"],"additionalProperties":false}`)

func client(s *llmtest.Server, model string) *llm.Client {
	return llm.New(llm.Config{BaseURL: s.URL, Key: "sk-secret-key", Model: model, BackOff: time.Millisecond, CallTimeout: time.Second, Timeout: 5 * time.Second})
}

func complete(t *testing.T, c *llm.Client) (string, error) {
	t.Helper()
	return c.Complete(t.Context(), "Reply with JSON.", "the question", schema)
}

func forms(s *llmtest.Server) []string {
	var all []string
	for _, r := range s.Requests() {
		all = append(all, r.Form())
	}
	return all
}

func TestFaults(t *testing.T) {
	t.Parallel()
	html := llmtest.Turn{Status: http.StatusBadGateway, Body: "<html><body>502 Bad Gateway</body></html>"}
	limited := llmtest.Turn{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "0.05"}, Body: `{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}`}
	for name, test := range map[string]struct {
		turns []llmtest.Turn
		calls int
		code  aurora.Code // "" means success
	}{
		"a reply":                             {[]llmtest.Turn{{Reply: good}}, 1, ""},
		"429, then a reply":                   {[]llmtest.Turn{limited, {Reply: good}}, 2, ""},
		"429 for ever":                        {[]llmtest.Turn{limited}, 3, aurora.CodeRateLimited},
		"429 because the quota is used up":    {[]llmtest.Turn{{Status: 429, Body: `{"error":{"message":"no credit","type":"insufficient_quota","code":"insufficient_quota"}}`}}, 1, aurora.CodeRateLimited},
		"429 that asks for more than is left": {[]llmtest.Turn{{Status: 429, Header: map[string]string{"Retry-After": "3600"}}}, 1, aurora.CodeRateLimited},
		"500 twice, then a reply":             {[]llmtest.Turn{{Status: 500}, {Status: 500}, {Reply: good}}, 3, ""},
		"500 for ever":                        {[]llmtest.Turn{{Status: 500, Body: `{"error":{"message":"broken"}}`}}, 3, aurora.CodeModelAway},
		"HTML instead of JSON":                {[]llmtest.Turn{html}, 3, aurora.CodeModelAway},
		"a dropped connection, then a reply":  {[]llmtest.Turn{{Drop: true}, {Reply: good}}, 2, ""},
		"a wrong key":                         {[]llmtest.Turn{{Status: 401, Body: `{"error":{"message":"Incorrect API key provided: sk-secret-key","type":"invalid_request_error","code":"invalid_api_key"}}`}}, 1, aurora.CodeModelAuth},
		"an unknown model":                    {[]llmtest.Turn{{Status: 404, Body: `{"error":{"message":"no such model"}}`}}, 1, aurora.CodeModelFailed},
		"a refusal":                           {[]llmtest.Turn{{Refusal: "I'd rather not."}}, 1, aurora.CodeModelFailed},
		"a reply that was cut":                {[]llmtest.Turn{{Reply: `{"outcome":"sql","sql":"SEL`, Finish: "length"}}, 1, aurora.CodeModelReply},
		"a filtered reply":                    {[]llmtest.Turn{{Reply: "", Finish: "content_filter"}}, 1, aurora.CodeModelFailed},
		"no choices on any rung":              {[]llmtest.Turn{{NoChoices: true}}, 4, aurora.CodeModelReply},
		"no choices, then a reply":            {[]llmtest.Turn{{NoChoices: true}, {Reply: good}}, 2, ""},
		"a 400 that only says detail":         {[]llmtest.Turn{{Status: 400, Body: `{"detail":"no"}`}, {Reply: good}}, 2, ""},
		"a 400 on every rung":                 {[]llmtest.Turn{{Status: 400, Body: `{"detail":"no"}`}}, 4, aurora.CodeModelFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := llmtest.New(t).On("the question", test.turns...)
			reply, err := complete(t, client(s, "some-model"))
			if got := len(s.Requests()); got != test.calls {
				t.Errorf("%d calls, want %d", got, test.calls)
			}
			if test.code == "" {
				if err != nil || reply != good {
					t.Errorf("got %q, %v", reply, err)
				}
				return
			}
			checkError(t, err, test.code)
		})
	}
}

// checkError looks at what a user would read.
func checkError(t *testing.T, err error, code aurora.Code) {
	t.Helper()
	var e *aurora.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("got %v, want code %s", err, code)
	}
	text := e.Error() + e.Hint
	for _, bad := range []string{"sk-secret-key", "%!s", "<html", "nil"} {
		if strings.Contains(text, bad) {
			t.Errorf("the error shows %q: %s", bad, text)
		}
	}
	if e.Hint == "" || e.Detail == "" {
		t.Errorf("detail %q, hint %q", e.Detail, e.Hint)
	}
}

func TestSlowEndpoint(t *testing.T) {
	t.Parallel()
	s := llmtest.New(t).On("the question", llmtest.Turn{Delay: 10 * time.Second})
	c := llm.New(llm.Config{BaseURL: s.URL, BackOff: time.Millisecond, CallTimeout: 30 * time.Millisecond, Timeout: time.Second})
	_, err := complete(t, c)
	checkError(t, err, aurora.CodeModelAway)
	if !strings.Contains(aurora.AsError(err).Detail, "no reply within") {
		t.Errorf("detail: %s", aurora.AsError(err).Detail)
	}
	if _, err := complete(t, c); len(s.Requests()) != 3 {
		t.Errorf("%d requests (%v); after three failures the endpoint is to be left alone", len(s.Requests()), err)
	}
}

func TestAskerGivesUp(t *testing.T) {
	t.Parallel()
	s := llmtest.New(t).On("the question", llmtest.Turn{Delay: 10 * time.Second})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := client(s, "m").Complete(ctx, "JSON", "the question", schema); aurora.AsError(err).Code != aurora.CodeTimeout {
		t.Errorf("got %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	c := llm.New(llm.Config{BaseURL: "http://127.0.0.1:1/v1", BackOff: time.Millisecond})
	_, err := complete(t, c)
	checkError(t, err, aurora.CodeModelAway)
}

func TestLadder(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		model string
		takes []string
		want  []string // the forms of two questions
	}{
		"everything":            {"some-model", []string{"json_schema", "tool", "json_object", "text"}, []string{"json_schema", "json_schema"}},
		"no schema":             {"some-model", []string{"tool", "text"}, []string{"json_schema", "tool", "tool"}},
		"only objects":          {"some-model", []string{"json_object"}, []string{"json_schema", "tool", "json_object", "json_object"}},
		"only text":             {"some-model", []string{"text"}, []string{"json_schema", "tool", "json_object", "text", "text"}},
		"gpt-3.5 has no schema": {"gpt-3.5-turbo", []string{"tool", "text"}, []string{"tool", "tool"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := llmtest.New(t).Only(test.takes...).On("the question", llmtest.Turn{Reply: good})
			c := client(s, test.model)
			for range 2 {
				if reply, err := complete(t, c); err != nil || reply != good {
					t.Fatalf("got %q, %v", reply, err)
				}
			}
			if diff := cmp.Diff(test.want, forms(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	s := llmtest.New(t).On("the question", llmtest.Turn{Reply: good})
	for _, model := range []string{"some-model", "o3-mini", "gpt-5-small"} {
		if _, err := complete(t, client(s, model)); err != nil {
			t.Fatal(err)
		}
	}
	requests := s.Requests()
	plain := requests[0]
	if plain.Temperature == nil || *plain.Temperature <= 0 || *plain.Temperature > 1e-6 || plain.MaxTokens == 0 {
		t.Errorf("temperature %v, max_tokens %d; a zero temperature would mean 1", plain.Temperature, plain.MaxTokens)
	}
	if plain.Authorization != "Bearer sk-secret-key" || !strings.Contains(string(plain.ResponseFormat.JSONSchema), `"strict":true`) {
		t.Errorf("authorization %q, schema %s", plain.Authorization, plain.ResponseFormat.JSONSchema)
	}
	for _, r := range requests[1:] {
		if r.Temperature != nil || r.MaxTokens != 0 || r.MaxCompletionTokens == 0 {
			t.Errorf("%s: temperature %v, max_tokens %d, max_completion_tokens %d", r.Model, r.Temperature, r.MaxTokens, r.MaxCompletionTokens)
		}
	}
	if _, err := complete(t, llm.New(llm.Config{BaseURL: s.URL})); err != nil {
		t.Fatal(err)
	}
	if last := s.Requests()[3]; last.Authorization != "" || last.Model != llm.DefaultModel {
		t.Errorf("without a key: authorization %q, model %q", last.Authorization, last.Model)
	}
}

func TestTextAroundTheObject(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"fenced":       "Here you are:\n```json\n" + good + "\n```\nAnything else?",
		"with a brace": "The set {a, b} is used. " + good,
		"plain":        "  " + good + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := llmtest.New(t).Only("text").On("the question", llmtest.Turn{Reply: text})
			if reply, err := complete(t, client(s, "m")); err != nil || reply != good {
				t.Errorf("got %q, %v", reply, err)
			}
		})
	}
}
