import type { Answer, Problem, Step } from '@/lib/types'

export function answer(change: Partial<Answer> = {}): Answer {
  return {
    question: 'flights per month',
    interpretation: 'count of rows of flights, per month',
    assumptions: ['time is time_hour, in UTC'],
    sql: 'SELECT count() FROM flights WHERE carrier = {carrier:String}',
    params: [{ name: 'carrier', type: 'String', value: 'UA' }],
    columns: [
      { name: 'carrier', type: 'String' },
      { name: 'flights', type: 'UInt64' },
    ],
    rows: [
      ['UA', 58665],
      ['B6', 54635],
    ],
    truncated: false,
    stats: { rows_read: 336776, bytes_read: 1000, elapsed_ms: 12 },
    tables: ['flights'],
    engine: 'offline',
    confidence: 0.9,
    chart: { kind: 'bar', x: 'carrier', y: ['flights'] },
    ...change,
  }
}

export function problem(change: Partial<Problem> = {}): Problem {
  return { type: 'urn:aurora:problem:query_failed', code: 'query_failed', title: 'the query failed', detail: 'unknown function', hint: 'correct the statement', request_id: 'abc123', status: 502, ...change }
}

/** A server for one test: answers by path; a stream is given as its events. */
export type Reply = { json?: unknown; status?: number; events?: [string, unknown][]; hang?: boolean }

export function fakeFetch(replies: Record<string, Reply | Reply[]>) {
  const calls: { path: string; body: unknown }[] = []
  const fetch = (input: string, init: RequestInit = {}): Promise<Response> => {
    const path = input.split('?')[0]!
    calls.push({ path, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined })
    const entry = replies[path]
    const reply = Array.isArray(entry) ? (entry.length > 1 ? entry.shift()! : entry[0]!) : entry
    if (!reply) return Promise.reject(new TypeError(`no reply for ${path}`))
    if (reply.events) return Promise.resolve(stream(reply.events, reply.hang ?? false, init.signal ?? undefined))
    return Promise.resolve(new Response(JSON.stringify(reply.json), { status: reply.status ?? 200 }))
  }
  return { fetch, calls }
}

function stream(events: [string, unknown][], hang: boolean, signal?: AbortSignal): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const [event, data] of events) controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
      if (!hang) controller.close()
      signal?.addEventListener('abort', () => controller.error(new DOMException('aborted', 'AbortError')))
    },
  })
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
}

export const step = (name: string): Step => ({ name, summary: `${name} summary`, elapsed_ms: 1 })
