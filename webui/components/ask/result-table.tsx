'use client'
import { useState } from 'react'
import { formatCell, isNumeric, plural } from '@/lib/format'
import type { Column, Row } from '@/lib/types'
import { Button } from '../ui/button'

const step = 100

/** The rows of a result. Only part of a long one is drawn at first; a cut result says so. */
export function ResultTable({ columns, rows, truncated }: { columns: Column[]; rows: (Row | null)[]; truncated: boolean }) {
  const [shown, setShown] = useState(step)
  const visible = rows.slice(0, shown)
  return (
    <section className="result">
      <h2>Rows</h2>
      {truncated && (
        <p className="panel panel-warn">
          The first {plural(rows.length, 'row')} of more. Ask for fewer groups or a narrower filter to see all of a result.
        </p>
      )}
      <div className="table-box" tabIndex={0} role="region" aria-label="Result rows">
        <table>
          <thead>
            <tr>
              {columns.map((c) => (
                <th key={c.name} scope="col" title={c.type} className={isNumeric(c.type) ? 'number' : undefined}>
                  {c.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {visible.map((row, r) => (
              <tr key={r}>
                {columns.map((c, i) => (
                  <td key={c.name} title={String(row?.[i] ?? 'NULL')} className={cellClass(row?.[i], c)}>
                    {formatCell(row?.[i], c)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">
        {visible.length < rows.length ? `${plural(visible.length, 'row')} of ${rows.length} shown ` : plural(rows.length, 'row')}
        {visible.length < rows.length && <Button onClick={() => setShown(shown + 10 * step)}>Show more</Button>}
      </p>
    </section>
  )
}

function cellClass(value: unknown, column: Column): string | undefined {
  const align = isNumeric(column.type) ? 'number' : undefined
  return value === null || value === undefined ? `null ${align ?? ''}` : align
}
