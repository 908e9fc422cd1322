// Package llmtest gives tests a scripted language model: a server on loopback
// that speaks the OpenAI chat interface, answers questions from a list, and
// fails in the ways that real endpoints do.
package llmtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Turn is one reply of the server. The zero Turn answers with the text of Reply.
type Turn struct {
	// Reply is the text of the model.
	Reply string
	// Status is the HTTP status; 0 means 200. With another status Body is the body.
	Status int
	Body   string
	Header map[string]string
	// Finish is the finish reason; "" means "stop".
	Finish string
	// Refusal is what the model says when it refuses.
	Refusal string
	// NoChoices answers with an empty list of choices.
	NoChoices bool
	// Delay holds the reply back.
	Delay time.Duration
	// Drop closes the connection without a reply.
	Drop bool
}

// Request is what the server was asked.
type Request struct {
	Model    string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	Temperature         *float64        `json:"temperature"`
	MaxTokens           int             `json:"max_tokens"`
	MaxCompletionTokens int             `json:"max_completion_tokens"`
	ResponseFormat      *responseFormat `json:"response_format"`
	Tools               []any           `json:"tools"`
	// Authorization is the header of that name.
	Authorization string `json:"-"`
	Path          string `json:"-"`
}

type responseFormat struct {
	Type       string          `json:"type"`
	JSONSchema json.RawMessage `json:"json_schema"`
}

// Form is how the request asks for JSON: json_schema, tool, json_object or text.
func (r Request) Form() string {
	switch {
	case len(r.Tools) > 0:
		return "tool"
	case r.ResponseFormat != nil:
		return r.ResponseFormat.Type
	}
	return "text"
}

// User is the text of the user's message.
func (r Request) User() string {
	for _, m := range r.Messages {
		if m.Role == "user" {
			return m.Content
		}
	}
	return ""
}

// Server is a scripted model.
type Server struct {
	// URL is the base URL of the interface.
	URL string

	t        testing.TB
	mu       sync.Mutex
	scripts  []script
	forms    map[string]bool
	requests []Request
}

// script holds the turns for the requests whose user message contains a key.
type script struct {
	key   string
	turns []Turn
	next  int
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t}
	web := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(web.Close)
	s.URL = web.URL + "/v1"
	return s
}

// On scripts the replies to requests whose user message contains key, in order;
// the last one is repeated. Earlier scripts win.
func (s *Server) On(key string, turns ...Turn) *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts = append(s.scripts, script{key: key, turns: turns})
	return s
}

// Only lets the server take just these forms of request; others get a 400.
func (s *Server) Only(forms ...string) *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forms = map[string]bool{}
	for _, form := range forms {
		s.forms[form] = true
	}
	return s
}

// Requests lists what was asked so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var req Request
	if err == nil {
		err = json.Unmarshal(body, &req)
	}
	if err != nil || !strings.HasSuffix(r.URL.Path, "/chat/completions") {
		http.Error(w, `{"detail":"bad request"}`, http.StatusBadRequest)
		return
	}
	req.Authorization, req.Path = r.Header.Get("Authorization"), r.URL.Path
	turn, known := s.turn(req)
	if !known {
		s.t.Errorf("llmtest: no script for %q", req.User())
	}
	s.reply(w, r, req, turn)
}

// turn records a request and picks its reply.
func (s *Server) turn(req Request) (Turn, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, req)
	if s.forms != nil && !s.forms[req.Form()] {
		return Turn{Status: http.StatusBadRequest, Body: fmt.Sprintf(`{"error":{"message":"%s is not supported by this model","type":"invalid_request_error","param":"response_format","code":null}}`, req.Form())}, true
	}
	for i := range s.scripts {
		script := &s.scripts[i]
		if !strings.Contains(req.User(), script.key) {
			continue
		}
		turn := script.turns[min(script.next, len(script.turns)-1)]
		script.next++
		return turn, true
	}
	return Turn{Status: http.StatusTeapot}, false
}

func (s *Server) reply(w http.ResponseWriter, r *http.Request, req Request, turn Turn) {
	if turn.Delay > 0 {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(turn.Delay):
		}
	}
	if turn.Drop {
		panic(http.ErrAbortHandler)
	}
	for name, value := range turn.Header {
		w.Header().Set(name, value)
	}
	if turn.Status != 0 && turn.Status != http.StatusOK {
		w.WriteHeader(turn.Status)
		_, _ = io.WriteString(w, turn.Body)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(completion(req, turn))
}

// completion writes a reply in the form that was asked for.
func completion(req Request, turn Turn) map[string]any {
	finish := turn.Finish
	if finish == "" {
		finish = "stop"
	}
	message := map[string]any{"role": "assistant", "content": turn.Reply}
	switch {
	case turn.Refusal != "":
		message["content"], message["refusal"] = nil, turn.Refusal
	case req.Form() == "tool":
		message["content"] = nil
		message["tool_calls"] = []any{map[string]any{"id": "call_1", "type": "function", "function": map[string]any{"name": "answer", "arguments": turn.Reply}}}
	}
	choices := []any{map[string]any{"index": 0, "message": message, "finish_reason": finish}}
	if turn.NoChoices {
		choices = []any{}
	}
	return map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": req.Model, "choices": choices,
		"usage": map[string]any{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
	}
}
