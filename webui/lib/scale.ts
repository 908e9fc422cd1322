/** Round numbers that span [low, high], about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const span = high - low || Math.abs(high) || 1
  const raw = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999) ?? raw
  const first = Math.floor(low / step) * step
  const all: number[] = []
  for (let i = 0; ; i++) {
    const tick = Number((first + i * step).toPrecision(12))
    all.push(tick)
    if (tick >= high || i > 50) return all
  }
}

const minute = 60_000
const day = 24 * 60 * minute

/** A time on an axis, as precise as the span needs, in UTC. */
export function timeLabel(at: number, span: number): string {
  const iso = new Date(at).toISOString()
  if (span > 2 * 365 * day) return iso.slice(0, 7)
  if (span > 3 * day) return iso.slice(5, 10)
  if (span > 10 * minute) return iso.slice(11, 16)
  return iso.slice(11, 19)
}
