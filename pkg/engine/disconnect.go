package engine

import (
	"context"
	"fmt"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// PlanDisconnect says what disconnecting a pipeline (by name, id or topic)
// would stop, keep and, with dropTable, remove.
func (e *Engine) PlanDisconnect(ctx context.Context, name string, dropTable bool) (aurora.Plan, error) {
	p, err := e.Pipeline(ctx, name)
	if err != nil {
		return aurora.Plan{}, err
	}
	plan := aurora.Plan{Verb: "disconnect", DropTable: dropTable, Pipeline: &p}
	if p.Desired == aurora.DesiredRunning {
		plan.Actions = append(plan.Actions, aurora.Action{Verb: "stop", What: "pipeline " + p.Name, Detail: ending(p)})
	} else if !dropTable {
		plan.Nothing = true
		return plan, nil
	}
	rows := "its rows"
	if table, err := e.ports.Catalogue.Table(ctx, p.Table); err == nil {
		rows = fmt.Sprintf("%d rows", table.Rows)
	}
	verb := "keep"
	if dropTable {
		verb = "remove"
	}
	plan.Actions = append(plan.Actions, aurora.Action{Verb: verb, What: "table " + qualified(p.Table), Detail: rows})
	return plan, nil
}

// ending says what becomes of the records that a worker holds.
func ending(p aurora.Pipeline) string {
	switch p.Status.State {
	case aurora.StateRunning:
		return "drained and committed first"
	case aurora.StateRetrying:
		return "not drained: " + p.Status.LastError
	}
	return "no worker runs it now"
}

func (e *Engine) applyDisconnect(ctx context.Context, plan aurora.Plan, progress func(aurora.Step)) error {
	p := *plan.Pipeline
	if p.Desired == aurora.DesiredRunning {
		p.Desired, p.Version, p.Changed = aurora.DesiredStopped, p.Version+1, e.ports.Now().UTC()
		if err := e.ports.Registry.SavePipeline(ctx, p); err != nil {
			return err
		}
		err := e.awaitPipeline(ctx, p, drain, func(s aurora.PipelineStatus) bool {
			return s.State == aurora.StateStopped || s.State == aurora.StateFailed
		}, progress)
		if err != nil {
			return err
		}
	}
	if !plan.DropTable {
		return nil
	}
	if err := e.ports.Warehouse.Exec(ctx, "DROP TABLE IF EXISTS "+aurora.QuoteTable(aurora.DataDatabase, p.Table)+" SYNC"); err != nil {
		return err
	}
	p.Desired, p.Version, p.Changed = aurora.DesiredRemoved, p.Version+1, e.ports.Now().UTC()
	if err := e.ports.Registry.SavePipeline(ctx, p); err != nil {
		return err
	}
	progress(aurora.Step{Name: "table", Summary: qualified(p.Table) + " removed"})
	return nil
}
