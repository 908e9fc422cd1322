/**
 * The states every view must have, and the test that shows each: a part of the
 * test's name. A state that a view cannot have says why after "none:".
 */
export const states = ['loading', 'empty', 'error', 'partial', 'live', 'offline engine', 'forbidden', 'long'] as const

export type State = (typeof states)[number]

export const coverage: Record<string, Record<State, string>> = {
  query: {
    loading: 'stages appear as they end',
    empty: 'no rows is an answer',
    error: 'a fault shows title, detail, hint and request id',
    partial: 'a cut result says so',
    live: 'none: an answer is asked for, it does not change by itself',
    'offline engine': 'ClickHouse away shows the command',
    forbidden: 'an ended session leads to the sign-in page',
    long: 'Cancel stops the request',
  },
  tables: {
    loading: 'tables say that they are loading',
    empty: 'an empty warehouse says how to fill it',
    error: 'tables that cannot be listed offer Retry',
    partial: 'none: a page holds up to 1,000 tables',
    live: 'none: read when the page opens and when the engine is back',
    'offline engine': 'tables that cannot be listed offer Retry',
    forbidden: 'an ended session leads to the sign-in page',
    long: 'none: one short read',
  },
  login: {
    loading: 'none: it asks for nothing before it is sent',
    empty: 'the page names the command that prints a link',
    error: 'a wrong token is said at the field',
    partial: 'none: no rows',
    live: 'none: nothing changes by itself',
    'offline engine': 'none: signing in does not need ClickHouse',
    forbidden: 'a used link is explained',
    long: 'none: one short request',
  },
}
