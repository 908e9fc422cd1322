-- Statements that must be accepted and give the same rows guarded as unguarded.
-- A blank line ends a statement. `--p name Type value` gives a parameter.

--# plain
SELECT 1

select id, kind from events where id = 10

SELECT * FROM events ORDER BY id LIMIT 3

SELECT id, amount * 2 AS doubled, amount / 3 - 1 AS less FROM aurora.events ORDER BY id LIMIT 5

SELECT DISTINCT kind FROM events ORDER BY kind

SELECT kind, count() FROM events GROUP BY kind ORDER BY count() DESC, kind

SELECT count(*), count(1), count(note), count(DISTINCT user_id) FROM events

SELECT e.id, e.kind FROM events AS e WHERE e.amount > 100 AND NOT (e.kind = 'buy' OR e.kind = 'view') ORDER BY e.id LIMIT 10

SELECT id FROM events WHERE amount BETWEEN 10 AND 20 AND kind LIKE 'c%' AND kind NOT LIKE '%x%' AND kind ILIKE 'CL%' ORDER BY id

SELECT id FROM events WHERE note IS NULL AND id IS NOT NULL ORDER BY id LIMIT 5

SELECT id, CASE WHEN amount > 200 THEN 'big' WHEN amount > 100 THEN 'medium' ELSE 'small' END AS size FROM events ORDER BY id LIMIT 5

SELECT id, CASE kind WHEN 'click' THEN 1 WHEN 'view' THEN 2 ELSE 3 END FROM events ORDER BY id LIMIT 5

SELECT id % 3 = 0 ? 'a' : 'b' AS x, -id, +id, NOT flag, id::String, 'a' || kind FROM events ORDER BY id LIMIT 3

FROM events SELECT id ORDER BY id LIMIT 2

SELECT TOP 3 id FROM events ORDER BY id

(SELECT 1)

SELECT 1, 'it''s', 'back\\slash', "kind", `kind`, 0x1F, 1e3, 1_000, .5, NULL, true, false, inf FROM events LIMIT 1

SELECT id FROM events ORDER BY id LIMIT 5, 3

SELECT id FROM events ORDER BY id LIMIT 3 OFFSET 5

SELECT id FROM events ORDER BY id OFFSET 5 ROWS FETCH FIRST 3 ROWS ONLY

SELECT kind, amount FROM events ORDER BY amount DESC, id LIMIT 3 WITH TIES

SELECT kind, id FROM events ORDER BY kind, id LIMIT 2 BY kind

SELECT kind, id FROM events ORDER BY kind, id LIMIT 1, 2 BY kind LIMIT 5

SELECT DISTINCT ON (kind) kind FROM events ORDER BY kind

SELECT id, note FROM events ORDER BY note DESC NULLS LAST, id LIMIT 3

SELECT kind FROM events GROUP BY ALL ORDER BY ALL

SELECT kind AS k, sum(amount) AS total FROM events GROUP BY k HAVING total > 100 ORDER BY total

SELECT kind, flag, count() FROM events GROUP BY ROLLUP(kind, flag) ORDER BY kind, flag, count()

SELECT kind, flag, count() FROM events GROUP BY CUBE(kind, flag) ORDER BY kind, flag, count()

SELECT kind, flag, count(), grouping(kind) FROM events GROUP BY GROUPING SETS ((kind), (flag), ()) ORDER BY kind, flag, count()

SELECT kind, count() FROM events GROUP BY kind WITH TOTALS ORDER BY kind

SELECT kind, count() FROM events GROUP BY kind WITH ROLLUP ORDER BY kind, count()

SELECT 1, 2 ORDER BY 1;

-- a comment first
SELECT /* inside /* nested */ still */ id -- trailing
FROM events # hash comment
ORDER BY id LIMIT 2

SELECT $$a heredoc with 'quotes'$$ AS h, $t$ another $t$ AS g

SELECT 'a; b -- c /* d */' AS text

--# dates
SELECT toStartOfMonth(ts) AS month, count() FROM events GROUP BY month ORDER BY month

SELECT toStartOfInterval(ts, INTERVAL 15 MINUTE) AS t, count() FROM events GROUP BY t ORDER BY t LIMIT 5

SELECT date_trunc('hour', ts) AS h, count() FROM events GROUP BY h ORDER BY h LIMIT 5

SELECT toYear(ts), toMonth(ts), toDayOfWeek(ts), toHour(ts), formatDateTime(ts, '%Y-%m-%d %H:%i') FROM events ORDER BY id LIMIT 3

SELECT ts - INTERVAL 3 DAY, ts + INTERVAL 1 MONTH, dateDiff('day', toDate('2024-01-01'), day), addDays(day, 2) FROM events ORDER BY id LIMIT 3

SELECT date_add(DAY, 1, day), date_sub(MONTH, 1, day), EXTRACT(YEAR FROM ts), EXTRACT(MONTH FROM ts) FROM events ORDER BY id LIMIT 3

SELECT DATE '2024-01-01', TIMESTAMP '2024-01-01 10:00:00', toDate('2024-01-02') > DATE '2024-01-01'

SELECT id FROM events WHERE ts >= toDateTime64('2024-01-01 05:00:00', 3, 'UTC') AND ts < toDateTime64('2024-01-01 06:00:00', 3, 'UTC') ORDER BY id

SELECT toTimeZone(ts, 'Europe/Berlin'), ts AT TIME ZONE 'UTC' FROM events ORDER BY id LIMIT 2

SELECT count() FROM events WHERE day >= today() - 100000 AND ts <= now()

SELECT parseDateTimeBestEffort('2024-01-01 10:00:00', 'UTC'), toUnixTimestamp(toDateTime('2024-01-01 00:00:00', 'UTC')), fromUnixTimestamp(0, '%Y'), monthName(day), age('year', toDate('2000-01-01'), day) FROM events ORDER BY id LIMIT 1

SELECT INTERVAL '1 day 2 hours', toIntervalWeek(2)

SELECT tumbleStart(toDateTime(ts), INTERVAL 1 HOUR, 'UTC') AS w, count() FROM events GROUP BY w ORDER BY w LIMIT 3

--# aggregates
SELECT sum(amount), avg(amount), min(ts), max(ts), any(1), uniq(user_id), uniqExact(user_id), uniqCombined(user_id) FROM events

SELECT quantile(0.5)(amount), quantiles(0.5, 0.9, 0.99)(amount), median(amount), quantileExact(0.9)(amount), quantileTDigest(0.5)(amount) FROM events

SELECT sumIf(amount, kind = 'click'), countIf(flag), avgIf(amount, id > 10), uniqIf(user_id, flag), quantileIf(0.5)(amount, flag) FROM events

SELECT sum(amount) FILTER (WHERE flag), count() FILTER (WHERE kind = 'buy') FROM events

SELECT groupArray(3)(id), groupUniqArray(kind), groupArraySorted(3)(id), groupConcat(',')(kind) != '' FROM (SELECT id, kind FROM events ORDER BY id LIMIT 10)

SELECT argMax(kind, amount), argMin(id, ts), topK(2)(kind), stddevPop(amount), varSamp(amount), corr(amount, id), covarPop(amount, id) FROM events

SELECT sumArray(nums), sumForEach(nums), avgOrNull(amount), sumOrDefault(amount), countDistinct(kind), sumMap(map('a', 1)) FROM events

SELECT sumMerge(s) FROM (SELECT sumState(amount) AS s FROM events GROUP BY kind)

SELECT finalizeAggregation(s) FROM (SELECT uniqState(user_id) AS s FROM events)

SELECT kind, quantileTimingIf(0.9)(amount, flag), uniqUpTo(3)(user_id), entropy(kind), skewPop(amount), kurtPop(amount) FROM events GROUP BY kind ORDER BY kind

SELECT bitAnd(5, 3), bitOr(5, 3), groupBitXor(id), groupBitmap(user_id), bitmapCardinality(bitmapBuild([1, 2, 2])) FROM events

SELECT windowFunnel(3600)(toDateTime(ts), kind = 'click', kind = 'view') FROM events

SELECT sequenceCount('(?1)(?2)')(toDateTime(ts), kind = 'click', kind = 'view'), retention(kind = 'click', kind = 'buy') FROM events

SELECT simpleLinearRegression(id, amount), histogram(3)(amount) FROM events

SELECT maxArgMin(amount, id), sumDistinct(user_id), sumIfOrNull(amount, flag) FROM events

SELECT last_value(kind), first_value(kind) FROM (SELECT kind FROM events ORDER BY id)

SELECT any(note) RESPECT NULLS, any(note) IGNORE NULLS FROM (SELECT note FROM events ORDER BY id)

SELECT exponentialMovingAverage(5)(amount, id), deltaSum(amount), groupArrayMovingAvg(2)(amount)[1] FROM (SELECT amount, id FROM events ORDER BY id)

--# windows
SELECT id, row_number() OVER (ORDER BY id) AS rn FROM events ORDER BY id LIMIT 5

SELECT kind, amount, rank() OVER (PARTITION BY kind ORDER BY amount DESC) AS r, dense_rank() OVER (PARTITION BY kind ORDER BY amount DESC) FROM events ORDER BY kind, r LIMIT 5

SELECT id, sum(amount) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving FROM events ORDER BY id LIMIT 5

SELECT id, avg(amount) OVER w, max(amount) OVER w FROM events WINDOW w AS (PARTITION BY kind ORDER BY id ROWS UNBOUNDED PRECEDING) ORDER BY id LIMIT 5

SELECT id, lagInFrame(amount, 1, 0) OVER (ORDER BY id), leadInFrame(id) OVER (ORDER BY id), lag(id) OVER (ORDER BY id), lead(id, 2) OVER (ORDER BY id) FROM events ORDER BY id LIMIT 5

SELECT id, ntile(4) OVER (ORDER BY id), first_value(kind) OVER (PARTITION BY user_id ORDER BY id), nth_value(id, 2) OVER (ORDER BY id), percent_rank() OVER (ORDER BY id), cume_dist() OVER (ORDER BY id) FROM events ORDER BY id LIMIT 3

SELECT id, sum(amount) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM events WINDOW w AS (ORDER BY id), v AS (w RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) ORDER BY id LIMIT 3

SELECT kind, id FROM events QUALIFY row_number() OVER (PARTITION BY kind ORDER BY id) <= 2 ORDER BY kind, id

SELECT kind, sum(total) OVER (ORDER BY kind) FROM (SELECT kind, sum(amount) AS total FROM events GROUP BY kind) ORDER BY kind

SELECT day, c, c - lagInFrame(c) OVER (ORDER BY day ASC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS change FROM (SELECT day, count() AS c FROM events GROUP BY day) ORDER BY day LIMIT 5

--# joins
SELECT u.name, count() FROM events AS e INNER JOIN users AS u ON e.user_id = u.user_id GROUP BY u.name ORDER BY u.name

SELECT e.id, u.name FROM events e LEFT JOIN users u USING (user_id) ORDER BY e.id LIMIT 5

SELECT u.user_id, count(e.id) FROM users AS u LEFT JOIN events AS e ON u.user_id = e.user_id AND e.kind = 'buy' GROUP BY u.user_id ORDER BY u.user_id

SELECT count() FROM events e RIGHT JOIN users u ON e.user_id = u.user_id

SELECT count() FROM events e FULL OUTER JOIN users u ON e.user_id = u.user_id

SELECT count() FROM users a CROSS JOIN users b

SELECT count() FROM users a, users b WHERE a.user_id < b.user_id

SELECT count() FROM events e SEMI LEFT JOIN users u ON e.user_id = u.user_id

SELECT count() FROM events e ANTI LEFT JOIN users u ON e.user_id = u.user_id

SELECT count() FROM events e LEFT ANY JOIN users u ON e.user_id = u.user_id

SELECT e.id, p.price FROM events AS e ASOF LEFT JOIN prices AS p ON e.kind = p.kind AND e.ts >= p.ts ORDER BY e.id LIMIT 10

SELECT e.id, p.price FROM events AS e ASOF JOIN prices AS p USING (kind, ts) ORDER BY e.id LIMIT 10

SELECT u.country, e.kind, sum(e.amount) FROM events e JOIN users u ON u.user_id = e.user_id JOIN prices p ON p.kind = e.kind GROUP BY u.country, e.kind ORDER BY u.country, e.kind

SELECT a.id, b.id FROM (SELECT id FROM events WHERE id < 3) AS a JOIN (SELECT id FROM events WHERE id < 2) AS b ON a.id = b.id ORDER BY a.id

SELECT count() FROM events GLOBAL INNER JOIN users USING user_id

SELECT aurora.events.id, aurora.users.name FROM aurora.events JOIN aurora.users ON aurora.events.user_id = aurora.users.user_id ORDER BY aurora.events.id LIMIT 3

SELECT events.id FROM events JOIN users ON events.user_id = users.user_id ORDER BY events.id LIMIT 3

SELECT * FROM users NATURAL JOIN (SELECT toUInt32(1) AS user_id, 'x' AS extra) AS x

SELECT * FROM (SELECT 1 AS a) PASTE JOIN (SELECT 2 AS b)

SELECT count() FROM events e JOIN users u ON e.user_id = u.user_id OR e.id = u.user_id

--# subqueries and WITH
SELECT * FROM (SELECT kind, count() AS c FROM events GROUP BY kind) WHERE c > 10 ORDER BY kind

SELECT id FROM events WHERE user_id IN (SELECT user_id FROM users WHERE country = 'DE') ORDER BY id LIMIT 5

SELECT id FROM events WHERE user_id NOT IN (SELECT user_id FROM users WHERE country = 'DE') ORDER BY id LIMIT 5

SELECT id FROM events WHERE (kind, user_id) IN (SELECT 'click', toUInt32(1)) ORDER BY id LIMIT 5

SELECT id FROM events WHERE id IN (1, 2, 3) OR kind IN ('none') ORDER BY id

SELECT id FROM events WHERE id IN [1, 2] ORDER BY id

SELECT id FROM events WHERE id IN (SELECT number FROM numbers(3)) ORDER BY id

SELECT id FROM events WHERE id GLOBAL IN (SELECT id FROM url) ORDER BY id

SELECT id FROM url WHERE id IN `set` ORDER BY id

SELECT id FROM url WHERE id IN aurora.set ORDER BY id

SELECT id FROM url WHERE id IN (format) ORDER BY id

WITH [1, 2] AS ids SELECT id FROM events WHERE id IN ids ORDER BY id

WITH (SELECT groupArray(user_id) FROM users WHERE country = 'FR') AS ids SELECT count() FROM events WHERE has(ids, user_id)

WITH top AS (SELECT user_id FROM events GROUP BY user_id ORDER BY count() DESC, user_id LIMIT 2) SELECT id FROM events WHERE user_id IN top ORDER BY id LIMIT 5

SELECT (SELECT max(amount) FROM events) AS m, amount / m FROM events ORDER BY id LIMIT 2

WITH totals_by_kind AS (SELECT kind, sum(amount) AS total FROM events GROUP BY kind) SELECT kind, total, total / sum(total) OVER () AS share FROM totals_by_kind ORDER BY kind

WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT a.x, b.y FROM a, b

WITH a AS (SELECT 1 AS x) SELECT * FROM (WITH a AS (SELECT 2 AS x) SELECT * FROM a) UNION ALL SELECT * FROM a WHERE 0

WITH events AS (SELECT id FROM events WHERE id < 3) SELECT count() FROM events

WITH 10 AS threshold, toDate('2024-01-05') AS since SELECT count() FROM events WHERE amount > threshold AND day >= since

WITH sum(amount) AS s SELECT kind, s FROM events GROUP BY kind ORDER BY s

WITH RECURSIVE seq AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM seq WHERE n < 5) SELECT n FROM seq ORDER BY n

WITH t(a, b) AS (SELECT 1, 2) SELECT a, b FROM t

WITH t AS MATERIALIZED (SELECT 1 AS a) SELECT a FROM t

SELECT count() FROM users WHERE EXISTS (SELECT 1 FROM events WHERE kind = 'buy')

SELECT count() FROM users AS u WHERE EXISTS (SELECT 1 FROM events AS e WHERE e.user_id = u.user_id AND e.kind = 'buy')

SELECT `count()`, `max(amount)` FROM (SELECT count(), max(amount) FROM events)

SELECT id > ALL (SELECT 1), id = ANY (SELECT 1) FROM url ORDER BY id

SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3) ORDER BY x

SELECT kind FROM (SELECT kind FROM events UNION DISTINCT SELECT country FROM users) ORDER BY kind

SELECT user_id FROM (SELECT user_id FROM users INTERSECT SELECT toUInt32(number) FROM numbers(5)) ORDER BY user_id

SELECT user_id FROM (SELECT user_id FROM users EXCEPT SELECT toUInt32(1)) ORDER BY user_id

(SELECT 1 AS a) UNION DISTINCT (SELECT 1 AS a)

SELECT country FROM (WITH u AS (SELECT country FROM users) SELECT country FROM u UNION DISTINCT SELECT kind FROM events) ORDER BY country

SELECT * FROM (WITH u AS (SELECT country FROM users) SELECT count() AS c FROM events UNION ALL SELECT count() FROM u) ORDER BY c

SELECT s.kind FROM (SELECT e.kind, count() AS n FROM events AS e GROUP BY e.kind) AS s ORDER BY s.n, s.kind

SELECT x.1, x.2 FROM (SELECT (kind, count()) AS x FROM events GROUP BY kind) ORDER BY x.1

--# arrays
SELECT arrayMap(x -> x * 2, nums), arrayFilter(x -> x > 2, nums), arraySum(nums), arraySum(x -> x + 1, nums), arrayExists(x -> x = 7, nums) FROM events ORDER BY id LIMIT 3

SELECT arrayMap((x, y) -> x + y, nums, nums), arraySort(x -> -x, nums), arrayReverseSort(nums), arrayFold((acc, x) -> acc + x, nums, toInt64(0)) FROM events ORDER BY id LIMIT 3

SELECT length(tags), tags[1], has(tags, 'all'), arrayJoin(tags) AS tag FROM events ORDER BY id, tag LIMIT 4

SELECT id, tag FROM events ARRAY JOIN tags AS tag ORDER BY id, tag LIMIT 4

SELECT id, t, i FROM events LEFT ARRAY JOIN tags AS t, arrayEnumerate(tags) AS i ORDER BY id, i LIMIT 4

SELECT tag, count() FROM (SELECT arrayJoin(tags) AS tag FROM events) GROUP BY tag ORDER BY tag

SELECT arrayStringConcat(tags, '-'), arrayDistinct(nums), arraySlice(nums, 1, 2), arrayReduce('sum', nums), arrayReduce('quantile(0.5)', nums), arrayUniq(nums) FROM events ORDER BY id LIMIT 2

SELECT range(5), arrayZip([1, 2], ['a', 'b']), arrayEnumerate([5, 6]), arrayCumSum([1, 2, 3]), arrayDifference([1, 4]), arrayFlatten([[1], [2, 3]])

SELECT arrayFirst(x -> x > 1, nums), arrayCount(x -> x > 1, nums), arrayAll(x -> x >= 0, nums), arrayMax(nums), arrayMin(x -> -x, nums), arrayAvg(nums) FROM events ORDER BY id LIMIT 2

SELECT arrayPartialSort(2, nums), arrayMap(x -> arrayMap(y -> y + x, nums), nums) FROM events ORDER BY id LIMIT 2

SELECT n.k, n.v, n.v[1] FROM events ORDER BY id LIMIT 1

SELECT tags.size0, empty(tags), notEmpty(tags), indexOf(tags, 'all'), arrayConcat(tags, ['x']), [1, 2, 3][2] FROM events ORDER BY id LIMIT 1

SELECT arrayMap(x -> (x, toString(x)), nums) AS pairs, arrayMap(p -> p.1, pairs) FROM events ORDER BY id LIMIT 1

SELECT arrayIntersect(nums, [7]), hasAny(nums, [1]), hasAll(nums, [7]), arrayResize(nums, 5), arrayRotateLeft(nums, 1) FROM events ORDER BY id LIMIT 1

--# maps, tuples, JSON
SELECT attrs['k'], mapKeys(attrs), mapValues(attrs), mapContains(attrs, 'k'), attrs.keys FROM events ORDER BY id LIMIT 2

SELECT map('a', 1, 'b', 2)['a'], mapFilter((k, v) -> v > 1, map('a', 1, 'b', 2)), mapApply((k, v) -> (k, v + 1), map('a', 1))

SELECT attrs['k'] AS k, count() FROM events GROUP BY k ORDER BY k

SELECT pos.lat, pos.1, tupleElement(pos, 'lon'), (1, 'a').2, tuple(1, 2) FROM events ORDER BY id LIMIT 2

SELECT doc.a.b, doc.s, doc.a.b::Int64 + 1, doc.a.b.:Int64, doc.l FROM events ORDER BY id LIMIT 2

SELECT doc.s.:String AS s, count() FROM events GROUP BY s ORDER BY s

SELECT doc.^a, JSONAllPaths(doc) FROM events ORDER BY id LIMIT 1

SELECT e.doc.a.b FROM events AS e ORDER BY e.id LIMIT 1

SELECT JSONExtractInt('{"a": {"b": 5}}', 'a', 'b'), JSONExtractString('{"a": "x"}', 'a'), JSONExtract('{"a": [1, 2]}', 'a', 'Array(Int32)'), JSONHas('{"a": 1}', 'a'), JSON_VALUE('{"a": 1}', '$.a')

SELECT simpleJSONExtractInt('{"a":1}', 'a'), visitParamExtractString('{"b":"c"}', 'b'), JSONLength('[1,2]'), isValidJSON('{'), toJSONString(map('a', 1))

SELECT untuple(pos) FROM events ORDER BY id LIMIT 1

--# columns
SELECT * EXCEPT (doc, attrs) FROM events ORDER BY id LIMIT 2

SELECT * EXCEPT doc REPLACE (amount + 1 AS amount) FROM events ORDER BY id LIMIT 2

SELECT COLUMNS('^user|^kind$') FROM events ORDER BY id LIMIT 2

SELECT COLUMNS(id, kind), e.* EXCEPT (doc) FROM events AS e ORDER BY e.id LIMIT 1

SELECT e.COLUMNS('id$') FROM events AS e ORDER BY e.id LIMIT 1

SELECT count(*), e.kind FROM events AS e GROUP BY e.kind ORDER BY e.kind

SELECT u.*, e.id FROM users AS u JOIN events AS e USING (user_id) ORDER BY e.id LIMIT 2

SELECT _part != '', count() FROM events GROUP BY 1

--# fill
SELECT toStartOfDay(ts) AS d, count() AS c FROM events GROUP BY d ORDER BY d WITH FILL STEP toIntervalDay(1)

SELECT number AS n, number * 2 AS m FROM numbers(5) WHERE number % 2 = 0 ORDER BY n WITH FILL FROM 0 TO 8 STEP 1 INTERPOLATE (m AS m + 1)

SELECT day, sum(amount) AS s FROM events GROUP BY day ORDER BY day WITH FILL FROM toDate('2023-12-30') TO toDate('2024-01-03') STEP 1

SELECT n FROM (SELECT 1 AS n) ORDER BY n DESC WITH FILL FROM 3 TO 0 STEP -1 INTERPOLATE

SELECT number % 3 AS g, number AS n FROM numbers(6) ORDER BY g, n WITH FILL STALENESS 2 LIMIT 6

--# table functions
SELECT number FROM numbers(3)

SELECT sum(number) FROM numbers(10, 100)

SELECT toDate('2024-01-01') + number AS d FROM numbers(7) ORDER BY d

SELECT * FROM generate_series(1, 5)

SELECT * FROM generateSeries(1, 10, 3)

SELECT * FROM values('a Int32, b String', (1, 'x'), (2, 'y')) ORDER BY a

SELECT c1 FROM values((1, 2), (3, 4)) ORDER BY c1

SELECT t.number AS n FROM numbers(3) AS t ORDER BY t.number

SELECT a.number, b.number FROM numbers(2) AS a CROSS JOIN numbers(2) AS b ORDER BY a.number, b.number

SELECT d.day, countIf(e.id > 0) FROM (SELECT toDate('2024-01-01') + number AS day FROM numbers(24 * 2)) AS d LEFT JOIN events AS e ON e.day = d.day GROUP BY d.day ORDER BY d.day LIMIT 5

--# names like functions and keywords
SELECT file, url, `set`, format, settings, `select`, `from`, `order`, `a b`, system FROM file ORDER BY file

SELECT f.file, f.`values`, length(f.file) FROM file AS f WHERE f.url = 'u1' ORDER BY f.settings DESC

SELECT file FROM file WHERE file IN ('f1') ORDER BY settings

SELECT "file", `url` FROM `aurora`.`file` ORDER BY `set`

SELECT url.id, url.v FROM url ORDER BY url.id

SELECT value FROM settings WHERE settings.name = 'x'

SELECT `view count` AS views FROM `page views` AS p ORDER BY p.id

SELECT sum(`view count`) FROM "page views"

SELECT arrayMap(x -> x + `set`, `values`) FROM file ORDER BY file

SELECT arraySum(`values`), arraySort(`values`) FROM file ORDER BY file

SELECT id AS file, v AS url, 1 AS select_, 2 AS `from` FROM url ORDER BY file

SELECT sum(id) AS sum, count() AS count, max(v) AS max FROM url

SELECT kind AS select FROM events ORDER BY id LIMIT 1

WITH file AS (SELECT 1 AS url) SELECT url FROM file

SELECT date, hour FROM (SELECT day AS date, toHour(ts) AS hour FROM events) ORDER BY date, hour LIMIT 2

SELECT url AS `the page`, count() AS `how many` FROM events GROUP BY `the page` ORDER BY `how many` DESC, `the page` LIMIT 3

SELECT domain(url), path(url), extractURLParameter(url, 'q'), cutQueryString(url) FROM events ORDER BY id LIMIT 3

--# strings and the rest
SELECT lower(kind), upper(kind), substring(kind, 1, 2), replaceAll(kind, 'c', 'k'), splitByChar('/', path)[2], position(url, 'shop'), concat(kind, '-', toString(id)), trim(BOTH ' ' FROM ' x ') FROM events ORDER BY id LIMIT 2

SELECT match(url, 'q=[12]'), extract(url, 'q=(\\d)'), replaceRegexpAll(url, '[0-9]+', '#'), url REGEXP 'shop', multiSearchAny(url, ['a', 'b']), startsWith(url, 'https') FROM events ORDER BY id LIMIT 2

SELECT round(amount, 2), floor(amount), ceil(amount), abs(-amount), sqrt(amount), pow(2, 3), log(10), greatest(1, 2), least(1, 2), intDiv(7, 2), 7 % 3, 7 DIV 2, 7 MOD 2 FROM events ORDER BY id LIMIT 1

SELECT if(amount > 10, 'a', 'b'), multiIf(id = 1, 'x', id = 2, 'y', 'z'), coalesce(note, 'none'), ifNull(note, ''), nullIf(id, 1), assumeNotNull(note) FROM events ORDER BY id LIMIT 3

SELECT CAST(amount AS Int64), CAST(id, 'String'), toInt32(amount), toFloat64('1.5'), toDecimal64('1.23', 2), id::Nullable(Int32), '2024-01-01'::Date, [1, 2]::Array(UInt8), CAST(1 AS DOUBLE PRECISION), accurateCastOrNull('x', 'Int8') FROM events ORDER BY id LIMIT 1

SELECT ip, IPv4NumToString(ip), toIPv4('1.2.3.4'), isIPAddressInRange('10.0.0.1', '10.0.0.0/8'), uid, toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') FROM events ORDER BY id LIMIT 1

SELECT cityHash64(kind), hex(MD5('a')), sipHash64(1), base64Encode('abc'), bin(5), char(65), formatReadableSize(1000000), bar(5, 0, 10, 10), transform(kind, ['click'], ['c'], 'other') FROM events ORDER BY id LIMIT 1

SELECT geoToH3(1.0, 2.0, 5), greatCircleDistance(0, 0, 1, 1), pointInPolygon((1., 1.), [(0., 0.), (2., 0.), (2., 2.)]), L2Distance([1, 2], [3, 4]), cosineDistance([1, 2], [2, 1])

SELECT level, level = 'low', toTypeName(level), CAST('high' AS Enum8('low' = 1, 'high' = 2)) FROM events ORDER BY id LIMIT 1

SELECT id FROM events PREWHERE kind = 'click' WHERE id > 10 ORDER BY id LIMIT 3

SELECT price FROM prices FINAL ORDER BY kind, ts LIMIT 3

SELECT id = 1 AND flag OR NOT flag, xor(flag, true), id <=> 1, note IS NOT DISTINCT FROM NULL, isNotNull(note) FROM events ORDER BY id LIMIT 3

SELECT kind, bar(count(), 0, 400, 10), rowNumberInAllBlocks() >= 0 FROM events GROUP BY kind ORDER BY kind

SELECT 'caf' || 'é' AS x, lengthUTF8('日本語'), '🙂' AS emoji

SELECT levenshteinDistance('a', 'b'), ngramDistance('abc', 'abd'), soundex('robert'), normalizeUTF8NFC('e')

SELECT toStartOfWeek(day, 1), toISOWeek(day), toWeek(day), toYearWeek(day), toLastDayOfMonth(day), toMonday(day) FROM events ORDER BY id LIMIT 1

SELECT lambda_free FROM (SELECT 1 AS lambda_free)

--# views
SELECT count() FROM clicks

SELECT day, n FROM clicks_by_day ORDER BY day LIMIT 3

SELECT kind, sum(n) FROM totals GROUP BY kind ORDER BY kind

SELECT kind, sum(n) FROM totals_mv GROUP BY kind ORDER BY kind

--# parameters
--p n UInt64 5
SELECT id FROM events WHERE id < {n:UInt64} ORDER BY id

--p k String click
--p low Float64 10.5
--p high Float64 20
SELECT id FROM events WHERE kind = {k:String} AND amount BETWEEN {low:Float64} AND {high:Float64} ORDER BY id

--p kinds Array(String) ['click', 'it\'s']
SELECT count() FROM events WHERE kind IN {kinds:Array(String)}

--p ids Array(UInt64) [1, 2, 3]
SELECT id FROM events WHERE has({ids:Array(UInt64)}, id) ORDER BY id

--p since DateTime64(3, 'UTC') 2024-01-01 05:00:00
--p until DateTime64(3, 'UTC') 2024-01-01 05:10:00.500
SELECT id FROM events WHERE ts >= {since:DateTime64(3, 'UTC')} AND ts < {until:DateTime64(3,'UTC')} ORDER BY id

--p d Date 2024-01-03
SELECT count() FROM events WHERE day = {d:Date}

--p f Bool true
--p i Int32 -7
--p u UUID 61f0c404-5cb3-11e7-907b-a6006ad3dba0
--p ip IPv4 1.2.3.4
SELECT {f:Bool}, {i:Int32}, {u:UUID}, {ip:IPv4}

--p x Nullable(Int32) \N
--p y Nullable(String) text
SELECT {x:Nullable(Int32)} IS NULL, {y:Nullable(String)}

--p dec Decimal(10, 2) 12.34
--p big UInt256 115792089237316195423570985008687907853269984665640564039457584007913129639935
--p fixed FixedString(3) abc
SELECT {dec:Decimal(10, 2)}, {big:UInt256}, {fixed:FixedString(3)}

--p t Tuple(String, Int32) ('a', 1)
--p m Map(String, Int32) {'a': 1}
SELECT {t:Tuple(String, Int32)}, {m:Map(String, Int32)}['a']

--p n UInt32 3
--p o UInt32 2
SELECT id FROM events ORDER BY id LIMIT {n:UInt32} OFFSET {o:UInt32}

--p s String '; DROP TABLE events; -- \' \\
SELECT {s:String} AS s, length(s)

--p n UInt64 100
SELECT sum(number) FROM numbers({n:UInt64})

--p pairs Array(Tuple(String, Int32)) [('a', 1), ('b', 2)]
SELECT arrayMap(p -> p.1, {pairs:Array(Tuple(String, Int32))})

--p lc LowCardinality(String) click
SELECT count() FROM events WHERE kind = {lc:LowCardinality(String)}

--p day Date32 1960-01-01
--p v6 IPv6 ::1
SELECT count() FROM users WHERE born > {day:Date32} AND toString({v6:IPv6}) = '::1'

--# more
SELECT * FROM (SELECT 1 AS a) AS t WHERE a IN t

WITH x AS (SELECT 1 AS a) SELECT * FROM x AS y WHERE y.a IN (x)

SELECT arrayPartialSort(`set`, `values`) FROM file ORDER BY file

SELECT arrayTopK(2, nums) FROM events ORDER BY id LIMIT 1

SELECT t FROM events AS e ARRAY JOIN e.tags AS t ORDER BY e.id, t LIMIT 2

SELECT 1 AS `a.b`, `a.b` + 1

SELECT name, value FROM (SELECT * FROM settings) AS settings

SELECT s.name, s.value + 1 FROM (SELECT * FROM settings) AS s

SELECT e.kind, (SELECT count() FROM users AS u WHERE u.user_id = e.user_id) AS n FROM events AS e ORDER BY e.id LIMIT 3

SELECT a.n, b.n FROM (SELECT number AS n FROM numbers(3)) AS a LEFT JOIN (SELECT number AS n FROM numbers(2)) AS b USING n ORDER BY a.n

SELECT v.a, v.b FROM values('a Int32, b String', (1, 'x')) AS v

SELECT toStartOfInterval(ts, toIntervalHour(1)) AS time, avg(amount) FROM events WHERE ts BETWEEN fromUnixTimestamp64Milli(1704067200000) AND now64(3) GROUP BY time ORDER BY time

SELECT x.lat, x.2 FROM (SELECT pos AS x FROM events ORDER BY id LIMIT 1)

SELECT p.lat FROM events ARRAY JOIN [pos] AS p ORDER BY id LIMIT 2

SELECT countIf(kind = 'click') / count() FROM events
