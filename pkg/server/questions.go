package server

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

const (
	eventStream   = "text/event-stream"
	heartbeatTime = 15 * time.Second
)

// QuestionRequest asks a question in plain language.
type QuestionRequest struct {
	Question string              `json:"question" minLength:"1" doc:"The question." example:"how many flights per month"`
	Engine   aurora.EngineChoice `json:"engine,omitempty" enum:"auto,model,offline" doc:"Which engine answers; auto takes the model if one is configured."`
	Model    string              `json:"model,omitempty" maxLength:"200" doc:"Overrides the configured model."`
	Limit    int                 `json:"limit,omitempty" minimum:"0" maximum:"50000" doc:"The most rows of the answer; 0 means 500."`
	NoRun    bool                `json:"no_run,omitempty" doc:"Stop when the statement is written and checked."`
}

// SQLRequest is a read-only statement to run.
type SQLRequest struct {
	SQL    string         `json:"sql" minLength:"1" maxLength:"200000" doc:"One SELECT statement."`
	Params []aurora.Param `json:"params,omitempty" maxItems:"200" doc:"The values of the {name:Type} placeholders."`
	Limit  int            `json:"limit,omitempty" minimum:"0" maximum:"50000" doc:"The most rows of the result; 0 means 500."`
}

type questionInput struct {
	Accept string `header:"Accept" doc:"text/event-stream streams the stages as they end."`
	Body   QuestionRequest
}

func (s *Server) addQuestions(api huma.API) {
	schemas := api.OpenAPI().Components.Schemas
	answerSchema := huma.SchemaFromType(schemas, typeOf[aurora.Answer]())
	huma.SchemaFromType(schemas, typeOf[aurora.Step]())
	ask := write("askQuestion", "/questions", "Answer a question with rows")
	ask.Description = "Answers one JSON object. With `Accept: text/event-stream` the answer is a stream of events: " +
		"`step` (Step) for each stage as it ends, then `answer` (Answer) or `error` (Problem). " +
		"A fault before the first event is answered with its status as problem+json. Closing the request cancels the work."
	ask.Responses = map[string]*huma.Response{"200": {Description: "The answer", Content: map[string]*huma.MediaType{
		"application/json": {Schema: answerSchema},
		eventStream:        {Schema: &huma.Schema{Type: "string", Description: "Server-sent events: step, then answer or error"}},
	}}}
	huma.Register(api, ask, func(_ context.Context, in *questionInput) (*huma.StreamResponse, error) {
		b := in.Body
		q := aurora.Question{Text: b.Question, Engine: b.Engine, Model: b.Model, Limit: b.Limit, NoRun: b.NoRun}
		stream := strings.Contains(in.Accept, eventStream)
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			if stream {
				s.streamAnswer(w, r, q)
				return
			}
			s.writeAnswer(w, r, q)
		}}, nil
	})
	huma.Register(api, write("runSQL", "/sql", "Run one read-only statement"), s.runSQL)
}

func write(id, path, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: apiPrefix + path, Summary: summary, Tags: []string{"answers"},
		MaxBodyBytes: maxBody,
	}
}

func (s *Server) runSQL(ctx context.Context, in *body[SQLRequest]) (*body[aurora.Answer], error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	statement := aurora.Statement{SQL: in.Body.SQL, Params: in.Body.Params}
	result, err := s.engine.Query(ctx, statement, aurora.Limits{Rows: in.Body.Limit})
	return answer(ctx, s, writable(result), err)
}

// writeAnswer answers with one JSON document.
func (s *Server) writeAnswer(w http.ResponseWriter, r *http.Request, q aurora.Question) {
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	result, err := s.engine.Ask(ctx, q, nil)
	if err != nil {
		writeProblem(w, s.problem(r.Context(), err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := encode(w, writable(result)); err != nil {
		s.log.Error("answer not written", "request_id", requestOf(r.Context()).id, "err", err)
	}
}

// streamAnswer answers with an event per stage and the answer as the last one.
func (s *Server) streamAnswer(w http.ResponseWriter, r *http.Request, q aurora.Question) {
	ctx, cancel := context.WithTimeout(r.Context(), answerTime)
	defer cancel()
	events := newEventWriter(w)
	defer events.keepAlive(ctx)()
	result, err := s.engine.Ask(ctx, q, func(step aurora.Step) { events.send("step", step) })
	if err != nil {
		p := s.problem(r.Context(), err)
		if events.untouched() { // nothing was sent: a status says more than an event
			writeProblem(w, p)
			return
		}
		events.send("error", p)
		return
	}
	events.send("answer", writable(result))
}

// eventWriter writes server-sent events. It starts the answer with the first
// event, and may be used by several goroutines.
type eventWriter struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
	started bool
	closed  bool
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	return &eventWriter{w: w, control: http.NewResponseController(w)}
}

func (e *eventWriter) start() {
	if e.started {
		return
	}
	e.started = true
	h := e.w.Header()
	h.Set("Content-Type", eventStream)
	h.Set("X-Accel-Buffering", "no")
	_ = e.control.SetWriteDeadline(time.Time{}) // a stream ends with its work, not with a clock
	e.w.WriteHeader(http.StatusOK)
}

// send writes one event. A client that left shows in the request's context, not here.
func (e *eventWriter) send(name string, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		name, data = "error", []byte(`{"type":"urn:aurora:problem:internal","title":"the answer cannot be written as JSON","status":500,"code":"internal","hint":"select fewer columns"}`)
	}
	e.write("event: " + name + "\ndata: " + string(data) + "\n\n")
}

func (e *eventWriter) write(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	e.start()
	_, _ = e.w.Write([]byte(text))
	_ = e.control.Flush()
}

// untouched closes the stream for good if nothing was written, and says so:
// a heartbeat that comes late then writes nothing either.
func (e *eventWriter) untouched() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = !e.started
	return e.closed
}

// keepAlive writes a comment now and then, so that no proxy takes a long stage
// for a dead connection. The goroutine ends when the function it gives is called.
func (e *eventWriter) keepAlive(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		beat := time.NewTicker(heartbeatTime)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				e.write(": still working\n\n")
			}
		}
	}()
	return func() { cancel(); <-done }
}

func encode(w http.ResponseWriter, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// writable replaces the floats that JSON has no form for by ClickHouse's words for them.
func writable(a aurora.Answer) aurora.Answer {
	for i, row := range a.Rows {
		copied := false
		for j, cell := range row {
			f, isFloat := cell.(float64)
			if !isFloat || !(math.IsNaN(f) || math.IsInf(f, 0)) {
				continue
			}
			if !copied { // the engine may keep the answer
				a.Rows, row, copied = slices.Clone(a.Rows), slices.Clone(row), true
				a.Rows[i] = row
			}
			row[j] = strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"))
		}
	}
	return a
}
