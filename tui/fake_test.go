package tui

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// fakeEngine answers from a script and remembers what it was asked.
type fakeEngine struct {
	// hold, if set, is waited for before the answer, after the steps were told.
	hold chan struct{}

	mu        sync.Mutex
	asked     []string
	cancelled int
}

func (f *fakeEngine) Ask(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (aurora.Answer, error) {
	f.note(q.Text)
	for _, step := range steps() {
		progress(step)
	}
	if err := f.wait(ctx); err != nil {
		return aurora.Answer{}, err
	}
	switch {
	case strings.Contains(q.Text, "panic"):
		panic("index out of range")
	case strings.Contains(q.Text, "frobs"):
		return aurora.Answer{}, notUnderstood()
	case strings.Contains(q.Text, "hostile"):
		return hostileAnswer(), nil
	}
	return clicksAnswer(), nil
}

func (f *fakeEngine) Query(ctx context.Context, s aurora.Statement, _ aurora.Limits) (aurora.Answer, error) {
	f.note(s.SQL)
	if err := f.wait(ctx); err != nil {
		return aurora.Answer{}, err
	}
	answer := hostileAnswer()
	answer.SQL = s.SQL
	return answer, nil
}

func (f *fakeEngine) note(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, text)
}

func (f *fakeEngine) wait(ctx context.Context) error {
	if f.hold == nil {
		return nil
	}
	select {
	case <-f.hold:
		return nil
	case <-ctx.Done():
		f.mu.Lock()
		defer f.mu.Unlock()
		f.cancelled++
		return ctx.Err()
	}
}

func steps() []aurora.Step {
	return []aurora.Step{
		{Name: "plan", Summary: "count of rows by page", ElapsedMS: 3},
		{Name: "check", Summary: "read-only, within the allowed tables and functions", ElapsedMS: 5},
	}
}

func notUnderstood() error {
	return &aurora.Error{
		Code: aurora.CodeNotUnderstood, Title: "the question was not understood", Detail: "no column or table is called \"frobs\"",
		Hint: "use words of the tables: clicks (page, user, ts)",
	}
}

func clicksAnswer() aurora.Answer {
	result := aurora.Result{
		Columns: []aurora.ResultColumn{{Name: "page", Type: "LowCardinality(String)"}, {Name: "clicks", Type: "UInt64"}, {Name: "share", Type: "Nullable(Float64)"}},
		Stats:   aurora.Stats{RowsRead: 450_000, BytesRead: 3_600_000, ElapsedMS: 11.4}, Truncated: true,
	}
	for i := range 60 {
		row := []any{"/page/" + strings.Repeat("x", i%9), int64(100_000 - 977*i), float64(i) / 8}
		if i%7 == 3 {
			row[2] = nil
		}
		result.Rows = append(result.Rows, row)
	}
	return aurora.Answer{
		Interpretation: "count of rows per page, ts in the last 15 minutes, highest first",
		Assumptions:    []string{"“recent” means the last 15 minutes"},
		Statement: aurora.Statement{
			SQL:    "SELECT page, count() AS clicks, avg(share) AS share FROM aurora.clicks WHERE ts > now() - toIntervalMinute({minutes:UInt16}) GROUP BY page ORDER BY clicks DESC LIMIT 60",
			Params: []aurora.Param{{Name: "minutes", Type: "UInt16", Value: "15"}},
		},
		Result: result, Tables: []string{"aurora.clicks"}, Engine: "offline", Confidence: 0.9,
	}
}

// hostileAnswer has cells that try to take over the terminal.
func hostileAnswer() aurora.Answer {
	return aurora.Answer{
		Interpretation: "SQL as written", Statement: aurora.Statement{SQL: "SELECT * FROM aurora.odd"}, Tables: []string{"aurora.odd"}, Engine: "sql",
		Result: aurora.Result{
			Columns: []aurora.ResultColumn{
				{Name: "text\x1b[31m", Type: "String"}, {Name: "n", Type: "Nullable(Int64)"}, {Name: "big", Type: "UInt64"},
				{Name: "doc", Type: "JSON"}, {Name: "at", Type: "DateTime64(3, 'UTC')"},
			},
			Rows: [][]any{
				{"\x1b]0;title\x07\x1b[2J", int64(-5), "18446744073709551615", map[string]any{"a": []any{int64(1), nil}}, "2013-01-02T03:04:05Z"},
				{"NULL", nil, int64(7), nil, nil},
				{"line\nbreak\ttab", int64(123456), int64(0), map[string]any{}, "2013-01-02T03:04:05.678Z"},
				{"日本語テキスト", int64(1), int64(1), "x", ""},
				{"right\u202eleft", int64(1), int64(1), strings.Repeat("long ", 30), ""},
			},
			Stats: aurora.Stats{RowsRead: 5, BytesRead: 512, ElapsedMS: 2},
		},
	}
}

// clock is a time that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
