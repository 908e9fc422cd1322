import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { LoginView } from '@/components/login-view'
import { fakeFetch, problem } from './samples'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  history.replaceState(null, '', '/')
})

function enter(token: string) {
  fireEvent.change(screen.getByLabelText('Token'), { target: { value: token } })
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
}

test('the page names the command that prints a link', () => {
  render(<LoginView />)
  screen.getByText('aurora serve --print-url')
  expect(screen.queryByRole('alert')).toBeNull()
})

test('a used link is explained', async () => {
  history.replaceState(null, '', '/login/?reason=code')
  render(<LoginView />)
  await screen.findByText(/was used before/)
})

test('a wrong token is said at the field, and the token stays', async () => {
  const refused = problem({ code: 'unauthorized', title: 'sign in first', hint: 'open the link', status: 401 })
  vi.stubGlobal('fetch', fakeFetch({ '/api/v1/session': { json: refused, status: 401 } }).fetch)
  render(<LoginView />)
  enter('wrong')
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toContain('sign in first')
  const field = screen.getByLabelText('Token') as HTMLInputElement
  expect(field.getAttribute('aria-describedby')).toContain(alert.id)
  expect(field.value).toBe('wrong')
  expect(field.type).toBe('password')
})

test('a good token leads back to where one wanted to go', async () => {
  history.replaceState(null, '', '/login/?next=%2Fquery%2F%3Fq%3Dx')
  const server = fakeFetch({ '/api/v1/session': { json: { kind: 'session' } } })
  const went = vi.fn()
  vi.stubGlobal('fetch', server.fetch)
  vi.stubGlobal('location', { search: location.search, assign: went })
  render(<LoginView />)
  enter(' t0ken ')
  await vi.waitFor(() => expect(went).toHaveBeenCalledWith('/query/?q=x'))
  expect(server.calls[0]?.body).toEqual({ token: 't0ken' })
})
