import { formatCell, formatTime, isTime, toNumber } from './format'
import type { Answer, Column, Row } from './types'

export type Point = { x: number; label: string; y: number | null }
export type Series = { name: string; points: Point[] }
export type LineData = { kind: 'line'; time: boolean; title: string; xName: string; series: Series[]; more: number }
export type BarData = { kind: 'bar'; xName: string; yName: string; bars: { label: string; value: number }[]; more: number }
export type NumberData = { kind: 'number'; name: string; text: string; exact: string }
export type ChartData = LineData | BarData | NumberData

const maxSeries = 8
const maxBars = 20
const maxPoints = 2000

/** What to draw for an answer; null when a table says it best. */
export function chartData(answer: Answer): ChartData | null {
  const { chart } = answer
  const columns = answer.columns ?? []
  const rows = (answer.rows ?? []).filter((r) => r !== null)
  const index = (name: string | undefined) => columns.findIndex((c) => c.name === name)
  if (rows.length === 0) return null
  const ys = (chart.y ?? []).map(index).filter((i) => i >= 0)
  const y = ys[0]
  if (chart.kind === 'number') return numberData(columns, rows, y ?? 0)
  const x = index(chart.x)
  if (x < 0 || y === undefined) return null
  if (chart.kind === 'line') return lineData(columns, rows, x, ys, index(chart.series))
  if (chart.kind === 'bar') return barData(columns, rows, x, y, index(chart.series))
  return null
}

function numberData(columns: Column[], rows: Row[], y: number): NumberData | null {
  const column = columns[y]
  const value = rows[0]?.[y]
  if (!column || value === null || value === undefined) return null
  return { kind: 'number', name: column.name, text: formatCell(value, column), exact: String(value) }
}

function lineData(columns: Column[], rows: Row[], x: number, ys: number[], series: number): LineData | null {
  const xColumn = columns[x]
  if (!xColumn) return null
  const time = isTime(xColumn.type)
  const grouped = new Map<string, Point[]>()
  for (const row of rows) {
    for (const y of series >= 0 ? ys.slice(0, 1) : ys) {
      const name = series >= 0 ? String(row[series] ?? 'NULL') : (columns[y]?.name ?? '')
      const at = time ? Date.parse(withZone(String(row[x]))) : toNumber(row[x])
      if (Number.isNaN(at)) continue
      const value = toNumber(row[y])
      const label = time ? formatTime(String(row[x])) : formatCell(row[x], xColumn)
      const points = grouped.get(name) ?? []
      points.push({ x: at, label, y: Number.isFinite(value) ? value : null })
      grouped.set(name, points)
    }
  }
  const title = series >= 0 ? `${columns[ys[0] ?? 0]?.name} by ${columns[series]?.name}` : ys.map((y) => columns[y]?.name).join(', ')
  const all = [...grouped].map(([name, points]) => ({ name, points: downsample(points.sort((a, b) => a.x - b.x)) }))
  all.sort((a, b) => total(b) - total(a))
  return all.length > 0 ? { kind: 'line', time, title, xName: xColumn.name, series: all.slice(0, maxSeries), more: Math.max(0, all.length - maxSeries) } : null
}

/** Times without a zone are UTC, as the server stores them. */
function withZone(text: string): string {
  const iso = text.replace(' ', 'T')
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(iso) ? iso + 'Z' : iso
}

function total(series: Series): number {
  return series.points.reduce((sum, p) => sum + Math.abs(p.y ?? 0), 0)
}

/** Keeps the lowest and the highest point of every bucket, so that peaks stay. */
export function downsample(points: Point[], limit = maxPoints): Point[] {
  if (points.length <= limit) return points
  const size = Math.ceil(points.length / (limit / 2))
  const kept: Point[] = []
  for (let start = 0; start < points.length; start += size) {
    const bucket = points.slice(start, start + size)
    const drawn = bucket.filter((p) => p.y !== null)
    if (drawn.length === 0) {
      kept.push(bucket[0]!)
      continue
    }
    const low = drawn.reduce((a, b) => (b.y! < a.y! ? b : a))
    const high = drawn.reduce((a, b) => (b.y! > a.y! ? b : a))
    kept.push(...(low === high ? [low] : low.x <= high.x ? [low, high] : [high, low]))
  }
  return kept
}

function barData(columns: Column[], rows: Row[], x: number, y: number, series: number): BarData | null {
  const xColumn = columns[x]
  const yColumn = columns[y]
  if (!xColumn || !yColumn) return null
  const second = columns[series]
  const bars = rows
    .map((row) => {
      const label = formatCell(row[x], xColumn)
      return { label: second ? `${label} · ${formatCell(row[series], second)}` : label, value: toNumber(row[y]) }
    })
    .filter((b) => Number.isFinite(b.value))
  if (bars.length === 0) return null
  return { kind: 'bar', xName: xColumn.name, yName: yColumn.name, bars: bars.slice(0, maxBars), more: Math.max(0, bars.length - maxBars) }
}

/** One sentence that says what the chart shows, for those who do not see it. */
export function summary(data: ChartData): string {
  if (data.kind === 'number') return `${data.name}: ${data.text}`
  if (data.kind === 'bar') {
    const top = data.bars.reduce((a, b) => (b.value > a.value ? b : a))
    return `Bar chart of ${data.yName} by ${data.xName}; the highest is ${top.label} with ${top.value}.`
  }
  const parts = data.series.map((s) => {
    const drawn = s.points.filter((p) => p.y !== null)
    const [first, last] = [drawn[0], drawn.at(-1)]
    if (!first || !last) return `${s.name}: no values`
    const peak = drawn.reduce((a, b) => (b.y! > a.y! ? b : a))
    return `${s.name} goes from ${first.y} to ${last.y}, peak ${peak.y} at ${peak.label}`
  })
  return `Line chart over ${data.xName}: ${parts.join('; ')}.`
}
