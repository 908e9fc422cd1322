package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/schema"
)

// ConnectOptions say which topic becomes which table, and how.
type ConnectOptions struct {
	Broker aurora.Broker
	Topic  string
	// Table is the table's name; empty means one made from the topic's name.
	Table string
	// SampleSize is the number of records to look at; 0 means 500.
	SampleSize int
	// From is "earliest" (or empty) or "latest".
	From  string
	Batch aurora.Batch
	OnGap string
}

// Defaults of connect.
const (
	defaultSample = 500
	maxSample     = 10_000
)

var notInName = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// tableName makes a table's name from a topic's: other characters become
// underscores, and a leading digit gets one in front.
func tableName(topic string) string {
	name := strings.Trim(notInName.ReplaceAllString(topic, "_"), "_")
	if name == "" || (name[0] >= '0' && name[0] <= '9') {
		name = "_" + name
	}
	return name
}

// PlanConnect samples the topic and says which table, which columns and which
// pipeline connect would make. It writes nothing.
func (e *Engine) PlanConnect(ctx context.Context, o ConnectOptions) (aurora.Plan, error) {
	if err := o.complete(); err != nil {
		return aurora.Plan{}, err
	}
	pipelines, err := e.Pipelines(ctx)
	if err != nil {
		return aurora.Plan{}, err
	}
	for _, p := range pipelines {
		if p.Name == o.Table {
			return planAgain(p, o)
		}
	}
	return e.planNew(ctx, o)
}

func (o *ConnectOptions) complete() error {
	if o.Table == "" {
		o.Table = tableName(o.Topic)
	}
	if notInName.MatchString(o.Table) || strings.HasPrefix(o.Table, "_") && o.Table != tableName(o.Topic) {
		return aurora.Usage("%q cannot be the name of a table", "use letters, digits and underscores, with a letter in front", o.Table)
	}
	if o.SampleSize == 0 {
		o.SampleSize = defaultSample
	}
	if o.SampleSize < 0 || o.SampleSize > maxSample {
		return aurora.Usage("--sample %d is out of range", fmt.Sprintf("use 1 to %d", maxSample), o.SampleSize)
	}
	if o.From == "" {
		o.From = "earliest"
	}
	if o.From != "earliest" && o.From != "latest" {
		return aurora.Usage("--from %q is unknown", "use earliest or latest", o.From)
	}
	if o.OnGap == "" {
		o.OnGap = "stop"
	}
	if o.OnGap != "stop" && o.OnGap != "skip" {
		return aurora.Usage("--on-gap %q is unknown", "use stop or skip", o.OnGap)
	}
	o.Batch = withDefaults(o.Batch)
	return nil
}

func withDefaults(b aurora.Batch) aurora.Batch {
	d := aurora.DefaultBatch()
	if b.Rows == 0 {
		b.Rows = d.Rows
	}
	if b.Bytes == 0 {
		b.Bytes = d.Bytes
	}
	if b.Wait == 0 {
		b.Wait = d.Wait
	}
	return b
}

// planAgain plans for a pipeline that exists: nothing if it runs, its start if it was disconnected.
func planAgain(p aurora.Pipeline, o ConnectOptions) (aurora.Plan, error) {
	if p.Source.Topic != o.Topic {
		return aurora.Plan{}, &aurora.Error{Code: aurora.CodePipelineExists, Title: "table " + p.Table + " is fed by another topic",
			Detail: fmt.Sprintf("pipeline %s reads %s", p.Name, p.Source.Topic), Hint: "aurora connect topic " + o.Topic + " --table NAME"}
	}
	plan := aurora.Plan{Verb: "connect", Pipeline: &p}
	if p.Desired == aurora.DesiredRunning {
		if plan.Nothing = reflect.DeepEqual(p.Source.Broker, o.Broker); plan.Nothing {
			return plan, nil
		}
		plan.Actions = []aurora.Action{{
			Verb: "change", What: "pipeline " + p.Name,
			Detail: fmt.Sprintf("brokers %s instead of %s", strings.Join(o.Broker.Addresses, ","), strings.Join(p.Source.Broker.Addresses, ",")),
		}}
		p.Source.Broker = o.Broker
		return plan, nil
	}
	p.Source.Broker, p.Desired = o.Broker, aurora.DesiredRunning
	plan.Actions = []aurora.Action{
		{Verb: "keep", What: "table " + qualified(p.Table)},
		{Verb: "start", What: "pipeline " + p.Name, Detail: "goes on where it was disconnected"},
	}
	return plan, nil
}

func (e *Engine) planNew(ctx context.Context, o ConnectOptions) (aurora.Plan, error) {
	topic, sample, err := e.look(ctx, o)
	if err != nil {
		return aurora.Plan{}, err
	}
	now := e.ports.Now().UTC()
	p := aurora.Pipeline{
		ID: o.Table + "-" + randomSuffix(), Name: o.Table, Table: o.Table,
		Source: aurora.Source{Broker: o.Broker, Topic: o.Topic, Format: sample.Format},
		Schema: sample.Schema, Start: startOffsets(topic, o.From), Batch: o.Batch, OnGap: o.OnGap,
		Desired: aurora.DesiredRunning, Created: now, Changed: now,
	}
	plan := aurora.Plan{Verb: "connect", Sample: &sample, Pipeline: &p}
	existing, err := e.ports.Catalogue.Table(ctx, o.Table)
	switch {
	case err == nil:
		fitted, differences := schema.Match(existing, sample.Schema)
		if len(differences) > 0 {
			return aurora.Plan{}, &aurora.Error{Code: aurora.CodeTableConflict, Title: "table " + qualified(o.Table) + " exists and does not fit the topic",
				Detail: joined(differences), Hint: "aurora connect topic " + o.Topic + " --table ANOTHER_NAME"}
		}
		p.Schema = fitted
		plan.Actions = append(plan.Actions, aurora.Action{Verb: "keep", What: "table " + qualified(o.Table)})
	case aurora.AsError(err).Code == aurora.CodeTableUnknown:
		plan.DDL = []string{schema.CreateTable(aurora.DataDatabase, o.Table, sample.Schema)}
		plan.Actions = append(plan.Actions, aurora.Action{Verb: "create", What: "table " + qualified(o.Table), Detail: fmt.Sprintf("%d columns", len(sample.Schema.Columns))})
	default:
		return aurora.Plan{}, err
	}
	plan.Actions = append(plan.Actions,
		aurora.Action{Verb: "create", What: "pipeline " + p.Name, Detail: fmt.Sprintf("topic %s, %d partitions, from %s", o.Topic, len(topic.Partitions), o.From)})
	return plan, nil
}

// look describes the topic and infers a schema from a sample of it.
func (e *Engine) look(ctx context.Context, o ConnectOptions) (aurora.Topic, aurora.Sample, error) {
	kafka, err := e.ports.OpenKafka(ctx, o.Broker)
	if err != nil {
		return aurora.Topic{}, aurora.Sample{}, err
	}
	defer func() { _ = kafka.Close() }()
	topic, err := kafka.Topic(ctx, o.Topic)
	if err != nil {
		return aurora.Topic{}, aurora.Sample{}, err
	}
	records, err := kafka.Sample(ctx, o.Topic, o.SampleSize)
	if err != nil {
		return aurora.Topic{}, aurora.Sample{}, err
	}
	if len(records) == 0 {
		return aurora.Topic{}, aurora.Sample{}, &aurora.Error{Code: aurora.CodeTopicEmpty, Title: "topic " + o.Topic + " holds no records",
			Detail: "the columns of a table are inferred from records", Hint: "aurora topic produce " + o.Topic + " -f FILE, then connect again"}
	}
	sample, err := schema.Infer(o.Topic, records)
	return topic, sample, err
}

func startOffsets(t aurora.Topic, from string) map[int32]int64 {
	start := make(map[int32]int64, len(t.Partitions))
	for _, p := range t.Partitions {
		start[p.Partition] = p.Low
		if from == "latest" {
			start[p.Partition] = p.High
		}
	}
	return start
}

// randomSuffix makes ids unique per creation, so that a pipeline never meets the offsets of a namesake.
func randomSuffix() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

func (e *Engine) applyConnect(ctx context.Context, plan aurora.Plan, progress func(aurora.Step)) error {
	if err := e.ports.Warehouse.Migrate(ctx); err != nil {
		return err
	}
	p := *plan.Pipeline
	for _, ddl := range plan.DDL {
		if err := e.ports.Warehouse.Exec(ctx, ddl); err != nil {
			return err
		}
		progress(aurora.Step{Name: "table", Summary: qualified(p.Table) + " created"})
	}
	p.Version, p.Changed = p.Version+1, e.ports.Now().UTC()
	if err := e.ports.Registry.SavePipeline(ctx, p); err != nil {
		return err
	}
	progress(aurora.Step{Name: "pipeline", Summary: p.Name + " declared"})
	return e.awaitPipeline(ctx, p, firstCounters, func(s aurora.PipelineStatus) bool {
		return s.State == aurora.StateFailed || s.State == aurora.StateRunning && (s.Stored+s.Dead > 0 || s.Lag == 0)
	}, progress)
}

// How long connect waits for the first counters, and disconnect for the drain.
const (
	firstCounters = 15 * time.Second
	drain         = 30 * time.Second
	pollEvery     = 200 * time.Millisecond
)

// awaitPipeline waits until the workers report a state that is enough. Workers
// that are away are told, not waited for.
func (e *Engine) awaitPipeline(ctx context.Context, p aurora.Pipeline, limit time.Duration, enough func(aurora.PipelineStatus) bool, progress func(aurora.Step)) error {
	workers, err := e.ports.Registry.Workers(ctx)
	if err != nil {
		return err
	}
	if len(workers) == 0 {
		progress(aurora.Step{Name: "worker", Summary: "no worker is running; start one: aurora worker"})
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		current, err := e.Pipeline(ctx, p.ID)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if err == nil && !current.Status.Updated.Before(p.Changed) && enough(current.Status) {
			return e.reportPipeline(current, progress)
		}
		select {
		case <-ctx.Done():
			progress(aurora.Step{Name: "worker", Summary: "the worker has not reported yet; see aurora pipeline show " + p.Name})
			return context.Cause(ctx)
		case <-time.After(pollEvery):
		}
	}
}

func (e *Engine) reportPipeline(p aurora.Pipeline, progress func(aurora.Step)) error {
	s := p.Status
	if s.State == aurora.StateFailed {
		return &aurora.Error{Code: aurora.CodeStackUnhealthy, Title: "pipeline " + p.Name + " failed", Detail: s.LastError, Hint: s.Hint}
	}
	if s.State == aurora.StateStopped { // its counters went with the worker's hold on it
		progress(aurora.Step{Name: "pipeline", Summary: p.Name + " stopped"})
		return nil
	}
	progress(aurora.Step{Name: "pipeline", Summary: fmt.Sprintf("%s %s · %d rows stored · lag %d · dead letters %d", p.Name, s.State, s.Stored, s.Lag, s.Dead)})
	return nil
}

func joined[T any](items []T) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = fmt.Sprint(item)
	}
	return strings.Join(texts, "; ")
}

func qualified(table string) string { return aurora.DataDatabase + "." + table }

func listed(what string, names []string) string {
	if len(names) == 0 {
		return "there are no " + what
	}
	return what + ": " + strings.Join(names, ", ")
}
