package cli

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aurora-analytics/aurora/pkg/ask"
	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/clickhouse"
	"github.com/aurora-analytics/aurora/pkg/config"
	"github.com/aurora-analytics/aurora/pkg/embedded"
	"github.com/aurora-analytics/aurora/pkg/engine"
	"github.com/aurora-analytics/aurora/pkg/llm"
	"github.com/aurora-analytics/aurora/pkg/sqlguard"
	"github.com/aurora-analytics/aurora/pkg/stack"
)

// This file alone builds adapters and joins them to the engine's ports.

// engine builds the facade. Nothing is dialled: each verb connects when it needs to.
func (a *app) engine() (*engine.Engine, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	db, err := a.warehouse(c, nil)
	if err != nil {
		return nil, err
	}
	return engine.New(engine.Ports{
		Warehouse: db, Catalogue: db, Registry: db,
		OpenKafka: func(ctx context.Context, b aurora.Broker) (engine.Kafka, error) { return a.kafkaAdmin(ctx, b) },
		Asker:     ask.New(ask.Options{Catalogue: db, Model: a.model(c), Now: a.proc.Now, Log: a.log()}),
		Guard:     sqlguard.New(db, db),
		Stack:     a.stack(c),
		Limits:    c.Limits,
		Now:       a.proc.Now,
	}), nil
}

// warehouse gives the ClickHouse of the configuration: the one that is named
// there, or the embedded engine of the data folder.
func (a *app) warehouse(c *config.Config, halfSent func(token string)) (*clickhouse.DB, error) {
	cfg := clickhouse.Config{
		URL:    c.ClickHouse.URL,
		Writer: clickhouse.Credentials{User: c.ClickHouse.Writer, Password: c.ClickHouse.WriterPassword},
		Reader: clickhouse.Credentials{User: c.ClickHouse.Reader, Password: c.ClickHouse.ReaderPassword},
		Log:    a.log(), HalfSent: halfSent,
	}
	if cfg.URL == "" {
		dir := stack.Dir(c.DataDir)
		cfg.URL, cfg.Locate = "http://127.0.0.1", func() (string, error) { return engineAddress(dir) }
		// Without secrets there has never been an engine here: the first call then says that none answers.
		if secrets, err := embedded.LoadSecrets(dir.Run("")); err == nil {
			cfg.Writer = clickhouse.Credentials{User: embedded.WriterUser, Password: secrets.Writer}
			cfg.Reader = clickhouse.Credentials{User: embedded.ReaderUser, Password: secrets.Reader}
		}
	}
	return clickhouse.Open(cfg)
}

// prepareFolder makes the data folder of a part that outlives the engine, with the
// engine's secrets in it, so that the two may start in any order.
func prepareFolder(c *config.Config) (stack.Dir, error) {
	dir := stack.Dir(c.DataDir)
	if err := dir.Prepare(); err != nil {
		return dir, err
	}
	_, err := embedded.EnsureSecrets(dir.Run(""))
	return dir, err
}

// engineAddress is where the embedded engine of a data folder answers. Another folder's
// engine, at the default port say, is not asked.
func engineAddress(dir stack.Dir) (string, error) {
	if r, ok := dir.ReadRunFile(stack.PartEngine); ok {
		return r.Address, nil
	}
	return "", &aurora.Error{
		Code: aurora.CodeClickHouseAway, Title: "cannot reach ClickHouse", Detail: "the engine of " + string(dir) + " is not running", Hint: "aurora up",
	}
}

// stack gives the manager of the local stack.
func (a *app) stack(c *config.Config) *stack.Manager {
	return &stack.Manager{
		Dir: stack.Dir(c.DataDir), Executable: a.proc.Executable, Env: a.proc.Env,
		Library: func() error {
			_, err := embedded.Installed(c.EngineDir)
			return err
		},
		Probes: map[string]stack.Probe{stack.PartEngine: pingEngine, stack.PartBroker: a.pingBroker},
	}
}

// pingEngine asks the engine's HTTP interface whether it answers.
func pingEngine(ctx context.Context, r stack.RunFile) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.Address+"/ping", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the engine answers %s", response.Status)
	}
	return r.Version, nil
}

// pingBroker asks the development broker for its topics.
func (a *app) pingBroker(ctx context.Context, r stack.RunFile) (string, error) {
	admin, err := a.kafkaAdmin(ctx, aurora.Broker{Addresses: []string{r.Address}})
	if err != nil {
		return "", err
	}
	defer func() { _ = admin.Close() }()
	_, err = admin.Topics(ctx)
	return r.Version, err
}

// model gives the language model, nil when none is configured.
func (a *app) model(c *config.Config) ask.Model {
	if !c.Model.Configured() {
		return nil
	}
	return llm.New(llm.Config{BaseURL: c.Model.BaseURL, Key: c.Model.Key, Model: c.Model.Name, Log: a.log()})
}
