import type { Problem } from '@/lib/types'
import { Button } from './button'
import { CopyButton } from './copy-button'

/** A fault in four parts: what, why, what next, and the id to find it in the log. */
export function ErrorPanel({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <section className="panel panel-bad" role="alert" data-testid="error-panel">
      <h2>
        <span aria-hidden="true">✕ </span>
        {problem.title}
      </h2>
      {problem.detail && <p className="detail">{problem.detail}</p>}
      <p>
        <strong>Next:</strong> {problem.hint}
      </p>
      {problem.errors?.map((e) => (
        <p key={`${e.location}${e.message}`}>
          <code>{e.location}</code> {e.message}
        </p>
      ))}
      <div className="actions">
        {onRetry && (
          <Button look="primary" onClick={onRetry}>
            Retry
          </Button>
        )}
        {problem.request_id && (
          <span className="muted">
            Request <code>{problem.request_id}</code> <CopyButton text={problem.request_id} what="id" />
          </span>
        )}
      </div>
    </section>
  )
}
