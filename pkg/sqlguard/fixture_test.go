package sqlguard

import "testing"

// canarySecret is a value of the engine's environment that no answer may hold.
const canarySecret = "canary-in-the-environment-5be1"

// hiddenRow is a row of a table that no answer may hold.
const hiddenRow = "canary-in-a-hidden-table-90c4"

// fixture makes the tables the corpora speak of.
func fixture(tb testing.TB, e *engine) {
	tb.Helper()
	for _, sql := range []string{
		`CREATE TABLE aurora.events (id UInt64, ts DateTime64(3, 'UTC'), day Date, user_id UInt32, kind LowCardinality(String),
			amount Float64, price Decimal(12, 2), tags Array(String), nums Array(Int32), attrs Map(String, String), doc JSON,
			pos Tuple(lat Float64, lon Float64), note Nullable(String), ip IPv4, uid UUID, flag Bool, url String, path String,
			level Enum8('low' = 1, 'high' = 2), n Nested(k String, v Int32)) ENGINE = MergeTree ORDER BY (kind, ts)`,
		`INSERT INTO aurora.events SELECT number, toDateTime64('2024-01-01 00:00:00', 3, 'UTC') + number * 61, toDate('2024-01-01') + number % 40,
			number % 7, ['click', 'view', 'buy'][number % 3 + 1], number / 3, number / 4, [concat('t', toString(number % 4)), 'all'], [number % 5, number % 3, 7],
			map('k', toString(number % 4), 'z', 'y'), concat('{"a": {"b": ', toString(number), '}, "s": "x', toString(number % 3), '", "l": [1, 2]}')::JSON,
			(number % 90, number % 180), if(number % 5 = 0, NULL, concat('note ', toString(number))), toIPv4(number), reinterpret(sipHash128(number), 'UUID'), number % 2,
			concat('https://shop.example.com/p/', toString(number % 9), '?q=', toString(number % 3)), concat('/p/', toString(number % 9)), number % 2 + 1, ['a', 'b'], [1, 2]
			FROM numbers(1000)`,
		`CREATE TABLE aurora.users (user_id UInt32, name String, country LowCardinality(String), born Date32, score Nullable(Float64), joined DateTime('UTC')) ENGINE = MergeTree ORDER BY user_id`,
		`INSERT INTO aurora.users SELECT number, concat('user ', toString(number)), ['DE', 'FR', 'US'][number % 3 + 1], toDate32('1950-01-01') + number * 1000, if(number = 3, NULL, number / 2), toDateTime('2023-01-01 00:00:00', 'UTC') + number * 86400 FROM numbers(9)`,
		`CREATE TABLE aurora.prices (kind String, ts DateTime64(3, 'UTC'), price Float64) ENGINE = ReplacingMergeTree ORDER BY (kind, ts)`,
		`INSERT INTO aurora.prices SELECT ['click', 'view', 'buy'][number % 3 + 1], toDateTime64('2024-01-01 00:00:00', 3, 'UTC') + number * 600, number FROM numbers(60)`,
		"CREATE TABLE aurora.file (file String, url String, `set` Int64, format String, settings String, `select` Int64, `from` Int64, `values` Array(Int64), `order` Int64, `a b` Int64, system String) ENGINE = MergeTree ORDER BY file",
		"INSERT INTO aurora.file VALUES ('f1', 'u1', 1, 'csv', 's', 10, 20, [1, 2], 5, 6, 'linux'), ('f2', 'u2', 2, 'tsv', 's', 11, 21, [3], 7, 8, 'bsd')",
		"CREATE TABLE aurora.url (id Int64, v String) ENGINE = MergeTree ORDER BY id",
		"INSERT INTO aurora.url VALUES (1, 'a'), (2, 'b')",
		"CREATE TABLE aurora.`set` (id Int64) ENGINE = MergeTree ORDER BY id",
		"INSERT INTO aurora.`set` VALUES (1), (3)",
		"CREATE TABLE aurora.format (id Int64) ENGINE = MergeTree ORDER BY id",
		"INSERT INTO aurora.format VALUES (1), (4)",
		"CREATE TABLE aurora.settings (name String, value Int64) ENGINE = MergeTree ORDER BY name",
		"INSERT INTO aurora.settings VALUES ('x', 1)",
		"CREATE TABLE aurora.`page views` (id Int64, `view count` Int64) ENGINE = MergeTree ORDER BY id",
		"INSERT INTO aurora.`page views` VALUES (1, 5), (2, 6)",
		"CREATE VIEW aurora.clicks AS SELECT id, ts, amount FROM aurora.events WHERE kind = 'click'",
		"CREATE VIEW aurora.clicks_by_day AS SELECT toDate(ts) AS day, count() AS n FROM aurora.clicks GROUP BY day",
		"CREATE TABLE aurora.totals (kind String, n UInt64) ENGINE = SummingMergeTree ORDER BY kind",
		"CREATE MATERIALIZED VIEW aurora.totals_mv TO aurora.totals AS SELECT kind, count() AS n FROM aurora.events GROUP BY kind",
		"INSERT INTO aurora.totals SELECT kind, count() FROM aurora.events GROUP BY kind",
		// What must stay hidden.
		"CREATE TABLE aurora_system.secrets (v String) ENGINE = MergeTree ORDER BY v",
		"INSERT INTO aurora_system.secrets VALUES ('" + hiddenRow + "')",
		"CREATE TABLE aurora.everything (v String) ENGINE = Merge('aurora_system', '^secrets$')",
		"CREATE TABLE aurora.buffered (v String) ENGINE = Buffer('aurora_system', 'secrets', 1, 10, 100, 10000, 1000000, 10000000, 100000000)",
		"CREATE VIEW aurora.leak AS SELECT v FROM aurora_system.secrets",
		"CREATE VIEW aurora.leak_on_leak AS SELECT v FROM aurora.leak",
		"CREATE VIEW aurora.reader AS SELECT file('/etc/hostname') AS v",
		"CREATE VIEW aurora.parameterised AS SELECT id FROM aurora.events WHERE kind = {k:String}",
	} {
		e.lines(tb, sql)
	}
}
