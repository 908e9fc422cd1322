package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aurora-analytics/aurora/pkg/ask"
	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/sqlguard"
)

// maxRepairs is how often a model may mend its statement.
const maxRepairs = 2

// Ask answers a question with rows: it drafts a statement, has it checked, runs
// what the guard gave back, and tells how the answer was found. Progress may be nil.
func (e *Engine) Ask(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error) {
	trace := newTrace(progress)
	draft, err := e.ports.Asker.Draft(ctx, q, trace.add)
	if err != nil {
		return aurora.Answer{}, err
	}
	limits := e.ports.Limits
	limits.JoinUseNulls = true
	if limits.Rows, err = rowLimit(q.Limit); err != nil {
		return aurora.Answer{}, err
	}
	for repairs := 0; ; repairs++ {
		answer, err := e.run(ctx, draft, limits, q.NoRun, trace)
		if err == nil {
			answer.Question, answer.Steps = q.Text, trace.steps
			return complete(answer), nil
		}
		if repairs == maxRepairs || !repairable(err) {
			return aurora.Answer{}, err
		}
		repaired, repairErr := e.ports.Asker.Repair(ctx, q, draft, err)
		if repairErr != nil {
			return aurora.Answer{}, err
		}
		draft = repaired
		trace.add(aurora.Step{Name: "repair", Summary: aurora.AsError(err).Title})
	}
}

// repairable tells whether an error is a mechanical fault of the statement,
// which its author may mend, rather than a refusal or a limit.
func repairable(err error) bool {
	var e *aurora.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case aurora.CodeColumnUnknown, aurora.CodeTableUnknown, aurora.CodeQueryFailed:
		return true
	case aurora.CodeGuardRefused:
		return sqlguard.Mechanical(e)
	}
	return false
}

func (e *Engine) run(ctx context.Context, draft ask.Draft, limits aurora.Limits, noRun bool, trace *trace) (aurora.Answer, error) {
	answer := aurora.Answer{
		Interpretation: draft.Interpretation, Assumptions: draft.Assumptions, Engine: draft.Engine,
		Confidence: draft.Confidence, Notes: draft.Notes, Tables: draft.Tables,
	}
	verdict, err := guarded(e, ctx, draft.Statement, sqlguard.Ask, trace)
	if err != nil {
		return answer, err
	}
	answer.Statement, answer.Tables = verdict.Statement, verdict.Tables
	if noRun {
		return answer, nil
	}
	began := time.Now()
	answer.Result, err = e.ports.Warehouse.Query(ctx, verdict.Statement, limits)
	if err != nil {
		return answer, err
	}
	trace.add(aurora.Step{Name: "run", Summary: fmt.Sprintf("%d rows", len(answer.Rows)), ElapsedMS: ms(began)})
	answer.Chart = ask.ChartFor(answer.Columns, len(answer.Rows))
	return answer, nil
}

func guarded(e *Engine, ctx context.Context, s aurora.Statement, profile sqlguard.Profile, trace *trace) (sqlguard.Verdict, error) {
	began := time.Now()
	verdict, err := e.ports.Guard.Check(ctx, s, profile)
	if err == nil {
		trace.add(aurora.Step{Name: "check", Summary: "read-only, within the allowed tables and functions", ElapsedMS: ms(began)})
	}
	return verdict, err
}

// Query runs SQL that a person wrote, behind the same guard, as the user who may only read.
func (e *Engine) Query(ctx context.Context, s aurora.Statement, limits aurora.Limits) (aurora.Answer, error) {
	trace := newTrace(nil)
	merged := e.ports.Limits
	var err error
	if merged.Rows, err = rowLimit(limits.Rows); err != nil {
		return aurora.Answer{}, err
	}
	if limits.Time > 0 {
		merged.Time = limits.Time
	}
	if limits.RowsToRead > 0 {
		merged.RowsToRead = limits.RowsToRead
	}
	verdict, err := guarded(e, ctx, s, sqlguard.Browse, trace)
	if err != nil {
		return aurora.Answer{}, err
	}
	result, err := e.ports.Warehouse.Query(ctx, verdict.Statement, merged)
	if err != nil {
		return aurora.Answer{}, err
	}
	return complete(aurora.Answer{
		Interpretation: "SQL as written", Statement: verdict.Statement, Result: result,
		Tables: verdict.Tables, Engine: "sql", Confidence: 1, Chart: ask.ChartFor(result.Columns, len(result.Rows)), Steps: trace.steps,
	}), nil
}

// complete makes empty lists of missing ones: the wire form has no null where a list belongs.
func complete(a aurora.Answer) aurora.Answer {
	a.Assumptions, a.Tables = orEmpty(a.Assumptions), orEmpty(a.Tables)
	a.Params, a.Columns, a.Rows = orEmpty(a.Params), orEmpty(a.Columns), orEmpty(a.Rows)
	return a
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// rowLimit gives the cap of a result for the number that the caller asked for; 0 means the default.
func rowLimit(asked int) (int, error) {
	if asked < 0 || asked > aurora.MaxRows {
		return 0, aurora.Usage("the row limit %d is out of range", fmt.Sprintf("use 1 to %d; 0 means %d", aurora.MaxRows, aurora.DefaultRows), asked)
	}
	if asked == 0 {
		return aurora.DefaultRows, nil
	}
	return asked, nil
}

// trace collects the stages of an operation and passes them on.
type trace struct {
	steps    []aurora.Step
	progress func(aurora.Step)
}

func newTrace(progress func(aurora.Step)) *trace { return &trace{progress: progress} }

func (t *trace) add(s aurora.Step) {
	t.steps = append(t.steps, s)
	if t.progress != nil {
		t.progress(s)
	}
}

func ms(since time.Time) float64 { return float64(time.Since(since).Microseconds()) / 1000 }
