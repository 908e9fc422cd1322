'use client'
import { useCallback, useEffect, useState } from 'react'
import { placeholders } from '@/lib/placeholders'
import { useRun, type Job } from '@/lib/use-run'
import { Tabs } from '../ui/tabs'
import { AwayBanner } from './away-banner'
import { AskBox } from './ask-box'
import { Outcome } from './outcome'
import { SqlBox } from './sql-box'
import { TablesPanel } from './tables-panel'

type Mode = 'ask' | 'sql'

/** The Query page: one box with two tabs, and below it what came of it. */
export function QueryView() {
  const [mode, setMode] = useState<Mode>('ask')
  const [question, setQuestion] = useState('')
  const [sql, setSql] = useState('')
  const [values, setValues] = useState<Record<string, string>>({})
  const toLogin = useCallback(() => {
    location.assign(`/login/?next=${encodeURIComponent(location.pathname + location.search)}`)
  }, [])
  const { state, start, cancel } = useRun(toLogin)
  const [tablesKey, setTablesKey] = useState(0)

  useEffect(() => {
    const search = new URLSearchParams(location.search)
    if (search.get('q')) setQuestion(search.get('q') ?? '')
    if (search.get('mode') === 'sql') setMode('sql')
  }, [])

  const run = (job: Job) => {
    if (job.kind === 'ask') history.replaceState(null, '', `?${new URLSearchParams({ q: job.question })}`)
    void start(job)
  }
  const ask = (text: string) => {
    setMode('ask')
    setQuestion(text)
    if (text.trim() !== '') run({ kind: 'ask', question: text.trim() })
  }
  const runStatement = () => {
    if (sql.trim() === '') return
    run({ kind: 'sql', sql, params: placeholders(sql).map((p) => ({ ...p, value: values[p.name] ?? '' })) })
  }
  const edit = () => {
    if (!state.answer) return
    setSql(state.answer.sql)
    setValues(Object.fromEntries((state.answer.params ?? []).map((p) => [p.name, p.value])))
    setMode('sql')
    document.getElementById('sql')?.focus()
  }
  const running = state.phase === 'running'
  const away = state.phase === 'failed' && state.problem?.status === 503
  const retry = () => state.job && void start(state.job)

  return (
    <div className="query">
      <h1>Query</h1>
      <div className="query-main">
        {away && <AwayBanner problem={state.problem!} onBack={() => setTablesKey((k) => k + 1)} />}
        <Tabs<Mode>
          label="How to ask"
          value={mode}
          onChange={setMode}
          tabs={[
            { key: 'ask', label: 'Ask', panel: <AskBox value={question} onChange={setQuestion} onAsk={ask} onCancel={cancel} running={running} /> },
            {
              key: 'sql',
              label: 'SQL',
              panel: (
                <SqlBox sql={sql} values={values} onSql={setSql} onValues={setValues} onRun={runStatement} onCancel={cancel} running={running} />
              ),
            },
          ]}
        />
        <Outcome state={state} onAsk={ask} onEdit={edit} onRetry={retry} />
      </div>
      <TablesPanel key={tablesKey} onUnauthorized={toLogin} />
    </div>
  )
}
