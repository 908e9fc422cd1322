import type { KeyboardEvent } from 'react'
import { Button } from '../ui/button'

type Props = { value: string; onChange: (text: string) => void; onAsk: (text: string) => void; onCancel: () => void; running: boolean }

export function AskBox({ value, onChange, onAsk, onCancel, running }: Props) {
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && running) onCancel()
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    onAsk(value)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onAsk(value)
      }}
    >
      <label htmlFor="question">Your question</label>
      <textarea
        id="question"
        rows={2}
        maxLength={2000}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        onKeyDown={keys}
        placeholder="how many rows per day"
        aria-describedby="question-help"
      />
      <p id="question-help" className="muted">
        Enter asks, Shift+Enter starts a line{running ? ', Escape cancels' : ''}.
      </p>
      <RunButtons running={running} onCancel={onCancel} label="Ask" />
    </form>
  )
}

/** The submit button is never disabled; while something runs, Cancel stands beside it. */
export function RunButtons({ running, onCancel, label }: { running: boolean; onCancel: () => void; label: string }) {
  return (
    <div className="actions">
      <Button type="submit" look="primary">
        {label}
      </Button>
      {running && <Button onClick={onCancel}>Cancel</Button>}
    </div>
  )
}
