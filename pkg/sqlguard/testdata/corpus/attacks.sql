-- Statements that must be refused. FILE stands for a file with a canary, HOST for a
-- loopback listener, EMPTY for a folder that must stay empty.

--# multi-statement
SELECT 1; DROP TABLE events

SELECT 1; SELECT 2

SELECT 1;; SELECT 2

SELECT 1; -- comment
INSERT INTO url VALUES (9, 'x')

SELECT 1 /* ; */ ; CREATE TABLE aurora.t (a Int8) ENGINE = Memory

SELECT 'a';'b'

(SELECT 1); DROP TABLE url

SELECT 1 PARALLEL WITH SELECT 2

SELECT 1 PARALLEL WITH DROP TABLE url

CREATE TABLE t1 (a Int8) ENGINE = Memory PARALLEL WITH CREATE TABLE t2 (a Int8) ENGINE = Memory

EXPLAIN AST SELECT 1; CREATE TABLE aurora.t (a Int8) ENGINE = Memory

SELECT 1 \; DROP TABLE url

--# writes and DDL
INSERT INTO url VALUES (9, 'x')

INSERT INTO url SELECT 9, 'x'

INSERT INTO FUNCTION file('EMPTY/out.csv') SELECT 1

CREATE TABLE aurora.t (a Int8) ENGINE = Memory

CREATE TEMPORARY TABLE t (a Int8)

CREATE TABLE t AS SELECT 1

CREATE FUNCTION leak AS (x) -> file(x)

DROP TABLE url

DROP DATABASE aurora

TRUNCATE TABLE url

ALTER TABLE url DELETE WHERE 1

ALTER TABLE url UPDATE v = 'x' WHERE 1

DELETE FROM url WHERE 1

UPDATE url SET v = 'x' WHERE 1

RENAME TABLE url TO lru

OPTIMIZE TABLE url FINAL

EXCHANGE TABLES url AND `set`

DETACH TABLE url

ATTACH TABLE url

BACKUP TABLE url TO File('EMPTY/b.tar')

RESTORE TABLE url FROM File('EMPTY/b.tar')

GRANT ALL ON *.* TO default

CREATE USER evil

SYSTEM SHUTDOWN

SYSTEM FLUSH LOGS

KILL QUERY WHERE 1

SET readonly = 0

SET ROLE ALL

USE system

SET max_memory_usage = 0

WITH 1 AS x INSERT INTO url SELECT x, 'a'

WATCH url

MOVE USER x TO y

COPY url TO 'EMPTY/x'

EXECUTE AS default SELECT 1

BEGIN TRANSACTION

CHECK TABLE url

UNDROP TABLE url

--# describing statements
EXPLAIN SELECT file('FILE')

EXPLAIN QUERY TREE SELECT file('FILE')

EXPLAIN PLAN SELECT file('FILE')

EXPLAIN ESTIMATE SELECT * FROM events

EXPLAIN SYNTAX SELECT 1

EXPLAIN AST SELECT 1

DESCRIBE TABLE url('http://HOST/a', CSV)

DESC file('FILE')

DESCRIBE (SELECT file('FILE'))

SHOW TABLES

SHOW CREATE TABLE events

SHOW PROCESSLIST

SHOW GRANTS

SHOW SETTINGS LIKE '%'

SHOW FUNCTIONS

EXISTS TABLE aurora_system.secrets

SELECT * FROM (EXPLAIN SELECT 1)

SELECT * FROM (EXPLAIN QUERY TREE SELECT file('FILE'))

SELECT * FROM (EXPLAIN AST SELECT 1)

SELECT * FROM viewExplain('EXPLAIN QUERY TREE', '', (SELECT file('FILE')))

WITH x AS (EXPLAIN SELECT 1) SELECT * FROM x

SELECT (EXPLAIN SELECT 1)

SELECT 1 IN (EXPLAIN SELECT 1)

SELECT * FROM events WHERE id IN (SELECT * FROM (EXPLAIN SELECT file('FILE')))

--# function by reference or by text
SELECT arrayMap(file, ['FILE'])

SELECT arrayMap(`file`, ['FILE'])

SELECT arrayMap("file", ['FILE'])

SELECT arrayMap(x -> file(x), ['FILE'])

SELECT arrayFilter(file, ['FILE'])

SELECT arrayExists(file, ['FILE'])

SELECT arraySort(file, ['FILE', 'b'])

SELECT arrayFirst(hostName, ['a'])

SELECT arrayMap(getSetting, ['readonly'])

SELECT arrayMap(upper, ['a'])

SELECT mapApply(file, map('FILE', 'b'))

SELECT arrayFold(file, ['FILE'], '')

SELECT arrayCumSum(sleep, [1])

SELECT arrayMap(currentUser, [1])

SELECT arrayMap(file, (SELECT groupArray(file) FROM file)) FROM events

SELECT arrayMap(file, ['FILE']) FROM (SELECT 1 AS id) WHERE 1 IN (SELECT 1 FROM file)

SELECT id, arrayMap(file, ['FILE']) FROM events WHERE 'x' IN (SELECT file FROM file)

SELECT arrayReduce('flameGraph', [[1]])

SELECT arrayReduce(concat('s', 'um'), [1])

SELECT arrayReduce('file', ['FILE'])

SELECT arrayReduce(kind, [1]) FROM events

SELECT arrayReduce('sum(file())', [1])

SELECT initializeAggregation('nosuch', 1)

SELECT arrayReduceInRanges('aggThrow(1)', [(1, 1)], [1])

WITH x -> file(x) AS f SELECT f('FILE')

WITH x -> file(x) AS f SELECT arrayMap(f, ['FILE'])

WITH x -> x AS f SELECT f('FILE')

SELECT lambda(x, file(x))('FILE')

SELECT lambda(tuple(x), file(x))

SELECT arrayMap(lambda(tuple(x), file(x)), ['FILE'])

SELECT CAST('', 'AggregateFunction(sum, UInt64)')

SELECT 'x'::AggregateFunction(uniq, UInt64)

SELECT CAST('x' AS SimpleAggregateFunction(sum, UInt64))

SELECT CAST('x', concat('Str', 'ing'))

SELECT CAST(['x'], 'Array(AggregateFunction(uniq, UInt64))')

SELECT CAST(1, kind) FROM events

SELECT JSONExtract('{}', 'a', 'AggregateFunction(sum, UInt64)')

SELECT reinterpret('x', 'AggregateFunction(sum, UInt64)')

--# APPLY
SELECT * APPLY(file) FROM (SELECT 'FILE' AS a)

SELECT * APPLY file FROM (SELECT 'FILE' AS a)

SELECT COLUMNS('a') APPLY(x -> file(x)) FROM (SELECT 'FILE' AS a)

SELECT COLUMNS('a') APPLY(file) FROM (SELECT 'FILE' AS a)

SELECT t.* APPLY(file) FROM (SELECT 'FILE' AS a) AS t

SELECT * EXCEPT (b) APPLY(file) FROM (SELECT 'FILE' AS a, 1 AS b)

SELECT * REPLACE (upper(a) AS a) APPLY(file) FROM (SELECT 'FILE' AS a)

SELECT * APPLY(toString) APPLY(file) FROM (SELECT 'FILE' AS a)

SELECT COLUMNS(a) APPLY(file) FROM (SELECT 'FILE' AS a)

SELECT tuple(* APPLY(file)) FROM (SELECT 'FILE' AS a)

SELECT count(* APPLY(file)) FROM (SELECT 'FILE' AS a)

SELECT * APPLY(sum) FROM url

SELECT * apply(file) FROM (SELECT 'FILE' AS a)

SELECT * /**/ APPLY /**/ (/**/file/**/) FROM (SELECT 'FILE' AS a)

SELECT * APPLY(quantile(0.5)) FROM `set`

SELECT * FROM url ORDER BY * APPLY(file)

SELECT 1 FROM file GROUP BY * APPLY(file)

--# table functions
SELECT * FROM merge('aurora', '.*')

SELECT * FROM merge('aurora_system', '.*')

SELECT * FROM merge('.*')

SELECT * FROM remote('HOST', system, one)

SELECT * FROM remoteSecure('HOST', 'system.one')

SELECT * FROM cluster('default', system.one)

SELECT * FROM clusterAllReplicas('default', system.one)

SELECT * FROM view(SELECT file('FILE'))

SELECT * FROM view(SELECT 1)

SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('a Int8'))

SELECT * FROM input('a Int8')

SELECT * FROM null('a Int8')

SELECT * FROM loop(events)

SELECT * FROM generateRandom('a Int8') LIMIT 1

SELECT * FROM fuzzJSON('{}')

SELECT * FROM fuzzQuery('SELECT 1')

SELECT * FROM dictionary('d')

SELECT * FROM executable('id', TSV, 'a String')

SELECT * FROM jdbc('HOST', 'a')

SELECT * FROM mergeTreeIndex('aurora', 'events')

SELECT * FROM format(CSV, '1,2')

SELECT * FROM numbers_mt(10)

SELECT * FROM zeros_mt(10)

SELECT * FROM numbers()

SELECT * FROM numbers(100000000000)

SELECT * FROM numbers(1e11)

SELECT * FROM numbers(0, 100000000)

SELECT * FROM zeros(10000001)

SELECT * FROM generate_series(1, 100000000)

SELECT * FROM generate_series(0, 10000000000, 100)

SELECT * FROM numbers((SELECT max(id) FROM events))

SELECT * FROM numbers(length(file('FILE')))

SELECT * FROM numbers(5000 * 5000)

SELECT * FROM values('a String', file('FILE'))

SELECT * FROM values('a String', (SELECT v FROM aurora_system.secrets))

SELECT * FROM values('a AggregateFunction(sum, UInt64)', CAST('x', 'AggregateFunction(sum, UInt64)'))

SELECT * FROM primes(10)

SELECT * FROM parameterised(k = 'click')

SELECT * FROM eval('SELECT 1')

SELECT * FROM timeSeriesData('aurora', 'x')

SELECT * FROM prometheusQuery('a', 'b', 1)

SELECT * FROM filesystem('/')

SELECT 1 IN merge('aurora_system', '.*')

SELECT 1 IN file('FILE')

SELECT 1 IN (file('FILE'))

SELECT 1 IN numbers(10)

--# hidden tables
SELECT * FROM aurora_system.secrets

SELECT * FROM `aurora_system`.`secrets`

SELECT * FROM "aurora_system"."secrets"

SELECT * FROM aurora_system . secrets

SELECT * FROM system.one

SELECT * FROM system.processes

SELECT * FROM system.settings

SELECT * FROM default.x

SELECT * FROM `/etc/passwd`

SELECT * FROM `FILE`

SELECT * FROM information_schema.tables

SELECT * FROM INFORMATION_SCHEMA.COLUMNS

SELECT * FROM everything

SELECT * FROM buffered

SELECT * FROM leak

SELECT * FROM leak_on_leak

SELECT * FROM reader

SELECT * FROM aurora.leak

SELECT * FROM events JOIN aurora_system.secrets ON 1

SELECT * FROM events, aurora_system.secrets

SELECT * FROM nosuchtable

SELECT v FROM everything AS events

SELECT 'x' IN aurora_system.secrets

SELECT 'x' IN (aurora_system.secrets)

SELECT 'x' NOT IN aurora_system.secrets

SELECT 'x' GLOBAL IN aurora_system.secrets

SELECT 'x' IN everything

SELECT 'x' IN leak

SELECT 'x' IN (leak)

SELECT 'x' IN `everything`

SELECT in('x', everything)

SELECT notIn('x', leak)

SELECT globalIn('x', aurora_system.secrets)

SELECT nullIn('x', everything)

SELECT countIf(v IN everything) FROM url

SELECT 'x' IN everything FROM (SELECT 1 AS id)

SELECT (SELECT 1 AS everything), 'x' IN everything

SELECT 'x' IN aurora.everything FROM url AS aurora

SELECT 'x' IN (aurora_system.secrets) FROM (SELECT 1 AS secrets) AS aurora_system

WITH everything AS (SELECT 'a' AS v) SELECT v FROM everything

WITH leak AS (SELECT 1) SELECT * FROM (SELECT * FROM leak)

SELECT * FROM (WITH everything AS (SELECT 1 AS v) SELECT v FROM everything), everything

SELECT (WITH secrets_cte AS (SELECT 1) SELECT 1), v FROM secrets_cte

WITH x AS (SELECT * FROM aurora_system.secrets) SELECT 1

WITH x AS (SELECT * FROM everything) SELECT * FROM x

SELECT * FROM (SELECT * FROM (SELECT * FROM leak))

SELECT 1 UNION ALL SELECT length(v) FROM leak

SELECT 1 INTERSECT SELECT length(v) FROM leak

SELECT EXISTS (SELECT 1 FROM aurora_system.secrets)

SELECT * FROM events ARRAY JOIN (SELECT groupArray(v) FROM leak) AS x

SELECT * FROM aurora.`.inner.x`

SELECT * FROM `.inner_id.00000000-0000-0000-0000-000000000000`

SELECT * FROM aurora.aurora_system.secrets

SELECT * FROM `aurora_system.secrets`

SELECT * FROM AURORA_SYSTEM.secrets

SELECT aurora_system.secrets.v FROM aurora_system.secrets

SELECT * FROM events WHERE kind IN (SELECT v FROM aurora_system.secrets)

SELECT * FROM events LIMIT (SELECT length(v) FROM leak)

SELECT joinGet('aurora.secrets', 'v', 'x')

SELECT dictGet('d', 'a', 1)

SELECT dictGetOrDefault('d', 'a', 1, 2)

SELECT hasColumnInTable('aurora_system', 'secrets', 'v')

--# clauses
SELECT 1 INTO OUTFILE 'EMPTY/out.txt'

SELECT 1 INTO OUTFILE 'EMPTY/out.txt' FORMAT CSV

SELECT 1 into /* x */ outfile 'EMPTY/out.txt' TRUNCATE

SELECT 1 INTO OUTFILE 'EMPTY/out.txt' AND STDOUT

SELECT 1 FORMAT CSV

SELECT 1 FORMAT Null

SELECT 1 SETTINGS max_threads = 1

SELECT 1 SETTINGS readonly = 0, max_memory_usage = 0

SELECT * FROM (SELECT 1 SETTINGS max_threads = 1)

SELECT * FROM (SELECT 1 AS a SETTINGS max_threads = 1) WHERE a IN (SELECT 1 SETTINGS max_threads = 1)

WITH x AS (SELECT 1 SETTINGS max_block_size = 1) SELECT * FROM x

SELECT 1 UNION ALL SELECT 2 SETTINGS max_threads = 1

SELECT 1 FORMAT JSON SETTINGS output_format_json_quote_64bit_integers = 1

SELECT 1 /**/settings/**/max_threads/**/=/**/1

SELECT id FROM events STREAM

SELECT * FROM url FORMAT TabSeparated

SELECT 1 `SETTINGS` max_threads = 1

--# parameters
--p d Identifier system
--p t Identifier tables
SELECT * FROM {d:Identifier}.{t:Identifier}

--p t Identifier events
SELECT * FROM {t:Identifier}

--p t identifier events
SELECT * FROM {t:identifier}

--p c Identifier id
SELECT {c:Identifier} FROM events

--p c Array(Identifier) [id]
SELECT {c:Array(Identifier)} FROM events

--p t String secrets
SELECT * FROM aurora_system.{t:String}

SELECT {missing:String}

--p unused String x
SELECT 1

--p n UInt8 300
SELECT {n:UInt8}

--p n UInt64 100000000000
SELECT * FROM numbers({n:UInt64})

--p n Int32 1 OR 1
SELECT {n:Int32}

--p s AggregateFunction(sum, UInt64) x
SELECT {s:AggregateFunction(sum, UInt64)}

--p n Nested(a Int8) x
SELECT {n:Nested(a Int8)}

--p a Array(Int32) [1], (SELECT 1)
SELECT {a:Array(Int32)}

--p a Array(String) ['x'] || file('FILE')
SELECT {a:Array(String)}

--p f String FILE
SELECT file({f:String})

--p n UInt64 5
SELECT {n:String}

--p t String flameGraph
SELECT arrayReduce({t:String}, [1])

--p t String AggregateFunction(sum, UInt64)
SELECT CAST('x', {t:String})

--# quoting, comments, case, unicode, heredocs
SELECT `file`('FILE')

SELECT "file"('FILE')

SELECT “file”('FILE')

SELECT FILE('FILE'), file('FILE')

SELECT file/**/('FILE')

SELECT file /* x */ -- y
('FILE')

SELECT file # c
('FILE')

SELECT file // c
('FILE')

SELECT file($$FILE$$)

SELECT file($x$FILE$x$)

SELECT file(concat('FI', 'LE'))

SELECT `fi\x6ce`('FILE')

SELECT `file\0`('FILE')

SELECT file('FILE') AS ok

SELECT 1 AS `x
Function url`, `a
 Function file` FROM url

SELECT `a\nFunction url` FROM url

SELECT id AS `id (alias v)` FROM url

SELECT `id (children 1)` FROM url

SELECT 1 AS `(alias file)`, arrayMap(file, ['FILE'])

SELECT * FROM `url (alias x)`

SELECT file​('FILE')

SELECT/**/file('FILE')/**/FROM/**/url

SELECT 'unclosed

SELECT `unclosed

SELECT /* unclosed

SELECT $$unclosed

SELECT (1

SELECT 1)

SELECT [1)

SELECT 1 -- ; DROP TABLE url
; DROP TABLE url

SELECT 1 /* */ */ ; DROP TABLE url

SELECT ‘it’s file('FILE')

--# information functions
SELECT version()

SELECT hostName(), hostname(), FQDN(), fullHostName()

SELECT currentUser(), user(), current_user()

SELECT currentDatabase()

SELECT uptime()

SELECT getSetting('readonly')

SELECT getServerSetting('max_server_memory_usage')

SELECT getMacro('x')

SELECT tcpPort()

SELECT filesystemAvailable()

SELECT serverUUID()

SELECT buildId(), revision()

SELECT queryID(), initialQueryID(), connectionId()

SELECT getOSKernelVersion()

SELECT showCertificate()

SELECT currentRoles(), enabledRoles(), defaultRoles()

SELECT @@version

SELECT @@max_allowed_packet

SELECT globalVariable('version')

SELECT shardNum(), displayName()

SELECT addressToLine(1), demangle('x'), tid()

SELECT getClientHTTPHeader('Authorization')

--# waiting, throwing, models, other
SELECT sleep(3)

SELECT sleepEachRow(1) FROM events

SELECT throwIf(1)

SELECT aiGenerate('x'), AIClassify('x')

SELECT catboostEvaluate('FILE', 1)

SELECT evalMLMethod(1)

SELECT formatQuery('SELECT 1')

SELECT formatRow('CSV', 1)

SELECT logTrace('x')

SELECT regionToName(1)

SELECT naiveBayesClassifier('m', 'x')

SELECT structureToProtobufSchema('a Int8')

SELECT generateRandomStructure()

SELECT fuzzQuery('SELECT 1')

SELECT chdb('SELECT 1')

SELECT nosuchfunction(1)

SELECT aggThrow(1)

SELECT sumIfnosuch(1)

SELECT fileIf('FILE', 1)

SELECT fileArray(['FILE'])

SELECT sleepOrNull(1)

SELECT generateSerialID('x')

SELECT plus(1)(2, 3)

SELECT length('x')('FILE')

SELECT __getScalar('x'), __actionName(1, 'a')

SELECT inIgnoreSet(1, 2)

--# hidden in the tree
SELECT 1 SETTINGS use_uncompressed_cache

SELECT 1 AS max_threads SETTINGS max_threads = 1

SELECT settings FROM file SETTINGS `max_threads` = 1

SELECT 1 AS uuid FROM url UUID '00000000-0000-0000-0000-000000000000'

SELECT stream FROM (SELECT 1 AS stream) AS s, url STREAM

SELECT 1 FROM url STREAM CURSOR {'a': 1}

SELECT apply, file FROM (SELECT * APPLY(file) FROM (SELECT 1 AS apply, 'FILE' AS file))

SELECT * FROM values('a AggregateFunction(uniq, UInt64)', 'x')

SELECT * FROM values('a Array(AggregateFunction(uniq, UInt64))', ['x'])

SELECT * FROM numbers(-1)

SELECT * FROM generate_series(0, -1)

SELECT variantElement(1, 'AggregateFunction(sum, UInt64)')

SELECT b FROM values('a String, b String ALIAS file(a)', 'FILE')

SELECT b FROM values('a String, b String DEFAULT file(\'FILE\')', 'x')

SELECT b FROM values('a String, b String MATERIALIZED file(\'FILE\')', 'x')

SELECT b FROM values('a String, b ALIAS file(a)', 'FILE')

SELECT b FROM values('b EPHEMERAL file(\'FILE\'), a String', 'x')

SELECT a FROM values('a Int8 CODEC(NONE)', 1)

SELECT a FROM values('a Int8 COMMENT \'x\'', 1)

SELECT a FROM values('a Nested(b AggregateFunction(sum, Int8))', 1)

SELECT arrayMap(if(1, file, file), ['FILE'])

SELECT arrayMap(materialize(file), ['FILE'])

SELECT arrayMap(file AS g, ['FILE'])

SELECT arrayTopK(file, 1, ['FILE'])

SELECT quantile((SELECT length(file('FILE'))))(id) FROM url

SELECT aurora.leak.* FROM url

SELECT everything.COLUMNS('v') FROM url

SELECT SESSION_USER, CURRENT_USER

SELECT hostName AS x FROM url
