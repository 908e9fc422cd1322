'use client'
import { useEffect, useState, type FormEvent } from 'react'
import { ProblemError, signIn } from '@/lib/client'
import { safeReturn } from '@/lib/return-path'
import type { Problem } from '@/lib/types'
import { Button } from './ui/button'

/** Sign-in: the printed link is the normal way, the token the other one. */
export function LoginView() {
  const [token, setToken] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const [oldCode, setOldCode] = useState(false)
  useEffect(() => setOldCode(new URLSearchParams(location.search).get('reason') === 'code'), [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (token.trim() === '') {
      setProblem({ type: '', code: 'usage', title: 'paste the token first', hint: 'it stands in run/serve.json of the data folder' })
      return
    }
    setBusy(true)
    setProblem(undefined)
    try {
      await signIn(token.trim())
      location.assign(safeReturn(new URLSearchParams(location.search).get('next')))
    } catch (cause) {
      if (!(cause instanceof ProblemError)) throw cause
      setProblem(cause.problem)
      setBusy(false)
    }
  }

  return (
    <section className="narrow">
      <h1>Sign in</h1>
      {oldCode && (
        <p className="panel panel-warn" role="alert">
          This link was used before, or is older than ten minutes. Get a new one.
        </p>
      )}
      <p>On the machine that runs Aurora, get a link that signs this browser in:</p>
      <pre className="command" tabIndex={0} role="region" aria-label="Command">
        <code>aurora serve --print-url</code>
      </pre>
      <details>
        <summary>Use the token instead</summary>
        <form onSubmit={(e) => void submit(e)}>
          <label htmlFor="token">Token</label>
          <p id="token-help" className="muted">
            The value of <code>token</code> in <code>run/serve.json</code> of the data folder.
          </p>
          <input
            id="token"
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={token}
            onChange={(e) => setToken(e.target.value)}
            aria-describedby={problem ? 'token-help token-problem' : 'token-help'}
            aria-invalid={problem !== undefined}
          />
          {problem && (
            <p id="token-problem" className="field-problem" role="alert">
              {problem.title}. Next: {problem.hint}
            </p>
          )}
          <Button type="submit" look="primary">
            {busy ? 'Signing in…' : 'Sign in'}
          </Button>
        </form>
      </details>
    </section>
  )
}
