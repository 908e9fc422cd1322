import { chartData } from '@/lib/chart-data'
import { formatBytes, formatMillis, formatNumber, plural } from '@/lib/format'
import type { Answer } from '@/lib/types'
import { ChartView } from '../charts/chart-view'
import { Button } from '../ui/button'
import { CodeBlock } from '../ui/code-block'
import { ResultTable } from './result-table'

/** An answer: what was understood first, then the result, then how it was found. */
export function AnswerView({ answer, onEdit }: { answer: Answer; onEdit: () => void }) {
  const rows = answer.rows ?? []
  const chart = chartData(answer)
  return (
    <article className="answer" data-testid="answer" aria-label="Answer">
      {answer.interpretation && (
        <section className="understood">
          <h2>Understood</h2>
          <p>{answer.interpretation}</p>
          {(answer.assumptions ?? []).length > 0 && (
            <ul aria-label="Assumptions">
              {answer.assumptions!.map((a) => (
                <li key={a}>{a}</li>
              ))}
            </ul>
          )}
        </section>
      )}
      {(answer.notes ?? []).map((n) => (
        <p className="panel" key={n}>
          {n}
        </p>
      ))}
      {chart && <ChartView data={chart} />}
      {rows.length === 0 ? (
        <p className="panel">The statement ran and found no rows. Widen the filter or the time, or look at the SQL below.</p>
      ) : (
        <ResultTable columns={answer.columns ?? []} rows={rows} truncated={answer.truncated} />
      )}
      <section className="how">
        <h2>SQL</h2>
        <CodeBlock code={answer.sql} label="SQL" />
        <Parameters answer={answer} />
        <div className="actions">
          <Button onClick={onEdit}>Edit SQL</Button>
        </div>
        <Facts answer={answer} />
      </section>
    </article>
  )
}

function Parameters({ answer }: { answer: Answer }) {
  const params = answer.params ?? []
  if (params.length === 0) return null
  return (
    <>
      <h3>Parameters</h3>
      <dl className="params" data-testid="params">
        {params.map((p) => (
          <div key={p.name}>
            <dt>
              {p.name} <span className="muted">{p.type}</span>
            </dt>
            <dd>{p.value}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function Facts({ answer }: { answer: Answer }) {
  const { stats } = answer
  const facts: [string, string][] = [
    ['Engine', answer.engine || 'your SQL'],
    ['Tables', (answer.tables ?? []).join(', ') || 'none'],
    ['Read', `${plural(stats.rows_read, 'row')}, ${formatBytes(stats.bytes_read)}`],
    ['Time', formatMillis(stats.elapsed_ms)],
  ]
  if (answer.confidence > 0 && answer.confidence < 1) facts.push(['Confidence', `${formatNumber(Math.round(answer.confidence * 100))} %`])
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
