'use client'
import { useEffect, useState } from 'react'
import { formatMillis } from '@/lib/format'
import type { Step } from '@/lib/types'

/** The stages that have ended, the one that runs, and the time so far. */
export function Stages({ steps, kind }: { steps: Step[]; kind: 'ask' | 'sql' }) {
  const [elapsed, setElapsed] = useState(0)
  useEffect(() => {
    const start = performance.now()
    const timer = setInterval(() => setElapsed(performance.now() - start), 100)
    return () => clearInterval(timer)
  }, [])
  return (
    <section className="stages" aria-label="Stages">
      <ol>
        {steps.map((s, i) => (
          <li key={`${i}${s.name}`} className="stage-done">
            <span aria-hidden="true">✓</span> <strong>{s.name}</strong> {s.summary} <span className="muted">{formatMillis(s.elapsed_ms)}</span>
          </li>
        ))}
        <li className="stage-running">
          <span className="spinner" aria-hidden="true" /> {kind === 'sql' ? 'Checking and running' : steps.length === 0 ? 'Understanding the question' : 'Working'}
          {elapsed > 300 && <span className="muted"> {formatMillis(elapsed)}</span>}
        </li>
      </ol>
      <div className="skeleton" aria-hidden="true">
        <div />
        <div />
        <div />
      </div>
    </section>
  )
}
