import type { Problem } from '@/lib/types'
import { Button } from '../ui/button'

/** Text out of a value of the error's extra facts, whatever shape it has. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return []
  return value.flatMap((v: unknown) => {
    if (typeof v === 'string') return [v]
    const question = (v as { question?: unknown } | null)?.question
    return typeof question === 'string' ? [question] : []
  })
}

/** A question or statement that was refused: why, which words, and what would work. */
export function Refusal({ problem, onAsk }: { problem: Problem; onAsk: (question: string) => void }) {
  const extra: Record<string, unknown> = problem.extra ?? {}
  const words = texts(extra.words)
  const suggestions = texts(extra.suggestions)
  const rule = texts(extra.rule)[0]
  return (
    <section className="panel panel-warn" role="alert" data-testid="refusal">
      <h2>
        <span aria-hidden="true">! </span>
        {problem.title}
      </h2>
      {problem.detail && <p className="detail">{problem.detail}</p>}
      {words.length > 0 && (
        <p>
          Not understood:{' '}
          {words.map((w) => (
            <mark key={w}>{w}</mark>
          ))}
        </p>
      )}
      {rule && (
        <p>
          Rule: <code>{rule}</code>
        </p>
      )}
      <p>
        <strong>Next:</strong> {problem.hint}
      </p>
      {suggestions.length > 0 && (
        <>
          <h3>These can be answered</h3>
          <ul className="suggestions">
            {suggestions.map((s) => (
              <li key={s}>
                <Button onClick={() => onAsk(s)}>{s}</Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
