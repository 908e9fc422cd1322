import { readEvents } from './sse'
import type { Answer, Param, Problem, Step, Table } from './types'

/** A request that ended in a problem document. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title)
  }
}

const unreachable: Problem = {
  type: 'urn:aurora:problem:server_unreachable',
  code: 'server_unreachable',
  title: 'cannot reach the Aurora server',
  detail: 'The server that sent this page does not answer any more.',
  hint: 'start it again with `aurora serve`, then retry',
}

const cut: Problem = {
  type: 'urn:aurora:problem:stream_cut',
  code: 'stream_cut',
  title: 'the answer was cut off',
  detail: 'The connection ended before the answer was complete.',
  hint: 'retry; if it happens again, look at the log of `aurora serve`',
}

async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin' })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ProblemError(unreachable)
  }
  if (response.ok) return response
  throw new ProblemError(await problemOf(response))
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const document = (await response.json()) as Problem
    if (typeof document.title === 'string') return { ...document, status: response.status }
  } catch {
    // not a problem document: fall through
  }
  return {
    type: 'about:blank',
    code: 'unexpected_answer',
    status: response.status,
    title: `the server answered ${response.status}`,
    hint: 'retry; if it happens again, look at the log of `aurora serve`',
    request_id: response.headers.get('X-Request-Id') ?? undefined,
  }
}

function post(path: string, body: unknown, signal?: AbortSignal, accept = 'application/json') {
  return send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: accept },
    body: JSON.stringify(body),
    signal,
  })
}

/** Asks a question and reports each stage as it ends. */
export async function ask(question: string, signal: AbortSignal, onStep: (step: Step) => void): Promise<Answer> {
  const response = await post('/api/v1/questions', { question }, signal, 'text/event-stream')
  if (!response.body) throw new ProblemError(cut)
  try {
    for await (const { event, data } of readEvents(response.body)) {
      if (event === 'step') onStep(JSON.parse(data) as Step)
      if (event === 'answer') return JSON.parse(data) as Answer
      if (event === 'error') throw new ProblemError(JSON.parse(data) as Problem)
    }
  } catch (cause) {
    if (cause instanceof ProblemError || (cause instanceof DOMException && cause.name === 'AbortError')) throw cause
    throw new ProblemError(cut)
  }
  throw new ProblemError(cut)
}

/** Runs one read-only statement. */
export async function runSQL(sql: string, params: Param[], signal: AbortSignal): Promise<Answer> {
  const response = await post('/api/v1/sql', { sql, params }, signal)
  return (await response.json()) as Answer
}

/** Lists the tables, a page of at most 1,000. */
export async function listTables(signal?: AbortSignal): Promise<Table[]> {
  const response = await send('/api/v1/tables?limit=1000', { signal })
  const page = (await response.json()) as { items: Table[] | null }
  return page.items ?? []
}

export async function signIn(token: string): Promise<void> {
  await post('/api/v1/session', { token })
}

export async function signOut(): Promise<void> {
  await send('/api/v1/session', { method: 'DELETE' })
}

/** Tells whether ClickHouse answers; never throws. */
export async function isReady(signal?: AbortSignal): Promise<boolean> {
  try {
    return (await fetch('/readyz', { signal })).ok
  } catch {
    return false
  }
}
