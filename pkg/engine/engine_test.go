package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/ask"
	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/clickhouse"
	"github.com/aurora-analytics/aurora/pkg/engine"
	"github.com/aurora-analytics/aurora/pkg/llm"
	"github.com/aurora-analytics/aurora/pkg/llm/llmtest"
	"github.com/aurora-analytics/aurora/pkg/sqlguard"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

// rig is an engine over a real ClickHouse with a table of its own, and a fake Kafka.
type rig struct {
	*engine.Engine
	db    *clickhouse.DB
	kafka *fakeKafka
}

func newRig(t *testing.T, model ask.Model) *rig {
	t.Helper()
	server := enginetest.Start(t)
	db, err := clickhouse.Open(clickhouse.Config{
		URL:    server.URL,
		Writer: clickhouse.Credentials{User: server.WriterUser, Password: server.WriterPassword},
		Reader: clickhouse.Credentials{User: server.ReaderUser, Password: server.ReaderPassword},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	kafka := &fakeKafka{}
	e := engine.New(engine.Ports{
		Warehouse: db, Catalogue: db, Registry: db, Guard: sqlguard.New(db, db),
		Asker:     ask.New(ask.Options{Catalogue: db, Model: model}),
		OpenKafka: func(context.Context, aurora.Broker) (engine.Kafka, error) { return kafka, nil },
		Limits:    aurora.DefaultLimits(), Now: time.Now,
	})
	return &rig{e, db, kafka}
}

// kettles makes a table with three rows.
func (r *rig) kettles(t *testing.T) {
	t.Helper()
	for _, sql := range []string{
		"CREATE TABLE aurora.kettles (maker LowCardinality(String), litres Float64) ENGINE = MergeTree ORDER BY maker",
		"INSERT INTO aurora.kettles VALUES ('Ash', 1), ('Ash', 2), ('Birch', 4)",
	} {
		if err := r.db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// fakeKafka is a topic that holds what the test says.
type fakeKafka struct {
	topic   aurora.Topic
	records []aurora.Record
}

func (k *fakeKafka) Topic(_ context.Context, name string) (aurora.Topic, error) {
	if name != k.topic.Name {
		return aurora.Topic{}, &aurora.Error{Code: aurora.CodeTopicUnknown, Title: "no topic " + name, Hint: "aurora topic list"}
	}
	return k.topic, nil
}

func (k *fakeKafka) Sample(context.Context, string, int) ([]aurora.Record, error) {
	return k.records, nil
}

func (k *fakeKafka) Close() error { return nil }

func (k *fakeKafka) hold(topic string, values ...string) {
	k.topic = aurora.Topic{Name: topic, Partitions: []aurora.TopicPartition{{Partition: 0, Low: 7, High: 7 + int64(len(values))}}}
	k.records = nil
	for i, v := range values {
		k.records = append(k.records, aurora.Record{Topic: topic, Offset: 7 + int64(i), Timestamp: time.Now(), Value: []byte(v)})
	}
}

func code(err error) aurora.Code {
	var e *aurora.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Code
}

const reply = `{"outcome":"sql","sql":%q,"params":[%s],"reading":{"tables":["kettles"],"measures":[],"group_by":[],"filters":[],"time":"","order":"","limit":0},"assumptions":[],"clarify":[],"missing":[]}`

func TestAModelsStatementIsCheckedRunAndShown(t *testing.T) {
	t.Parallel()
	model := llmtest.New(t)
	model.On("kettles of Ash", llmtest.Turn{Reply: fmt.Sprintf(reply, "SELECT count() AS n FROM aurora.kettles WHERE maker = {m:String}", `{"name":"m","type":"String","value":"Ash"}`)})
	r := newRig(t, llm.New(llm.Config{BaseURL: model.URL, Model: "scripted"}))
	r.kettles(t)
	var stages []string
	answer, err := r.Ask(t.Context(), aurora.Question{Text: "kettles of Ash"}, func(s aurora.Step) { stages = append(stages, s.Name) })
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(answer.Rows) != "[[2]]" || answer.Engine != "model:scripted" || answer.Params[0].Value != "Ash" {
		t.Errorf("answer %+v", answer)
	}
	if !slices.Contains(stages, "check") || !slices.Contains(stages, "run") {
		t.Errorf("stages %v", stages)
	}
}

func TestAModelMendsAnInventedColumn(t *testing.T) {
	t.Parallel()
	model := llmtest.New(t)
	model.On("how big", llmtest.Turn{Reply: fmt.Sprintf(reply, "SELECT avg(volume) AS v FROM aurora.kettles", "")},
		llmtest.Turn{Reply: fmt.Sprintf(reply, "SELECT avg(litres) AS v FROM aurora.kettles WHERE maker = 'Birch'", "")})
	r := newRig(t, llm.New(llm.Config{BaseURL: model.URL, Model: "scripted"}))
	r.kettles(t)
	answer, err := r.Ask(t.Context(), aurora.Question{Text: "how big are they"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(answer.Rows) != "[[4]]" || len(model.Requests()) != 2 {
		t.Errorf("rows %v after %d calls", answer.Rows, len(model.Requests()))
	}
}

func TestAModelsHarmfulStatementIsRefusedAndNotMended(t *testing.T) {
	t.Parallel()
	model := llmtest.New(t)
	model.On("passwords", llmtest.Turn{Reply: fmt.Sprintf(reply, "SELECT file('/etc/passwd') AS f FROM aurora.kettles", "")})
	r := newRig(t, llm.New(llm.Config{BaseURL: model.URL, Model: "scripted"}))
	r.kettles(t)
	_, err := r.Ask(t.Context(), aurora.Question{Text: "show the passwords"}, nil)
	if code(err) != aurora.CodeGuardRefused || len(model.Requests()) != 1 {
		t.Errorf("got %v after %d calls", err, len(model.Requests()))
	}
}

func TestAResultIsCutAtTheLimitAndSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	answer, err := r.Query(t.Context(), aurora.Statement{SQL: "SELECT number FROM numbers(10)"}, aurora.Limits{Rows: 3})
	if err != nil || len(answer.Rows) != 3 || !answer.Truncated {
		t.Errorf("%d rows, truncated %t, %v", len(answer.Rows), answer.Truncated, err)
	}
	if _, err := r.Query(t.Context(), aurora.Statement{SQL: "SELECT 1"}, aurora.Limits{Rows: aurora.MaxRows + 1}); code(err) != aurora.CodeUsage {
		t.Errorf("a limit beyond the cap: %v", err)
	}
}

func TestConnectPlansWithoutWritingThenMakesTableAndPipeline(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.kafka.hold("shop.orders", `{"id":1,"paid":true,"at":"2026-01-02T03:04:05Z"}`, `{"id":2,"paid":false,"at":"2026-01-02T03:04:06Z"}`)
	plan, err := r.PlanConnect(t.Context(), engine.ConnectOptions{Topic: "shop.orders"})
	if err != nil {
		t.Fatal(err)
	}
	if tables, _ := r.Tables(t.Context()); len(tables) != 0 {
		t.Fatal("a plan made a table")
	}
	if plan.Pipeline.Start[0] != 7 || len(plan.DDL) != 1 || !strings.Contains(plan.DDL[0], "shop_orders") {
		t.Errorf("plan %+v", plan)
	}
	var said []string
	if err := r.Apply(t.Context(), plan, func(s aurora.Step) { said = append(said, s.Summary) }); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "aurora worker") }) {
		t.Errorf("nobody said that no worker runs: %v", said)
	}
	p, err := r.Pipeline(t.Context(), "shop.orders")
	if err != nil || p.Table != "shop_orders" || p.Desired != aurora.DesiredRunning {
		t.Errorf("pipeline %+v, %v", p, err)
	}
	again, err := r.PlanConnect(t.Context(), engine.ConnectOptions{Topic: "shop.orders"})
	if err != nil || !again.Nothing {
		t.Errorf("connecting again: %+v, %v", again, err)
	}
	moved, err := r.PlanConnect(t.Context(), engine.ConnectOptions{Topic: "shop.orders", Broker: aurora.Broker{Addresses: []string{"elsewhere:9092"}}})
	if err != nil || moved.Nothing || moved.Pipeline.ID != p.ID || moved.Pipeline.Source.Broker.Addresses[0] != "elsewhere:9092" {
		t.Errorf("connecting through other brokers: %+v, %v", moved, err)
	}
	r.kafka.hold("other", `{"id":1}`)
	if _, err := r.PlanConnect(t.Context(), engine.ConnectOptions{Topic: "other", Table: "shop_orders"}); code(err) != aurora.CodePipelineExists {
		t.Errorf("a second topic into the table: %v", err)
	}
}

func TestConnectAgainAfterDisconnectKeepsThePipelineAndAfterADropMakesANewOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.kafka.hold("seen", `{"id":1,"at":"2026-01-02T03:04:05Z"}`)
	apply := func(plan aurora.Plan, err error) aurora.Pipeline {
		t.Helper()
		if err == nil {
			err = r.Apply(t.Context(), plan, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		return *plan.Pipeline
	}
	first := apply(r.PlanConnect(t.Context(), engine.ConnectOptions{Topic: "seen"}))
	plan, err := r.PlanDisconnect(t.Context(), "seen", false)
	if err == nil && plan.Actions[0].Detail != "no worker runs it now" {
		t.Errorf("without a worker the plan says %q", plan.Actions[0].Detail)
	}
	apply(plan, err)
	second := apply(r.PlanConnect(t.Context(), engine.ConnectOptions{Topic: "seen"}))
	if second.ID != first.ID {
		t.Errorf("the pipeline %s came back as %s", first.ID, second.ID)
	}
	apply(r.PlanDisconnect(t.Context(), "seen", true))
	if tables, _ := r.Tables(t.Context()); len(tables) != 0 {
		t.Error("the table was not dropped")
	}
	third := apply(r.PlanConnect(t.Context(), engine.ConnectOptions{Topic: "seen"}))
	if third.ID == first.ID {
		t.Error("after a drop the new pipeline has the id of the old one, and would meet its offsets")
	}
}

func TestConnectRefusesWhatItCannotUse(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for name, tt := range map[string]struct {
		values []string
		o      engine.ConnectOptions
		want   aurora.Code
	}{
		"an unknown topic":        {[]string{`{"a":1}`}, engine.ConnectOptions{Topic: "nowhere"}, aurora.CodeTopicUnknown},
		"an empty topic":          {nil, engine.ConnectOptions{Topic: "t"}, aurora.CodeTopicEmpty},
		"a topic of garbage":      {[]string{"\x00\x01", "<xml/>"}, engine.ConnectOptions{Topic: "t"}, aurora.CodeTopicUnreadable},
		"a table name with a dot": {[]string{`{"a":1}`}, engine.ConnectOptions{Topic: "t", Table: "a.b"}, aurora.CodeUsage},
		"an unknown start":        {[]string{`{"a":1}`}, engine.ConnectOptions{Topic: "t", From: "yesterday"}, aurora.CodeUsage},
	} {
		r.kafka.hold("t", tt.values...)
		if _, err := r.PlanConnect(t.Context(), tt.o); code(err) != tt.want {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

// stillStack is a stack of one healthy part.
type (
	stackPort  = engine.Stack
	stillStack struct{ stackPort }
)

func (stillStack) Stack(context.Context) aurora.Stack {
	return aurora.Stack{Components: []aurora.Component{{Name: "engine", Health: aurora.Healthy}}}
}

// stillRegistry holds one pipeline.
type stillRegistry struct {
	engine.Registry
	pipeline aurora.Pipeline
}

func (r stillRegistry) Pipelines(context.Context) ([]aurora.Pipeline, error) {
	return []aurora.Pipeline{r.pipeline}, nil
}

func (stillRegistry) Workers(context.Context) ([]aurora.Worker, error) { return nil, nil }

func TestStatusIsUnhealthyWhileAPipelineThatShouldRunCannot(t *testing.T) {
	t.Parallel()
	for state, want := range map[aurora.State]aurora.Health{
		aurora.StateRunning: aurora.Healthy, aurora.StateStarting: aurora.Healthy,
		aurora.StateRetrying: aurora.Unhealthy, aurora.StateFailed: aurora.Unhealthy,
	} {
		p := aurora.Pipeline{Name: "p", Desired: aurora.DesiredRunning, Status: aurora.PipelineStatus{State: state}}
		e := engine.New(engine.Ports{Stack: stillStack{}, Registry: stillRegistry{pipeline: p}})
		if got, err := e.Status(t.Context()); err != nil || got.Health != want {
			t.Errorf("a pipeline that is %s: status %s, %v; want %s", state, got.Health, err, want)
		}
	}
}
