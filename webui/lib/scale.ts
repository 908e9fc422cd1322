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

const day = 86_400_000

/** How to write the times of an axis, in UTC: as precise as they differ, no more. */
export function timeLabels(times: number[]): (at: number) => string {
  const iso = (at: number) => new Date(at).toISOString()
  const all = times.map(iso)
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0)
  if (all.every((t) => t.endsWith('-01-01T00:00:00.000Z'))) return (at) => iso(at).slice(0, 4)
  if (all.every((t) => t.endsWith('-01T00:00:00.000Z'))) return (at) => iso(at).slice(0, 7)
  if (all.every((t) => t.endsWith('T00:00:00.000Z')) || span > 14 * day) return (at) => iso(at).slice(span > 300 * day ? 0 : 5, 10)
  if (span > day) return (at) => iso(at).slice(5, 16).replace('T', ' ')
  return (at) => iso(at).slice(11, all.every((t) => t.endsWith(':00.000Z')) ? 16 : 19)
}
