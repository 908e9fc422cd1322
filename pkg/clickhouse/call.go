package clickhouse

import (
	"context"
	"errors"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// errTimeLimit is the cause of a call that was ended by its own timer.
var errTimeLimit = errors.New("the time limit ran out")

// call is one statement on its way: its context, the time it may take, and what the
// connection saw of its answer.
type call struct {
	ctx    context.Context
	limit  time.Duration
	answer *answer
}

// begin makes the context of a call. It can be cancelled but has no deadline, because
// from a deadline the driver makes a setting; a timer of our own ends it. The returned
// function must be called when the result has been read.
func (db *DB) begin(ctx context.Context, limit time.Duration, options ...clickhouse.QueryOption) (*call, func()) {
	free, stop := cancelOnly(ctx)
	timer := time.AfterFunc(limit, func() { stop(errTimeLimit) })
	seen := &answer{}
	free = context.WithValue(free, answerKey{}, seen)
	c := &call{ctx: clickhouse.Context(free, options...), limit: limit, answer: seen}
	return c, func() { timer.Stop(); stop(nil) }
}

// cancelOnly gives a context that ends when ctx does, with the same cause, but has no deadline.
func cancelOnly(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	free, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return free, func(cause error) { release(); cancel(cause) }
}
