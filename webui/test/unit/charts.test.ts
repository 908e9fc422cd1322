import { describe, expect, test } from 'vitest'
import { linePath } from '@/components/charts/lines'
import { chartData, downsample, summary, type LineData } from '@/lib/chart-data'
import { answer } from './samples'

describe('chart choice', () => {
  test('one number', () => {
    const data = chartData(answer({ columns: [{ name: 'n', type: 'UInt64' }], rows: [['18446744073709551615']], chart: { kind: 'number', y: ['n'] } }))
    expect(data).toMatchObject({ kind: 'number', text: '18,446,744,073,709,551,615' })
  })

  test('bars keep the order of the rows and say how many are left out', () => {
    const rows = Array.from({ length: 25 }, (_, i) => [`c${i}`, String(100 - i)])
    const data = chartData(answer({ columns: [{ name: 'c', type: 'String' }, { name: 'n', type: 'UInt64' }], rows, chart: { kind: 'bar', x: 'c', y: ['n'] } }))
    if (data?.kind !== 'bar') throw new Error('no bars')
    expect(data.bars.length).toBe(20)
    expect(data.more).toBe(5)
    expect(data.bars[0]).toEqual({ label: 'c0', value: 100 })
    expect(summary(data)).toContain('the highest is c0 with 100')
  })

  test('lines in order of time, one per value of the series, gaps kept', () => {
    const columns = [
      { name: 't', type: 'Date' },
      { name: 's', type: 'String' },
      { name: 'n', type: 'Nullable(Int64)' },
    ]
    const rows = [
      ['2013-03-01', 'a', 3],
      ['2013-01-01', 'a', 1],
      ['2013-02-01', 'a', null],
      ['2013-01-01', 'b', 9],
    ]
    const data = chartData(answer({ columns, rows, chart: { kind: 'line', x: 't', y: ['n'], series: 's' } })) as LineData
    expect(data.series.map((s) => s.name)).toEqual(['b', 'a'])
    const a = data.series[1]!
    expect(a.points.map((p) => p.y)).toEqual([1, null, 3])
    expect(linePath(a.points, { x: (v) => v - a.points[0]!.x, y: (v) => v })).toMatch(/^M0\.0 1\.0M\d+\.0 3\.0$/)
  })

  test('nothing is drawn without rows, without the named column, or for a table', () => {
    const columns = [{ name: 'x', type: 'String' }]
    expect(chartData(answer({ columns, rows: [], chart: { kind: 'bar', x: 'x', y: ['x'] } }))).toBeNull()
    expect(chartData(answer({ columns, rows: [['a']], chart: { kind: 'bar', x: 'gone', y: ['x'] } }))).toBeNull()
    expect(chartData(answer({ columns, rows: [['a']], chart: { kind: 'table' } }))).toBeNull()
  })
})

test('downsampling keeps the peaks', () => {
  const points = Array.from({ length: 50_000 }, (_, i) => ({ x: i, label: '', y: i === 31_337 ? 1e6 : i % 7 }))
  const kept = downsample(points)
  expect(kept.length).toBeLessThanOrEqual(2001)
  expect(Math.max(...kept.map((p) => p.y ?? 0))).toBe(1e6)
  expect(kept.every((p, i) => i === 0 || p.x > kept[i - 1]!.x)).toBe(true)
})
