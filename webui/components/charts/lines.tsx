import type { LineData, Point } from '@/lib/chart-data'
import { compact, formatNumber } from '@/lib/format'
import { ticks, timeLabel } from '@/lib/scale'

const height = 260
const top = 10
const bottom = 26

type Frame = { x: (v: number) => number; y: (v: number) => number; left: number; right: number }

/** Lines over time or a number. A missing value is a gap, not a zero. */
export function Lines({ data, width }: { data: LineData; width: number }) {
  const points = data.series.flatMap((s) => s.points)
  const values = points.map((p) => p.y).filter((y) => y !== null)
  const xs = points.map((p) => p.x)
  const [firstX, lastX] = [Math.min(...xs), Math.max(...xs)]
  const lowest = Math.min(...values)
  // A line that stays far above zero is read by its change; one near zero starts there.
  const base = lowest > 0 && lowest > 0.7 * Math.max(...values) ? lowest : Math.min(0, lowest)
  const yTicks = ticks(base, Math.max(...values, base + 1e-9), 4)
  const low = yTicks[0]!
  const high = yTicks.at(-1)!
  const left = 12 + 7 * Math.max(...yTicks.map((t) => compact(t).length))
  const right = 12
  const frame: Frame = {
    x: (v) => left + ((v - firstX) / (lastX - firstX || 1)) * (width - left - right),
    y: (v) => top + (1 - (v - low) / (high - low || 1)) * (height - top - bottom),
    left,
    right: width - right,
  }
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {yTicks.map((t) => (
        <g key={t}>
          <path d={`M${frame.left} ${frame.y(t)}H${frame.right}`} className="grid" />
          <text x={left - 6} y={frame.y(t)} textAnchor="end" dominantBaseline="central">
            {compact(t)}
          </text>
        </g>
      ))}
      <XLabels data={data} frame={frame} first={firstX} last={lastX} width={width} />
      {data.series.map((s, i) => (
        <g key={s.name}>
          <path d={linePath(s.points, frame)} className={`line line-${i + 1}`} />
          {s.points.length <= 60 &&
            s.points.map((p) => p.y !== null && <Dot key={p.x} point={p} name={s.name} frame={frame} series={i + 1} />)}
        </g>
      ))}
    </svg>
  )
}

function Dot({ point, name, frame, series }: { point: Point; name: string; frame: Frame; series: number }) {
  return (
    <circle cx={frame.x(point.x)} cy={frame.y(point.y!)} r={3} className={`dot dot-${series}`}>
      <title>{`${name}, ${point.label}: ${formatNumber(point.y!)}`}</title>
    </circle>
  )
}

function XLabels({ data, frame, first, last, width }: { data: LineData; frame: Frame; first: number; last: number; width: number }) {
  const count = Math.max(1, Math.min(6, Math.floor((width - frame.left) / 90)))
  const marks = Array.from({ length: count + 1 }, (_, i) => first + ((last - first) * i) / count)
  const texts = marks.map((at) => (data.time ? timeLabel(at, last - first) : compact(at)))
  return (
    <>
      {marks.map((at, i) =>
        i > 0 && texts[i] === texts[i - 1] ? null : (
          <text key={i} x={frame.x(at)} y={height - 8} textAnchor={i === 0 ? 'start' : i === count ? 'end' : 'middle'}>
            {texts[i]}
          </text>
        ),
      )}
    </>
  )
}

export function linePath(points: Point[], frame: Pick<Frame, 'x' | 'y'>): string {
  let path = ''
  let pen = false
  for (const p of points) {
    if (p.y === null) {
      pen = false
      continue
    }
    path += `${pen ? 'L' : 'M'}${frame.x(p.x).toFixed(1)} ${frame.y(p.y).toFixed(1)}`
    pen = true
  }
  return path
}
