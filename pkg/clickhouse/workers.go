package clickhouse

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// staleAfter is how old a heartbeat or a report may be before it counts as nothing. The
// clock is that of ClickHouse, for the rows of all workers alike.
const staleAfter = 10 * time.Second

// Heartbeat says that a worker lives.
func (db *DB) Heartbeat(ctx context.Context, w aurora.Worker) error {
	err := db.insert(ctx, insert{
		table: systemTable("workers"),
		columns: []column{
			{Name: "name", Type: "String"}, {Name: "host", Type: "String"}, {Name: "pid", Type: "UInt64"}, {Name: "version", Type: "String"},
			{Name: "pipelines", Type: "UInt32"}, {Name: "rss", Type: "UInt64"}, {Name: "started", Type: "DateTime64(3, 'UTC')"},
		},
		rows: [][]any{{w.Name, w.Host, uint64(w.PID), w.Version, uint32(w.Pipelines), uint64(w.RSS), w.Started.UTC()}},
	})
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}

// Workers gives the workers that live, by name: those heard of in the last ten seconds.
func (db *DB) Workers(ctx context.Context) ([]aurora.Worker, error) {
	const sql = `SELECT name, host, pid, version, pipelines, rss, started, seen FROM aurora_system.workers FINAL
WHERE seen > now64(3) - toIntervalSecond({age:UInt32}) ORDER BY name`
	workers := []aurora.Worker{}
	err := db.each(ctx, sql, map[string]string{"age": seconds(staleAfter)}, func(rows driver.Rows) error {
		var (
			w         aurora.Worker
			pid, rss  uint64
			pipelines uint32
		)
		if err := rows.Scan(&w.Name, &w.Host, &pid, &w.Version, &pipelines, &rss, &w.Started, &w.Seen); err != nil {
			return err
		}
		w.PID, w.RSS, w.Pipelines = int(pid), int64(rss), int(pipelines)
		w.Started, w.Seen = w.Started.UTC(), w.Seen.UTC()
		workers = append(workers, w)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read workers: %w", err)
	}
	return workers, nil
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// ReportStatus says what a worker does with a pipeline. [DB.Pipelines] joins the latest
// reports of all workers.
func (db *DB) ReportStatus(ctx context.Context, pipelineID string, worker string, s aurora.PipelineStatus) error {
	partitions, err := json.Marshal(s.Partitions)
	if err != nil {
		return fmt.Errorf("report status: %w", err)
	}
	err = db.insert(ctx, insert{
		table: systemTable("pipeline_stats"),
		columns: []column{
			{Name: "pipeline", Type: "String"}, {Name: "worker", Type: "String"}, {Name: "state", Type: "LowCardinality(String)"},
			{Name: "lag", Type: "Int64"}, {Name: "stored", Type: "Int64"}, {Name: "dead", Type: "Int64"}, {Name: "tombstones", Type: "Int64"},
			{Name: "rows_per_second", Type: "Float64"}, {Name: "last_error", Type: "String"}, {Name: "hint", Type: "String"},
			{Name: "partitions", Type: "String"},
		},
		rows: [][]any{{pipelineID, worker, string(s.State), s.Lag, s.Stored, s.Dead, s.Tombstones, s.RowsPerSecond, s.LastError, s.Hint, string(partitions)}},
	})
	if err != nil {
		return fmt.Errorf("report status: %w", err)
	}
	return nil
}

// report is the latest report of one worker.
type report struct {
	pipeline   string
	status     aurora.PipelineStatus
	partitions string
}

// statuses joins the latest reports of the live workers by pipeline.
func (db *DB) statuses(ctx context.Context) (map[string]aurora.PipelineStatus, error) {
	const sql = `SELECT pipeline, state, lag, stored, dead, tombstones, rows_per_second, last_error, hint, partitions, at
FROM aurora_system.pipeline_stats WHERE at > now64(3) - toIntervalSecond({age:UInt32})
ORDER BY pipeline, worker, at DESC LIMIT 1 BY pipeline, worker`
	joined := map[string]aurora.PipelineStatus{}
	err := db.each(ctx, sql, map[string]string{"age": seconds(staleAfter)}, func(rows driver.Rows) error {
		r, err := scanReport(rows)
		if err != nil {
			return err
		}
		joined[r.pipeline] = join(joined[r.pipeline], r.status)
		return nil
	})
	return joined, err
}

func scanReport(rows driver.Rows) (report, error) {
	var (
		r     report
		state string
	)
	s := &r.status
	err := rows.Scan(&r.pipeline, &state, &s.Lag, &s.Stored, &s.Dead, &s.Tombstones, &s.RowsPerSecond, &s.LastError, &s.Hint, &r.partitions, &s.Updated)
	if err != nil {
		return r, err
	}
	s.State, s.Updated = aurora.State(state), s.Updated.UTC()
	if err := json.Unmarshal([]byte(r.partitions), &s.Partitions); err != nil {
		return r, fmt.Errorf("decode a report: %w", err)
	}
	return r, nil
}

// severity orders the states: a pipeline is in the worst state any of its workers reports.
var severity = map[aurora.State]int{
	aurora.StateStopped: 1, aurora.StateRunning: 2, aurora.StateStarting: 3, aurora.StateRetrying: 4, aurora.StateFailed: 5,
}

// join adds the report of one more worker, each of which owns partitions of its own.
func join(sum, next aurora.PipelineStatus) aurora.PipelineStatus {
	sum.Lag += next.Lag
	sum.Stored += next.Stored
	sum.Dead += next.Dead
	sum.Tombstones += next.Tombstones
	sum.RowsPerSecond += next.RowsPerSecond
	sum.Partitions = append(sum.Partitions, next.Partitions...)
	if next.Updated.After(sum.Updated) {
		sum.Updated = next.Updated
	}
	if severity[next.State] > severity[sum.State] {
		sum.State, sum.LastError, sum.Hint = next.State, next.LastError, next.Hint
	}
	return sum
}
