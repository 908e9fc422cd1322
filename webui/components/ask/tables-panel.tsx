'use client'
import { useEffect, useState } from 'react'
import { listTables, ProblemError } from '@/lib/client'
import { plural } from '@/lib/format'
import type { Problem, Table } from '@/lib/types'
import { Button } from '../ui/button'

type State = { tables?: Table[]; problem?: Problem }

/** The tables one can ask about, with their columns. */
export function TablesPanel({ onUnauthorized }: { onUnauthorized: () => void }) {
  const [state, setState] = useState<State>({})
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    listTables(controller.signal).then(
      (tables) => setState({ tables }),
      (cause: unknown) => {
        if (!(cause instanceof ProblemError)) return
        if (cause.problem.status === 401) onUnauthorized()
        else setState({ problem: cause.problem })
      },
    )
    return () => controller.abort()
  }, [attempt, onUnauthorized])
  return (
    <aside className="tables" aria-label="Tables">
      <h2>Tables</h2>
      <Content {...state} onRetry={() => setAttempt(attempt + 1)} />
    </aside>
  )
}

function Content({ tables, problem, onRetry }: State & { onRetry: () => void }) {
  if (problem)
    return (
      <div role="alert">
        <p>{problem.title}</p>
        <p className="muted">Next: {problem.hint}</p>
        <Button onClick={onRetry}>Retry</Button>
      </div>
    )
  if (!tables)
    return (
      <div className="skeleton" role="status">
        <span className="visually-hidden">Loading tables</span>
        <div />
        <div />
      </div>
    )
  if (tables.length === 0)
    return (
      <div>
        <p>No tables yet. A connected topic becomes one:</p>
        <pre className="command" tabIndex={0} role="region" aria-label="Command">
          <code>aurora connect topic NAME</code>
        </pre>
        <p className="muted">
          No topic at hand? <code>aurora up --demo</code> makes one with live events.
        </p>
        <Button onClick={onRetry}>Look again</Button>
      </div>
    )
  return (
    <ul>
      {tables.map((t) => (
        <li key={t.name}>
          <details>
            <summary>
              {t.name} <span className="muted">{plural(t.rows, 'row')}</span>
            </summary>
            <ul className="columns">
              {(t.columns ?? [])
                .filter((c) => !c.name.startsWith('_'))
                .map((c) => (
                  <li key={c.name} title={c.comment}>
                    {c.name} <span className="muted">{c.type}</span>
                  </li>
                ))}
            </ul>
          </details>
        </li>
      ))}
    </ul>
  )
}
