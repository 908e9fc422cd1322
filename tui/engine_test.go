package tui

import (
	"bytes"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/exp/teatest"

	"github.com/aurora-analytics/aurora/pkg/ask"
	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/clickhouse"
	"github.com/aurora-analytics/aurora/pkg/engine"
	"github.com/aurora-analytics/aurora/pkg/sqlguard"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

// TestShellOverARealEngine types a question and SQL against rows made in this run, and
// shows that the answers come from the engine by stopping it.
func TestShellOverARealEngine(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Query(`CREATE TABLE aurora.clicks (page LowCardinality(String), n UInt64, ts DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY (page, ts)`)
	e.Query(`INSERT INTO aurora.clicks SELECT ['/home', '/cart', '/help'][number % 3 + 1], number, now64(3) FROM numbers(3001)`)
	db, err := clickhouse.Open(clickhouse.Config{
		URL:    e.URL,
		Writer: clickhouse.Credentials{User: e.WriterUser, Password: e.WriterPassword},
		Reader: clickhouse.Credentials{User: e.ReaderUser, Password: e.ReaderPassword},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	facade := engine.New(engine.Ports{
		Warehouse: db, Catalogue: db, Registry: db, Asker: ask.New(ask.Options{Catalogue: db}), Guard: sqlguard.New(db, db),
		Limits: aurora.DefaultLimits(), Now: time.Now,
	})
	tm := teatest.NewTestModel(t, newModel(t.Context(), Options{Engine: facade}, asciiTheme()), teatest.WithInitialTermSize(110, 30))
	see := func(texts ...string) {
		t.Helper()
		teatest.WaitFor(t, tm.Output(), func(out []byte) bool {
			for _, text := range texts {
				if !bytes.Contains(out, []byte(text)) {
					return false
				}
			}
			return true
		}, teatest.WithDuration(time.Minute))
	}
	run := func(text string) {
		tm.Type(text)
		tm.Send(tea.KeyMsg{Type: tea.KeyEnter})
	}
	run("how many clicks")
	see("understood", "aurora.clicks", "3001", "engine: offline")
	tm.Send(tea.KeyMsg{Type: tea.KeyCtrlT})
	run("SELECT page, count() AS hits, sum(n) AS total FROM clicks GROUP BY page ORDER BY page")
	see("/cart", "1499500", "3 rows")
	run("DROP TABLE aurora.clicks")
	see("error", "next")
	if got := strings.TrimSpace(e.Query("SELECT count() FROM aurora.clicks")); got != "3001" {
		t.Errorf("%s rows after a DROP was typed", got)
	}
	e.Stop()
	run("SELECT count() FROM clicks")
	see("cannot reach ClickHouse", "aurora up")
	tm.Send(tea.KeyMsg{Type: tea.KeyCtrlQ})
	tm.WaitFinished(t, teatest.WithFinalTimeout(time.Minute))
}
