// Package engine is what Aurora can do: one method per verb, called alike by
// the command line, the terminal shell, the REST API and the web UI. It owns
// the rules that more than one face needs, and declares the ports it works
// through; the adapters behind them are joined in cmd/aurora/cli/wire.go.
package engine

import (
	"context"
	"time"

	"github.com/aurora-analytics/aurora/pkg/ask"
	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/sqlguard"
)

// Warehouse runs statements. Query runs as the user who may only read, within
// the limits; Exec runs as the user who may change tables.
type Warehouse interface {
	Migrate(ctx context.Context) error
	Exec(ctx context.Context, sql string) error
	Query(ctx context.Context, s aurora.Statement, limits aurora.Limits) (aurora.Result, error)
}

// Catalogue knows the user's tables.
type Catalogue interface {
	Tables(ctx context.Context) ([]aurora.Table, error)
	Table(ctx context.Context, name string) (aurora.Table, error)
}

// Registry keeps the declared pipelines and what workers report of them.
// SavePipeline is a compare-and-set: it fails with code conflict unless the
// pipeline's Version is one above the stored one.
type Registry interface {
	Pipelines(ctx context.Context) ([]aurora.Pipeline, error)
	SavePipeline(ctx context.Context, p aurora.Pipeline) error
	Workers(ctx context.Context) ([]aurora.Worker, error)
	DeadLetters(ctx context.Context, pipelineID string, limit int) ([]aurora.DeadLetter, error)
}

// Kafka looks at topics. The engine closes what OpenKafka gave it.
type Kafka interface {
	Topic(ctx context.Context, name string) (aurora.Topic, error)
	Sample(ctx context.Context, topic string, n int) ([]aurora.Record, error)
	Close() error
}

// Asker turns a question into a statement. Repair is called with the error
// that a model's statement met; it answers with a better statement or an error.
type Asker interface {
	Draft(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (ask.Draft, error)
	Repair(ctx context.Context, q aurora.Question, d ask.Draft, cause error) (ask.Draft, error)
}

// Guard checks a statement before it runs; only the statement it gives back may run.
type Guard interface {
	Check(ctx context.Context, s aurora.Statement, profile sqlguard.Profile) (sqlguard.Verdict, error)
}

// Stack runs the parts of the platform.
type Stack interface {
	Stack(ctx context.Context) aurora.Stack
	PlanUp(ctx context.Context, wanted aurora.StackSpec) (aurora.Plan, error)
	Up(ctx context.Context, spec aurora.StackSpec, progress func(aurora.Component)) error
	PlanDown(purge bool) aurora.Plan
	Down(purge bool) error
}

// Ports are what the engine works through.
type Ports struct {
	Warehouse Warehouse
	Catalogue Catalogue
	Registry  Registry
	OpenKafka func(ctx context.Context, b aurora.Broker) (Kafka, error)
	Asker     Asker
	Guard     Guard
	Stack     Stack
	// Limits are the limits of a read where the caller names none.
	Limits aurora.Limits
	Now    func() time.Time
}

// Engine is the facade.
type Engine struct{ ports Ports }

// New makes an engine. It opens nothing and starts nothing.
func New(ports Ports) *Engine { return &Engine{ports} }

// Tables lists the user's tables with their columns.
func (e *Engine) Tables(ctx context.Context) ([]aurora.Table, error) {
	return e.ports.Catalogue.Tables(ctx)
}

// Pipelines lists the pipelines, running or stopped, with what the workers report of them.
func (e *Engine) Pipelines(ctx context.Context) ([]aurora.Pipeline, error) {
	all, err := e.ports.Registry.Pipelines(ctx)
	if err != nil && aurora.AsError(err).Code != aurora.CodeTableUnknown {
		return nil, err // an unknown table: no worker and no connect has been here yet
	}
	pipelines := make([]aurora.Pipeline, 0, len(all))
	for _, p := range all {
		if p.Desired != aurora.DesiredRemoved {
			pipelines = append(pipelines, p)
		}
	}
	return pipelines, nil
}

// Pipeline gives a pipeline by its name, its id or its topic.
func (e *Engine) Pipeline(ctx context.Context, name string) (aurora.Pipeline, error) {
	pipelines, err := e.Pipelines(ctx)
	if err != nil {
		return aurora.Pipeline{}, err
	}
	var names []string
	for _, match := range []func(aurora.Pipeline) string{
		func(p aurora.Pipeline) string { return p.Name },
		func(p aurora.Pipeline) string { return p.ID },
		func(p aurora.Pipeline) string { return p.Source.Topic },
	} {
		for _, p := range pipelines {
			if match(p) == name {
				return p, nil
			}
		}
	}
	for _, p := range pipelines {
		names = append(names, p.Name)
	}
	return aurora.Pipeline{}, &aurora.Error{Code: aurora.CodePipelineUnknown, Title: "no pipeline is called " + name,
		Detail: listed("pipelines", names) + aurora.DidYouMean(name, names), Hint: "aurora pipeline list"}
}

// DeadLetters gives the newest dead letters of a pipeline, at most limit.
func (e *Engine) DeadLetters(ctx context.Context, pipeline string, limit int) ([]aurora.DeadLetter, error) {
	p, err := e.Pipeline(ctx, pipeline)
	if err != nil {
		return nil, err
	}
	return e.ports.Registry.DeadLetters(ctx, p.ID, limit)
}

// Status gives the whole picture. A ClickHouse that does not answer is part of
// the picture, not an error: then there are no pipelines and no workers in it.
func (e *Engine) Status(ctx context.Context) (aurora.Status, error) {
	status := aurora.Status{Health: aurora.Healthy, Stack: e.ports.Stack.Stack(ctx), Pipelines: []aurora.Pipeline{}, Workers: []aurora.Worker{}}
	if len(status.Stack.Components) == 0 {
		status.Health = aurora.Stopped
	}
	stopped := 0
	for _, c := range status.Stack.Components {
		switch c.Health {
		case aurora.Unhealthy:
			status.Health = aurora.Unhealthy
		case aurora.Stopped:
			stopped++
		}
	}
	if stopped > 0 && status.Health == aurora.Healthy {
		status.Health = aurora.Unhealthy
		if stopped == len(status.Stack.Components) {
			status.Health = aurora.Stopped
		}
	}
	pipelines, err := e.Pipelines(ctx)
	if err != nil {
		return status, nil //nolint:nilerr // the store being away is what the status reports
	}
	status.Pipelines = pipelines
	if workers, err := e.ports.Registry.Workers(ctx); err == nil {
		status.Workers = workers
	}
	for _, p := range pipelines {
		if s := p.Status.State; p.Desired == aurora.DesiredRunning && (s == aurora.StateFailed || s == aurora.StateRetrying) {
			status.Health = aurora.Unhealthy
		}
	}
	return status, nil
}
