import type { RunState } from '@/lib/use-run'
import { ErrorPanel } from '../ui/error-panel'
import { AnswerView } from './answer-view'
import { Refusal } from './refusal'
import { Stages } from './stages'

type Props = { state: RunState; onAsk: (question: string) => void; onEdit: () => void; onRetry: () => void }

/** What came of the last question: stages while it runs, then answer, refusal or fault. */
export function Outcome({ state, onAsk, onEdit, onRetry }: Props) {
  const { phase, job, answer, problem, steps } = state
  const stale = answer !== undefined && phase !== 'done'
  return (
    <div className="outcome" aria-busy={phase === 'running'}>
      <div role="status" className="visually-hidden">
        {phase === 'running' ? 'Working' : phase === 'done' ? `Answered with ${answer?.rows?.length ?? 0} rows` : phase === 'cancelled' ? 'Cancelled' : ''}
      </div>
      {phase === 'idle' && <p className="muted">Ask a question, and the answer appears here: what was understood, the SQL, a chart and the rows.</p>}
      {phase === 'cancelled' && <p className="panel">Cancelled. Nothing was changed.</p>}
      {phase === 'running' && <Stages steps={steps} kind={job?.kind ?? 'ask'} />}
      {phase === 'failed' && problem && <ErrorPanel problem={problem} onRetry={onRetry} />}
      {phase === 'refused' && problem && <Refusal problem={problem} onAsk={onAsk} />}
      {answer && (
        <div className={stale ? 'stale' : undefined}>
          {stale && <p className="muted">The answer before:</p>}
          <AnswerView answer={answer} onEdit={onEdit} />
        </div>
      )}
    </div>
  )
}
