import type { Problem } from '@/lib/types'
import { Button } from '../ui/button'

/** The texts of one of the error's extra facts. */
function texts(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.filter((v) => typeof v === 'string')
}

/** A question or statement that was refused: why, which words, and what would work. */
export function Refusal({ problem, onAsk }: { problem: Problem; onAsk: (question: string) => void }) {
  const extra: Record<string, unknown> = problem.extra ?? {}
  const words = texts(extra.not_understood)
  const understood = texts(extra.understood)
  const suggestions = [...texts(extra.suggestions), ...texts(extra.choices)]
  const rule = texts(extra.rule)[0]
  const where = texts(extra.where)[0]
  return (
    <section className="panel panel-warn" role="alert" data-testid="refusal">
      <h2>
        <span aria-hidden="true">! </span>
        {problem.title}
      </h2>
      {problem.detail && problem.detail !== `not understood: ${words.join(', ')}` && <p className="detail">{problem.detail}</p>}
      {words.length > 0 && (
        <p>
          Not understood:{' '}
          {words.map((w) => (
            <mark key={w}>{w}</mark>
          ))}
        </p>
      )}
      {understood.length > 0 && <p>Understood: {understood.join(', ')}</p>}
      {rule && (
        <p>
          Rule: <code>{rule}</code>
          {where && <> at {where}</>}
        </p>
      )}
      {suggestions.length === 0 && (
        <p>
          <strong>Next:</strong> {problem.hint}
        </p>
      )}
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
