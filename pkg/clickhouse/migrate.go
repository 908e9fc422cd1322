package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// migration is one step of the control tables. Every statement can be run again, so
// that two processes may migrate at the same time and a killed one may be repeated.
type migration struct {
	version    uint32
	name       string
	statements []string
}

// migrations lists the steps in order. A step that was released is never changed.
func migrations() []migration {
	return []migration{{version: 1, name: "control tables", statements: controlTables}}
}

// The control tables. Ledger and dead letters replace by range and offset, because all
// pipelines share them and a window of tokens could overflow; they are not partitioned,
// because rows of two partitions are never merged and a replay past midnight would count twice.
var controlTables = []string{
	`CREATE DATABASE IF NOT EXISTS aurora`,
	`CREATE TABLE IF NOT EXISTS aurora_system.pipelines (
  id String, version UInt64, name String, desired LowCardinality(String), spec String, change String,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree ORDER BY (id, version)
SETTINGS non_replicated_deduplication_window = 100000
COMMENT 'Desired pipelines, one row per version; the highest version holds'`,
	`CREATE TABLE IF NOT EXISTS aurora_system.workers (
  name String, host String, pid UInt64, version String, pipelines UInt32, rss UInt64, started DateTime64(3, 'UTC'),
  seen DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(seen) ORDER BY name
TTL toDateTime(seen) + INTERVAL 1 DAY
COMMENT 'Heartbeats of the workers'`,
	`CREATE TABLE IF NOT EXISTS aurora_system.pipeline_stats (
  pipeline String, worker String, state LowCardinality(String), lag Int64, stored Int64, dead Int64, tombstones Int64,
  rows_per_second Float64, last_error String, hint String, partitions String,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree ORDER BY (pipeline, at)
TTL toDateTime(at) + INTERVAL 7 DAY
COMMENT 'What the workers report of the pipelines they run'`,
	`CREATE TABLE IF NOT EXISTS aurora_system.ledger (
  pipeline String, epoch UInt32, topic LowCardinality(String), partition Int32, first Int64, last Int64,
  read Int64, stored Int64, filtered Int64 DEFAULT 0, tombstones Int64, dead Int64, gaps Int64,
  plan UInt32, worker LowCardinality(String), at DateTime64(3, 'UTC'), written UInt64
) ENGINE = ReplacingMergeTree(written) ORDER BY (pipeline, epoch, topic, partition, first)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Every block that was stored, with what became of each of its offsets'`,
	`CREATE TABLE IF NOT EXISTS aurora_system.dead_letters (
  pipeline String, epoch UInt32, topic LowCardinality(String), partition Int32, offset Int64,
  block_first Int64, block_last Int64, ts DateTime64(3, 'UTC'), reason LowCardinality(String), column String, message String,
  key String, value String CODEC(ZSTD(3)), headers Map(String, String), plan UInt32 DEFAULT 0,
  status LowCardinality(String) DEFAULT 'dead', version UInt64 DEFAULT 1, at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(version) ORDER BY (pipeline, epoch, topic, partition, offset)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Records that could not be stored, with their reason and their bytes'`,
	`CREATE TABLE IF NOT EXISTS aurora_system.deduplication_probe (
  probe String, n UInt64, at DateTime DEFAULT now()
) ENGINE = MergeTree ORDER BY probe
TTL at + INTERVAL 1 DAY
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Shows at the start of a worker that deduplication tokens work'`,
}

// The table of the steps that were done comes before all others.
var migrationTable = []string{
	`CREATE DATABASE IF NOT EXISTS aurora_system`,
	`CREATE TABLE IF NOT EXISTS aurora_system.migrations (
  version UInt32, name String, at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(at) ORDER BY version
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'The steps of the control tables that were done'`,
}

// Migrate makes the databases and the control tables what this version of Aurora needs.
// Where they are that already, it costs one read. It refuses to work with tables that a
// newer Aurora has made.
func (db *DB) Migrate(ctx context.Context) error {
	done, err := db.migrated(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	steps := migrations()
	if latest := steps[len(steps)-1].version; done > latest {
		return &aurora.Error{
			Code:   aurora.CodeConflict,
			Title:  "the control tables are of a newer Aurora",
			Detail: fmt.Sprintf("they are at step %d, this version knows %d", done, latest),
			Hint:   "use the newer version of aurora",
		}
	}
	for _, step := range steps {
		if step.version <= done {
			continue
		}
		if err := db.migrate(ctx, step); err != nil {
			return fmt.Errorf("migrate: step %d, %s: %w", step.version, step.name, err)
		}
	}
	return nil
}

// migrated is the last step that was done; 0 where there is none.
func (db *DB) migrated(ctx context.Context) (uint32, error) {
	var version uint32
	err := db.each(ctx, "SELECT max(version) FROM "+systemTable("migrations"), nil, func(rows driver.Rows) error {
		return rows.Scan(&version)
	})
	var known *aurora.Error
	if errors.As(err, &known) && known.Code == aurora.CodeTableUnknown {
		return 0, nil
	}
	return version, err
}

func (db *DB) migrate(ctx context.Context, step migration) error {
	for _, statement := range slices.Concat(migrationTable, step.statements) {
		if err := db.exec(ctx, time.Minute, statement); err != nil {
			return err
		}
	}
	return db.insert(ctx, insert{
		table:   systemTable("migrations"),
		columns: []column{{Name: "version", Type: "UInt32"}, {Name: "name", Type: "String"}},
		rows:    [][]any{{step.version, step.name}},
		token:   fmt.Sprintf("migration/%d", step.version),
	})
}
