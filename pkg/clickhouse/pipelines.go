package clickhouse

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Pipelines gives the latest version of every pipeline, by name, each with what the
// workers that run it reported last.
func (db *DB) Pipelines(ctx context.Context) ([]aurora.Pipeline, error) {
	const sql = `SELECT argMax(spec, version) AS latest, argMax(at, version)
FROM aurora_system.pipelines GROUP BY id ORDER BY any(name), id`
	pipelines := []aurora.Pipeline{}
	err := db.each(ctx, sql, nil, func(rows driver.Rows) error {
		var (
			spec string
			at   time.Time
			p    aurora.Pipeline
		)
		if err := rows.Scan(&spec, &at); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(spec), &p); err != nil {
			return fmt.Errorf("decode a pipeline: %w", err)
		}
		p.Changed = at.UTC()
		pipelines = append(pipelines, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read pipelines: %w", err)
	}
	statuses, err := db.statuses(ctx)
	if err != nil {
		return nil, fmt.Errorf("read pipelines: %w", err)
	}
	for i := range pipelines {
		pipelines[i].Status = statuses[pipelines[i].ID]
	}
	return pipelines, nil
}

// SavePipeline stores the next version of a pipeline. Version must be one more than the
// version that holds, 1 for a new pipeline; otherwise, and when somebody else stores the
// same version at the same time, the error has code [aurora.CodeConflict].
func (db *DB) SavePipeline(ctx context.Context, p aurora.Pipeline) error {
	latest, _, err := db.pipelineVersion(ctx, p.ID, 0)
	if err != nil {
		return fmt.Errorf("save pipeline %s: %w", p.Name, err)
	}
	if p.Version != latest+1 {
		return changedMeanwhile(p, latest)
	}
	change := rand.Text()
	if err := db.insertPipeline(ctx, p, change); err != nil {
		return fmt.Errorf("save pipeline %s: %w", p.Name, err)
	}
	// The token let one row of this version in; whose it is shows only the table.
	latest, winner, err := db.pipelineVersion(ctx, p.ID, p.Version)
	if err != nil {
		return fmt.Errorf("save pipeline %s: %w", p.Name, err)
	}
	if winner != change {
		return changedMeanwhile(p, latest)
	}
	return nil
}

func changedMeanwhile(p aurora.Pipeline, latest int64) *aurora.Error {
	return &aurora.Error{
		Code:   aurora.CodeConflict,
		Title:  "pipeline " + p.Name + " was changed by somebody else",
		Detail: fmt.Sprintf("version %d was to be stored, but version %d holds", p.Version, latest),
		Hint:   "look at it with `aurora pipeline show " + p.Name + "`, then try again",
	}
}

func (db *DB) insertPipeline(ctx context.Context, p aurora.Pipeline, change string) error {
	p.Status = aurora.PipelineStatus{}
	p.Changed = time.Time{} // the table says when
	spec, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	return db.insert(ctx, insert{
		table: systemTable("pipelines"),
		columns: []column{
			{Name: "id", Type: "String"}, {Name: "version", Type: "UInt64"}, {Name: "name", Type: "String"},
			{Name: "desired", Type: "LowCardinality(String)"}, {Name: "spec", Type: "String"}, {Name: "change", Type: "String"},
		},
		rows:  [][]any{{p.ID, uint64(p.Version), p.Name, string(p.Desired), string(spec), change}},
		token: fmt.Sprintf("%s/v%d", p.ID, p.Version),
	})
}

// pipelineVersion gives the latest version of a pipeline, 0 where there is none, and
// the change id of one of its versions.
func (db *DB) pipelineVersion(ctx context.Context, id string, version int64) (latest int64, change string, err error) {
	const sql = `SELECT toInt64(max(version)), anyIf(change, version = {version:UInt64}) FROM aurora_system.pipelines WHERE id = {id:String}`
	params := map[string]string{"id": id, "version": strconv.FormatInt(version, 10)}
	err = db.each(ctx, sql, params, func(rows driver.Rows) error { return rows.Scan(&latest, &change) })
	return latest, change, err
}
