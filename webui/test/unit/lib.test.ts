import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatBytes, formatCell, formatMillis, isNumeric, plural } from '@/lib/format'
import { placeholders } from '@/lib/placeholders'
import { safeReturn } from '@/lib/return-path'
import { ticks, timeLabels } from '@/lib/scale'
import { EventParser } from '@/lib/sse'

test('the API types are those of the committed specification', () => {
  const spec = readFileSync(join(import.meta.dirname, '../../../pkg/server/openapi.yaml'))
  const types = readFileSync(join(import.meta.dirname, '../../lib/api.d.ts'), 'utf8')
  const hash = createHash('sha256').update(spec).digest('hex')
  expect(types, 'run `npm run generate` in webui').toContain(`openapi.yaml sha256 ${hash}`)
})

test('the lockfiles name no registry and hold every platform', () => {
  for (const folder of ['../..', '../../tools']) {
    const lock = JSON.parse(readFileSync(join(import.meta.dirname, folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>
    }
    for (const [name, entry] of Object.entries(lock.packages)) {
      expect(entry.resolved, name).toBeUndefined()
      // A registry that lacks a platform must not shorten the list: `npm ci` elsewhere would refuse it.
      for (const optional of Object.keys(entry.optionalDependencies ?? {})) expect(lock.packages).toHaveProperty([`node_modules/${optional}`])
    }
  }
})

describe('server-sent events', () => {
  test('events survive any cut of the stream', () => {
    const text = 'event: step\ndata: {"name":"a"}\n\n: still working\n\nevent: answer\r\ndata: one\r\ndata: two\r\n\r\n'
    const want = [
      { event: 'step', data: '{"name":"a"}' },
      { event: 'answer', data: 'one\ntwo' },
    ]
    for (let size = 1; size <= text.length; size++) {
      const parser = new EventParser()
      const got = []
      for (let i = 0; i < text.length; i += size) got.push(...parser.push(text.slice(i, i + size)))
      expect(got, `chunks of ${size}`).toEqual(want)
    }
  })

  test('an event that was cut off is not an event', () => {
    expect(new EventParser().push('event: answer\ndata: {"half"')).toEqual([])
  })
})

describe('cells', () => {
  const cell = (value: unknown, type: string) => formatCell(value, { name: 'c', type })
  test.each([
    [336776, 'UInt64', '336,776'],
    ['9007199254740993', 'Int64', '9,007,199,254,740,993'],
    ['-123456789012345678901', 'Int128', '-123,456,789,012,345,678,901'],
    ['12345.6700', 'Decimal(18, 4)', '12345.6700'],
    [1.23456, 'Nullable(Float64)', '1.2346'],
    [null, 'Nullable(String)', 'NULL'],
    ['NULL', 'String', 'NULL'],
    ['12', 'String', '12'],
    [true, 'Bool', 'true'],
    ['2013-01-01T05:00:00Z', 'DateTime', '2013-01-01 05:00:00'],
    ['2013-01-01T05:00:00.125Z', "DateTime64(3, 'UTC')", '2013-01-01 05:00:00.125'],
    ['2013-01-01', 'Date', '2013-01-01'],
    [['a', 1], 'Array(String)', '["a",1]'],
    ['nan', 'Float64', 'nan'],
  ])('%o of %s is %s', (value, type, want) => {
    expect(cell(value, type)).toBe(want)
  })

  test('numbers inside wrappers are numbers', () => {
    expect(isNumeric('LowCardinality(Nullable(UInt8))')).toBe(true)
    expect(isNumeric('Array(UInt8)')).toBe(false)
    expect(isNumeric("Interval('x')")).toBe(false)
  })

  test('sizes and times', () => {
    expect([formatBytes(0), formatBytes(999), formatBytes(5_388_416)]).toEqual(['0 B', '999 B', '5.4 MB'])
    expect([formatMillis(1.26), formatMillis(250), formatMillis(61_000)]).toEqual(['1.3 ms', '250 ms', '61 s'])
    expect([plural(1, 'row'), plural(1200, 'row')]).toEqual(['1 row', '1,200 rows'])
  })
})

test('placeholders are found in code, not in strings or comments', () => {
  const sql = "SELECT {a:String}, '{no:String}', 'it''s {no2:Int8}', {a:String} -- {no3:Int8}\n/* {no4:Int8} */ WHERE b IN {list : Array(Tuple(String, Int8))}"
  expect(placeholders(sql)).toEqual([
    { name: 'a', type: 'String' },
    { name: 'list', type: 'Array(Tuple(String, Int8))' },
  ])
})

test('signing in leads back into this site only', () => {
  expect(safeReturn('/query/?q=x')).toBe('/query/?q=x')
  for (const bad of [null, '', '//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/login/', '/a\\b'])
    expect(safeReturn(bad), String(bad)).toBe('/')
})

test('axis numbers are round and span the values', () => {
  expect(ticks(0, 100, 4)).toEqual([0, 25, 50, 75, 100])
  expect(ticks(24_100, 29_500, 4)).toEqual([24_000, 26_000, 28_000, 30_000])
  expect(ticks(0, 0, 4).length).toBeLessThan(10)
})

test.each([
  ['2013-01-01T00:00:00Z', '2015-01-01T00:00:00Z', '2013'],
  ['2013-05-01T00:00:00Z', '2013-07-01T00:00:00Z', '2013-05'],
  ['2013-05-06T00:00:00Z', '2013-05-09T00:00:00Z', '05-06'],
  ['2013-05-06T07:00:00Z', '2013-05-08T08:00:00Z', '05-06 07:00'],
  ['2013-05-06T07:08:00Z', '2013-05-06T07:09:00Z', '07:08'],
  ['2013-05-06T07:08:09Z', '2013-05-06T07:08:10Z', '07:08:09'],
])('an axis from %s to %s begins with %s', (first, last, want) => {
  const times = [first, last].map((t) => Date.parse(t))
  expect(timeLabels(times)(times[0]!)).toBe(want)
})
