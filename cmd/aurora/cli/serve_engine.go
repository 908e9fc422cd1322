package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/engine"
	"github.com/aurora-analytics/aurora/pkg/stack"
)

// currentEngine gives an engine that follows the embedded one when that comes
// back elsewhere: a server lives longer than the parts it asks.
func (a *app) currentEngine() (*followingEngine, error) {
	f := &followingEngine{open: a.engine, where: func() string {
		c, err := a.config()
		if err != nil || c.ClickHouse.URL != "" {
			return ""
		}
		secrets, _ := os.Stat(filepath.Join(c.DataDir, "run", "secrets.json"))
		return fmt.Sprint(engineAddress(stack.Dir(c.DataDir)), secrets != nil)
	}}
	_, err := f.get()
	return f, err
}

// followingEngine opens the engine anew when its place has changed.
type followingEngine struct {
	open  func() (*engine.Engine, error)
	where func() string

	mu    sync.Mutex
	place string
	e     *engine.Engine
}

func (f *followingEngine) get() (*engine.Engine, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if place := f.where(); f.e == nil || place != f.place {
		e, err := f.open()
		if err != nil {
			return nil, err
		}
		f.e, f.place = e, place
	}
	return f.e, nil
}

// Status gives the status of the stack.
func (f *followingEngine) Status(ctx context.Context) (aurora.Status, error) {
	e, err := f.get()
	if err != nil {
		return aurora.Status{}, err
	}
	return e.Status(ctx)
}

// Pipelines lists the pipelines.
func (f *followingEngine) Pipelines(ctx context.Context) ([]aurora.Pipeline, error) {
	e, err := f.get()
	if err != nil {
		return nil, err
	}
	return e.Pipelines(ctx)
}

// Tables lists the user's tables.
func (f *followingEngine) Tables(ctx context.Context) ([]aurora.Table, error) {
	e, err := f.get()
	if err != nil {
		return nil, err
	}
	return e.Tables(ctx)
}

// Ask answers a question.
func (f *followingEngine) Ask(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error) {
	e, err := f.get()
	if err != nil {
		return aurora.Answer{}, err
	}
	return e.Ask(ctx, q, progress)
}

// Query runs one read-only statement.
func (f *followingEngine) Query(ctx context.Context, s aurora.Statement, l aurora.Limits) (aurora.Answer, error) {
	e, err := f.get()
	if err != nil {
		return aurora.Answer{}, err
	}
	return e.Query(ctx, s, l)
}
