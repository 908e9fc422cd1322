import type { Column } from './types'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 4 })
const compactForm = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })

/** The type inside Nullable and LowCardinality. */
export function baseType(type: string): string {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type)?.[1]
  return inner === undefined ? type : baseType(inner)
}

export function isNumeric(type: string): boolean {
  return /^(U?Int\d|B?Float|Decimal)/.test(baseType(type))
}

export function isTime(type: string): boolean {
  return /^Date/.test(baseType(type))
}

/** A cell as a number, NaN when it is none. Large integers arrive as text. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && value.trim() !== '') return Number(value)
  return NaN
}

export function formatNumber(value: number): string {
  return (Number.isInteger(value) ? whole : decimal).format(value)
}

/** A short form for axes: 1.2K, 3.4M. */
export function compact(value: number): string {
  return Math.abs(value) < 10_000 ? decimal.format(value) : compactForm.format(value)
}

/** A time without the letters, in UTC as the server sends it. */
export function formatTime(value: string): string {
  return value.replace('T', ' ').replace(/(\.\d+)?(Z|\+00:00)$/, (_, fraction: string | undefined) => fraction ?? '')
}

/** A cell as text. Nothing is rounded here that a reader could not see in the title. */
export function formatCell(value: unknown, column: Column): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (isTime(column.type) && typeof value === 'string') return formatTime(value)
  if (isNumeric(column.type)) return formatNumeric(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function formatNumeric(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value)
  const text = String(value)
  // Digits beyond 2^53 stay digits: BigInt groups them without loss.
  return /^-?\d+$/.test(text) ? whole.format(BigInt(text)) : text
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return `${decimal.format(Math.round((bytes / 1000 ** power) * 10) / 10)} ${units[power]}`
}

export function formatMillis(ms: number): string {
  return ms < 10 ? `${Math.round(ms * 10) / 10} ms` : ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`
}

export function plural(count: number, noun: string): string {
  return `${whole.format(count)} ${noun}${count === 1 ? '' : 's'}`
}
