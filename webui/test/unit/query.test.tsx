import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { QueryView } from '@/components/ask/query-view'
import { answer, fakeFetch, problem, step, type Reply } from './samples'

const tables: Reply = { json: { items: [{ name: 'flights', rows: 336776, columns: [{ name: 'carrier', type: 'String' }, { name: '_topic', type: 'String' }] }] } }

function open(replies: Record<string, Reply | Reply[]>) {
  const server = fakeFetch({ '/api/v1/tables': tables, ...replies })
  vi.stubGlobal('fetch', server.fetch)
  render(<QueryView />)
  return server
}

function ask(question: string) {
  const box = screen.getByLabelText('Your question')
  fireEvent.change(box, { target: { value: question } })
  fireEvent.keyDown(box, { key: 'Enter' })
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  history.replaceState(null, '', '/')
})

test('an answer shows what was understood, chart, rows, SQL, parameters and engine', async () => {
  const server = open({ '/api/v1/questions': { events: [['step', step('link')], ['answer', answer()]] } })
  ask('flights per carrier')
  const shown = await screen.findByTestId('answer')
  expect(server.calls.find((c) => c.path === '/api/v1/questions')?.body).toEqual({ question: 'flights per carrier' })
  const view = within(shown)
  view.getByText('count of rows of flights, per month')
  view.getByText('time is time_hour, in UTC')
  expect(view.getByTestId('chart').dataset.kind).toBe('bar')
  expect(view.getByRole('img').getAttribute('aria-label')).toContain('the highest is UA')
  view.getByText('58,665')
  view.getByText('SELECT count() FROM flights WHERE carrier = {carrier:String}')
  expect(view.getByTestId('params').textContent).toBe('carrier StringUA')
  view.getByText('offline')
  view.getByText('336,776 rows, 1 kB')
  expect(view.queryByText(/of more/)).toBeNull()
  expect(location.search).toBe('?q=flights+per+carrier')
})

test('a cut result says so', async () => {
  open({ '/api/v1/questions': { events: [['answer', answer({ truncated: true })]] } })
  ask('x')
  await screen.findByText(/The first 2 rows of more/)
})

test('no rows is an answer, not a fault', async () => {
  open({ '/api/v1/questions': { events: [['answer', answer({ rows: [] })]] } })
  ask('x')
  await screen.findByText(/found no rows/)
  expect(screen.queryByRole('alert')).toBeNull()
})

test('stages appear as they end; Cancel stops the request', async () => {
  const server = open({ '/api/v1/questions': { events: [['step', step('link')], ['step', step('guard')]], hang: true } })
  ask('slow')
  const cancel = screen.getByRole('button', { name: 'Cancel' }) // there at once
  await screen.findByText('guard summary', { exact: false })
  fireEvent.click(cancel)
  await screen.findByText(/Cancelled/, { selector: 'p' })
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
  expect(server.calls.filter((c) => c.path === '/api/v1/questions').length).toBe(1)
})

test('a refusal names the words and offers questions that work', async () => {
  const refused = problem({ code: 'not_understood', title: 'the question was not understood', status: 422, extra: { not_understood: ['zorblat'], understood: ['flights'], suggestions: ['flights per month'] } })
  const server = open({ '/api/v1/questions': [{ json: refused, status: 422 }, { events: [['answer', answer()]] }] })
  ask('zorblat')
  const panel = within(await screen.findByTestId('refusal'))
  expect(panel.getByText('zorblat').tagName).toBe('MARK')
  fireEvent.click(panel.getByRole('button', { name: 'flights per month' }))
  await screen.findByTestId('answer')
  expect(server.calls.at(-1)?.body).toEqual({ question: 'flights per month' })
  expect((screen.getByLabelText('Your question') as HTMLTextAreaElement).value).toBe('flights per month')
})

test('a fault shows title, detail, hint and request id, keeps the question, and Retry repeats it', async () => {
  const server = open({ '/api/v1/questions': [{ events: [['step', step('run')], ['error', problem()]] }, { events: [['answer', answer()]] }] })
  ask('flights')
  const panel = within(await screen.findByTestId('error-panel'))
  for (const text of ['unknown function', 'abc123']) panel.getByText(text)
  expect(panel.getByText(/correct the statement/)).toBeTruthy()
  expect((screen.getByLabelText('Your question') as HTMLTextAreaElement).value).toBe('flights')
  fireEvent.click(panel.getByRole('button', { name: 'Retry' }))
  await screen.findByTestId('answer')
  expect(screen.queryByTestId('error-panel')).toBeNull()
  expect(server.calls.filter((c) => c.path === '/api/v1/questions').length).toBe(2)
})

test('a stream that breaks off is a fault, not an answer', async () => {
  open({ '/api/v1/questions': { events: [['step', step('link')]] } })
  ask('x')
  await screen.findByText(/the answer was cut off/)
})

test('the old answer stays, marked, beside a new fault', async () => {
  open({ '/api/v1/questions': [{ events: [['answer', answer()]] }, { json: problem(), status: 502 }] })
  ask('one')
  await screen.findByTestId('answer')
  ask('two')
  await screen.findByTestId('error-panel')
  screen.getByText('The answer before:')
  screen.getByTestId('answer')
})

test('ClickHouse away shows the command that starts it', async () => {
  const away = problem({ code: 'clickhouse_unreachable', title: 'cannot reach ClickHouse', hint: 'aurora up', status: 503 })
  open({ '/api/v1/questions': { json: away, status: 503 }, '/readyz': { json: '', status: 503 } })
  ask('x')
  expect((await screen.findByTestId('away-banner')).textContent).toContain('aurora up')
})

test('the SQL of an answer can be edited and run with its parameters', async () => {
  const server = open({ '/api/v1/questions': { events: [['answer', answer()]] }, '/api/v1/sql': { json: answer({ engine: 'sql' }) } })
  ask('x')
  fireEvent.click(await screen.findByRole('button', { name: 'Edit SQL' }))
  const field = screen.getByLabelText('carrier String') as HTMLInputElement
  expect(field.value).toBe('UA')
  fireEvent.change(field, { target: { value: "B6' OR 1" } })
  fireEvent.keyDown(screen.getByRole('textbox', { name: 'SQL' }), { key: 'Enter', ctrlKey: true })
  await waitFor(() => expect(server.calls.some((c) => c.path === '/api/v1/sql')).toBe(true))
  expect(server.calls.at(-1)?.body).toEqual({ sql: answer().sql, params: [{ name: 'carrier', type: 'String', value: "B6' OR 1" }] })
})

test('an empty warehouse says how to fill it', async () => {
  open({ '/api/v1/tables': { json: { items: [] } } })
  await screen.findByText('aurora connect topic NAME')
})

test('tables show their columns without those of Aurora', async () => {
  open({})
  await screen.findByText('336,776 rows')
  expect(screen.queryByText('_topic')).toBeNull()
  const aside = within(screen.getByRole('complementary'))
  aside.getByText('carrier', { exact: false })
})

test('tabs move by arrow keys', () => {
  open({})
  const tab = screen.getByRole('tab', { name: 'Ask' })
  fireEvent.keyDown(tab, { key: 'ArrowRight' })
  expect(screen.getByRole('tab', { name: 'SQL' }).getAttribute('aria-selected')).toBe('true')
  expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'SQL' }))
})

test('tables say that they are loading', () => {
  vi.stubGlobal('fetch', () => new Promise(() => undefined))
  render(<QueryView />)
  screen.getByText('Loading tables')
})

test('tables that cannot be listed offer Retry', async () => {
  const away = problem({ code: 'clickhouse_unreachable', title: 'cannot reach ClickHouse', hint: 'aurora up', status: 503 })
  open({ '/api/v1/tables': [{ json: away, status: 503 }, tables] })
  const aside = within(screen.getByRole('complementary'))
  await aside.findByText(/aurora up/)
  fireEvent.click(aside.getByRole('button', { name: 'Retry' }))
  await aside.findByText('336,776 rows')
})

test('an ended session leads to the sign-in page and back', async () => {
  history.replaceState(null, '', '/query/?q=x')
  const went = vi.fn()
  vi.stubGlobal('location', { pathname: '/query/', search: '?q=x', assign: went })
  open({ '/api/v1/tables': { json: problem({ code: 'unauthorized', status: 401 }), status: 401 } })
  await vi.waitFor(() => expect(went).toHaveBeenCalledWith('/login/?next=%2Fquery%2F%3Fq%3Dx'))
})
