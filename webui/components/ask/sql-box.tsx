import type { KeyboardEvent } from 'react'
import { placeholders } from '@/lib/placeholders'
import { RunButtons } from './ask-box'

type Props = {
  sql: string
  values: Record<string, string>
  onSql: (sql: string) => void
  onValues: (values: Record<string, string>) => void
  onRun: () => void
  onCancel: () => void
  running: boolean
}

export function SqlBox({ sql, values, onSql, onValues, onRun, onCancel, running }: Props) {
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && running) onCancel()
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      onRun()
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onRun()
      }}
    >
      <label htmlFor="sql">SQL</label>
      <textarea
        id="sql"
        className="mono"
        rows={6}
        value={sql}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        onChange={(e) => onSql(e.target.value)}
        onKeyDown={keys}
        aria-describedby="sql-help"
      />
      <p id="sql-help" className="muted">
        One SELECT. Ctrl+Enter runs. Write values as {'{name:Type}'}; a field appears for each.
      </p>
      {placeholders(sql).map((p) => (
        <div className="param-field" key={p.name}>
          <label htmlFor={`param-${p.name}`}>
            {p.name} <span className="muted">{p.type}</span>
          </label>
          <input
            id={`param-${p.name}`}
            value={values[p.name] ?? ''}
            spellCheck={false}
            onChange={(e) => onValues({ ...values, [p.name]: e.target.value })}
          />
        </div>
      ))}
      <RunButtons running={running} onCancel={onCancel} label="Run" />
    </form>
  )
}
