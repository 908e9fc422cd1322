import type { LineData, Point } from '@/lib/chart-data'
import { compact, formatNumber } from '@/lib/format'
import { ticks, timeLabels } from '@/lib/scale'

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
  // The axis starts at zero: a cut one makes small changes look large.
  const base = Math.min(0, ...values)
  const yTicks = ticks(base, Math.max(0, ...values) || base + 1, 4)
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
      <XLabels xs={xs} time={data.time} frame={frame} width={width} />
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

/** Labels stand under real points, so that a month reads as that month. */
function XLabels({ xs, time, frame, width }: { xs: number[]; time: boolean; frame: Frame; width: number }) {
  const all = [...new Set(xs)].sort((a, b) => a - b)
  const label = time ? timeLabels(all) : compact
  const most = Math.max(1, Math.floor((width - frame.left) / 80))
  const every = Math.ceil(all.length / most)
  const marks = all.filter((_, i) => i % every === 0)
  return (
    <>
      {marks.map((at, i) => {
        const text = label(at)
        const x = Math.min(frame.x(at), frame.right - (marks.length > 1 && i === marks.length - 1 ? text.length * 3.5 : 0))
        return (
          <text key={at} x={x} y={height - 8} textAnchor="middle">
            {text}
          </text>
        )
      })}
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
