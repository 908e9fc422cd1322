import type { BarData } from '@/lib/chart-data'
import { compact, formatNumber } from '@/lib/format'

const rowHeight = 28
const barHeight = 18

/** Horizontal bars: their labels stay readable on a narrow screen. */
export function Bars({ data, width }: { data: BarData; width: number }) {
  const values = data.bars.map((b) => b.value)
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  const span = high - low || 1
  const labels = Math.min(width * 0.35, 12 + 7.2 * Math.max(...data.bars.map((b) => b.label.length)))
  const numbers = 72
  const plot = Math.max(10, width - labels - numbers)
  const at = (value: number) => labels + ((value - low) / span) * plot
  const height = data.bars.length * rowHeight
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {data.bars.map((bar, i) => {
        const y = i * rowHeight
        const from = at(Math.min(0, bar.value))
        const to = at(Math.max(0, bar.value))
        return (
          <g key={`${i}${bar.label}`} className="bar">
            <title>{`${bar.label}: ${formatNumber(bar.value)}`}</title>
            <text x={labels - 8} y={y + rowHeight / 2} textAnchor="end" dominantBaseline="central">
              {shorten(bar.label, Math.floor((labels - 8) / 7.8))}
            </text>
            <rect x={from} y={y + (rowHeight - barHeight) / 2} width={Math.max(1, to - from)} height={barHeight} rx={3} />
            <text x={to + 6} y={y + rowHeight / 2} dominantBaseline="central" className="bar-value">
              {Math.abs(bar.value) < 1e6 ? formatNumber(bar.value) : compact(bar.value)}
            </text>
          </g>
        )
      })}
      <path d={`M${at(0)} 0V${height}`} className="axis" />
    </svg>
  )
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1))}…`
}
