package sqlguard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Parser is the engine's own parser. Both calls run under the reader's rights and
// parse only: they open no file and no connection and run nothing. The context
// bounds them. An error of the engine about the text is an [aurora.Error] with the
// key "clickhouse_code" in Extra; any other error means that nothing was checked,
// and the guard passes it on.
type Parser interface {
	// Format gives the statement in the engine's canonical form, on one line. The text
	// travels as a bound value.
	Format(ctx context.Context, sql string) (string, error)
	// ExplainAST gives the output of EXPLAIN AST for the statement, one node per line.
	ExplainAST(ctx context.Context, s aurora.Statement) (string, error)
}

// Catalogue lists the tables of the data database: all of them, with engine,
// columns and, for views, their DDL. A table that is left out counts as unknown.
type Catalogue interface {
	Tables(ctx context.Context) ([]aurora.Table, error)
}

// Profile says for whom a statement is checked.
type Profile string

// The profiles.
const (
	// Ask is for statements that Aurora wrote: by its planner, or by a model.
	Ask Profile = "ask"
	// Browse is for statements a person or Grafana wrote: a FORMAT clause at the end is
	// cut off and handed to the transport.
	Browse Profile = "browse"
)

// Verdict is what may run.
type Verdict struct {
	// Statement is the canonical text with its parameters, checked and in order. It is
	// what must be run, byte for byte; the original text must not be.
	Statement aurora.Statement
	// Tables are the tables it reads, qualified, in order of appearance.
	Tables []string
	// Columns are the names it uses, sorted.
	Columns []string
	// Format is the output format that was cut off, or empty.
	Format string
}

// Guard judges statements. It is safe for concurrent use.
type Guard struct {
	parser    Parser
	tables    *tableCache
	functions *functionLists
	verdicts  *verdictCache
}

// New makes a guard.
func New(parser Parser, catalogue Catalogue) *Guard {
	return &Guard{
		parser:    parser,
		tables:    newTableCache(catalogue, time.Now),
		functions: newFunctionLists(),
		verdicts:  newVerdictCache(),
	}
}

// Check accepts the statement or refuses it. A refusal is an [aurora.Error] with
// the code guard_refused, the [Rule] in Extra["rule"] and line:column of the
// original text in Extra["where"]. Any other error means that the statement could
// not be checked, and so must not run either.
func (g *Guard) Check(ctx context.Context, s aurora.Statement, profile Profile) (Verdict, error) {
	verdict, err := g.check(ctx, s, profile)
	if err == nil {
		return verdict, nil
	}
	var r *refusal
	if errors.As(err, &r) {
		return Verdict{}, r.userError(s.SQL)
	}
	return Verdict{}, fmt.Errorf("check statement: %w", err)
}

// check runs the steps of the design, in order.
func (g *Guard) check(ctx context.Context, s aurora.Statement, profile Profile) (Verdict, error) {
	if profile != Ask && profile != Browse {
		return Verdict{}, fmt.Errorf("unknown profile %q", profile)
	}
	if err := checkText(s); err != nil {
		return Verdict{}, err
	}
	written, err := scan(s.SQL)
	if err != nil {
		return Verdict{}, err
	}
	params, err := bind(written.tokens, s.Params)
	if err != nil {
		return Verdict{}, err
	}
	canonical, format, err := g.canonical(ctx, written.text, profile)
	if err != nil {
		return Verdict{}, err
	}
	verdict := Verdict{Statement: aurora.Statement{SQL: canonical.text, Params: params}, Format: format}
	return g.judge(ctx, canonical, verdict, profile)
}

// judge decides on the canonical text: from the cache, or by its syntax tree.
func (g *Guard) judge(ctx context.Context, canonical statement, verdict Verdict, profile Profile) (Verdict, error) {
	if _, err := bind(canonical.tokens, verdict.Statement.Params); err != nil {
		return Verdict{}, err
	}
	known, err := g.tables.get(ctx)
	if err != nil {
		return Verdict{}, err
	}
	key := verdictKey(verdict.Statement, profile, known.fingerprint)
	if v, ok := g.verdicts.get(key); ok {
		v.Format = verdict.Format
		return v, nil
	}
	tree, err := g.tree(ctx, canonical, verdict.Statement)
	if err != nil {
		return Verdict{}, err
	}
	found, err := g.walk(ctx, tree, canonical, known)
	if stale(err) {
		// The table may have been made a moment ago: look once more before refusing.
		if known, err = g.tables.refresh(ctx); err != nil {
			return Verdict{}, err
		}
		key = verdictKey(verdict.Statement, profile, known.fingerprint)
		found, err = g.walk(ctx, tree, canonical, known)
	}
	if err != nil {
		return Verdict{}, err
	}
	verdict.Tables, verdict.Columns = found.tables, found.columns
	g.verdicts.put(key, verdict)
	return verdict, nil
}

// stale says whether a refusal may be due to a catalogue that is seconds old.
func stale(err error) bool {
	var r *refusal
	return errors.As(err, &r) && (r.rule == RuleTable || r.rule == RuleColumn)
}
