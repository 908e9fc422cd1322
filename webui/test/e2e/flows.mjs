import { equal, match, ok } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { until } from './machine.mjs'
import { Watch } from './watch.mjs'

// The events of this run: what a question must find again. The numbers differ
// from run to run, so that no answer can be an old one.
const cities = ['Oslo', 'Lima', 'Kyoto', 'Quito', 'Dakar']
const events = Array.from({ length: 900 + Math.floor(Math.random() * 500) }, (_, i) => ({
  order_id: i + 1,
  city: cities[(i * i + Math.floor(i / 7)) % cities.length],
  amount: Math.round((5 + ((i * 37) % 900)) * 1.25 * 100) / 100,
  express: i % 3 === 0,
  ordered_at: new Date(Date.UTC(2026, i % 8, 1 + (i % 27), i % 24)).toISOString(),
}))

const count = new Map()
for (const e of events) count.set(e.city, (count.get(e.city) ?? 0) + 1)
const ranked = [...count].sort((a, b) => b[1] - a[1])
const months = new Set(events.map((e) => e.ordered_at.slice(0, 7))).size
const text = (n) => new Intl.NumberFormat('en').format(n)

async function ask(page, question) {
  await page.getByLabel('Your question').fill(question)
  await page.keyboard.press('Enter')
}

async function settled(page) {
  await page.locator('.outcome[aria-busy=false]').waitFor()
}

async function answered(page, question) {
  await ask(page, question)
  await settled(page)
  const answer = page.getByTestId('answer')
  await answer.waitFor()
  return answer
}

async function cells(page) {
  return page.locator('.table-box tbody tr').evaluateAll((rows) => rows.map((r) => [...r.children].map((c) => c.textContent)))
}

async function runSQL(page, sql) {
  await page.getByRole('tab', { name: 'SQL' }).click()
  await page.getByRole('textbox', { name: 'SQL' }).fill(sql)
  await page.keyboard.press('Control+Enter')
}

/** The status of a plain request, as a program or a foreign page would send it. */
function status(url, options) {
  return new Promise((resolve, reject) => {
    const r = request(url, options, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    r.on('error', reject)
    r.end(options.body)
  })
}

export const flows = [
  ['the stack starts and takes the events of this run', async ({ stack }) => {
    const file = join(stack.home, 'orders.jsonl')
    await writeFile(file, events.map((e) => JSON.stringify(e)).join('\n') + '\n')
    await stack.aurora('up', '--broker')
    await stack.aurora('topic', 'create', 'orders', '--partitions', '2')
    await stack.aurora('topic', 'produce', 'orders', '-f', file)
    await stack.aurora('connect', 'topic', 'orders', '--yes')
    await until('all events are rows', async () => Number(await stack.value('SELECT count() FROM orders')) === events.length)
  }],

  ['a stranger is sent to the sign-in page', async (test) => {
    test.link = await test.stack.serve()
    test.watch = new Watch(test.link.origin)
    const context = await test.browser.newContext({ viewport: { width: 1280, height: 800 } })
    context.setDefaultTimeout(20_000)
    await test.watch.attach(context)
    test.page = await context.newPage()
    await test.watch.allowing([401], async () => {
      await test.page.goto(test.link.origin + '/query/')
      await test.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    })
    await test.page.getByText('Use the token instead').click()
    await test.watch.inspect(test.page, 'sign in')
    await test.watch.allowing([401], async () => {
      await test.page.getByLabel('Token', { exact: true }).fill('wrong')
      await test.page.keyboard.press('Enter')
      await test.page.getByText(/sign in first/).waitFor()
    })
    await test.watch.inspect(test.page, 'wrong token')
  }],

  ['the printed link signs in, once', async ({ page, link, browser, watch }) => {
    await page.goto(link.href)
    await page.getByRole('heading', { name: 'Query' }).waitFor()
    equal(new URL(page.url()).search, '', 'the code stays in the address')
    const other = await browser.newContext()
    const second = await other.newPage()
    await second.goto(link.href)
    await second.getByText(/was used before/).waitFor()
    await other.close()
    await page.getByText(`${text(events.length)} rows`).waitFor()
    await watch.inspect(page, 'empty')
  }],

  ['the keyboard alone reaches the question', async ({ page }) => {
    await page.reload()
    await page.keyboard.press('Tab')
    equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    equal(await page.evaluate(() => document.activeElement.textContent), 'Ask')
    await page.keyboard.press('Tab')
    equal(await page.evaluate(() => document.activeElement.id), 'question')
    await page.keyboard.type('how many orders')
    await page.keyboard.press('Enter')
    await page.getByTestId('answer').waitFor()
  }],

  ['a count is one number, of the rows of this run', async ({ page, watch }) => {
    const answer = await answered(page, 'how many orders')
    equal(await page.getByTestId('chart').getAttribute('data-kind'), 'number')
    equal(await page.locator('.stat p').textContent(), text(events.length))
    match(await answer.locator('.understood').textContent(), /orders/)
    match(await answer.locator('.code-block code').textContent(), /SELECT[\s\S]*count/i)
    match(await answer.locator('.facts').textContent(), /offline/)
    await watch.inspect(page, 'number')
  }],

  ['a ranking is bars, with its rows', async ({ page, watch }) => {
    await answered(page, 'number of orders by city')
    equal(await page.getByTestId('chart').getAttribute('data-kind'), 'bar')
    const rows = new Map((await cells(page)).map(([city, n]) => [city, n]))
    for (const [city, n] of ranked) equal(rows.get(city), text(n), city)
    await page.locator('.bar rect').nth(ranked.length - 1).waitFor()
    equal(await page.locator('.bar rect').count(), ranked.length)
    await watch.inspect(page, 'bars')
  }],

  ['a filter shows its value as a parameter', async ({ page }) => {
    await answered(page, 'how many orders in Lima')
    match(await page.getByTestId('params').textContent(), /Lima/)
    ok(!(await page.locator('.code-block code').textContent()).includes('Lima'), 'the value stands in the SQL')
    equal(await page.locator('.stat p').textContent(), text(count.get('Lima')))
  }],

  ['a trend is a line over time', async ({ page, watch }) => {
    await answered(page, 'number of orders per month')
    equal(await page.getByTestId('chart').getAttribute('data-kind'), 'line')
    equal((await cells(page)).length, months)
    match(await page.getByRole('img').getAttribute('aria-label'), /Line chart over/)
    await watch.inspect(page, 'line')
  }],

  ['a question that is not understood is refused with its words and suggestions', async ({ page, watch }) => {
    await watch.allowing([422], async () => {
      await ask(page, 'how many zorblat orders')
      await page.getByTestId('refusal').waitFor()
    })
    match(await page.getByTestId('refusal').locator('mark').first().textContent(), /zorblat/)
    await watch.inspect(page, 'refusal')
    const suggestion = page.getByTestId('refusal').locator('.suggestions button').first()
    const question = await suggestion.textContent()
    await suggestion.click()
    await page.getByTestId('answer').waitFor()
    equal(await page.getByLabel('Your question').inputValue(), question)
  }],

  ['SQL with a parameter runs, and hostile values stay values', async ({ page }) => {
    await runSQL(page, 'SELECT city, count() AS n FROM orders WHERE city = {city:String} GROUP BY city')
    await settled(page)
    await page.getByLabel('city String').fill("Oslo' OR 1=1 --")
    await page.getByLabel('city String').press('Enter')
    await page.getByText(/found no rows/).waitFor()
    await page.getByLabel('city String').fill('Oslo')
    await page.getByLabel('city String').press('Enter')
    await page.locator('.table-box td', { hasText: 'Oslo' }).waitFor()
    equal((await cells(page))[0][1], text(count.get('Oslo')))
  }],

  ['a long result says that it was cut', async ({ page, watch }) => {
    await runSQL(page, 'SELECT order_id, city FROM orders')
    await page.getByText(/The first 500 rows of more/).waitFor()
    equal(await page.locator('.table-box tbody tr').count(), 100)
    await watch.inspect(page, 'long result')
    await page.getByRole('button', { name: 'Show more' }).click()
    equal(await page.locator('.table-box tbody tr').count(), 500)
  }],

  ['a write and a wrong column are refused, a failing query is an error that can be corrected', async ({ page, watch }) => {
    await watch.allowing([422, 502], async () => {
      await runSQL(page, 'DROP TABLE orders')
      await page.getByTestId('refusal').getByText('not_a_select').waitFor()
      await runSQL(page, 'SELECT cityy FROM orders')
      await page.getByTestId('refusal').getByText(/did you mean city/).waitFor()
      await runSQL(page, 'SELECT toInt32(city) FROM orders')
      await page.getByTestId('error-panel').waitFor()
    })
    match(await page.getByTestId('error-panel').textContent(), /toInt32|Cannot parse|city[\s\S]*Next:[\s\S]*Request/)
    await watch.inspect(page, 'sql error')
    await runSQL(page, 'SELECT city FROM orders LIMIT 1')
    await page.getByTestId('error-panel').waitFor({ state: 'detached' })
  }],

  ['a running statement is cancelled', async ({ page }) => {
    await runSQL(page, 'SELECT sum(a.amount * b.amount * c.amount) FROM orders AS a CROSS JOIN orders AS b CROSS JOIN orders AS c')
    await page.getByRole('button', { name: 'Cancel' }).click({ timeout: 1000 })
    await page.locator('p', { hasText: 'Cancelled.' }).waitFor({ timeout: 1000 })
  }],

  ['without the engine there is a banner, and recovery without reload', async ({ page, stack, watch }) => {
    await stack.aurora('down')
    await page.getByRole('tab', { name: 'Ask' }).click()
    await watch.allowing([503], async () => {
      await ask(page, 'how many orders')
      await page.getByTestId('away-banner').waitFor()
      await page.getByTestId('error-panel').waitFor()
      match(await page.getByTestId('error-panel').textContent(), /Next:.*aurora/)
      equal(await page.getByLabel('Your question').inputValue(), 'how many orders')
      await watch.inspect(page, 'engine away')
      await stack.aurora('up')
      await page.getByText(/ClickHouse answers again/).waitFor()
    })
    await page.getByRole('button', { name: 'Retry' }).first().click()
    await page.locator('.stat p').waitFor()
    equal(await page.locator('.stat p').textContent(), text(events.length))
  }],

  ['foreign hosts and cross-site requests are refused', async ({ link, page }) => {
    const cookie = (await page.context().cookies()).map((c) => `${c.name}=${c.value}`).join('; ')
    equal(await status(link.origin + '/api/v1/tables', { headers: { cookie } }), 200)
    equal(await status(link.origin + '/api/v1/tables', { headers: { cookie, host: 'evil.example' } }), 403)
    const body = JSON.stringify({ sql: 'SELECT 1' })
    const post = { method: 'POST', body, headers: { cookie, 'content-type': 'application/json', origin: 'http://evil.example' } }
    equal(await status(link.origin + '/api/v1/sql', post), 403)
  }],

  ['an unknown page is a 404 with a way on', async ({ page, link, watch }) => {
    await watch.allowing([404], async () => {
      const response = await page.goto(link.origin + '/nothing/')
      equal(response.status(), 404)
      await page.getByRole('link', { name: 'Ask a question' }).waitFor()
    })
    await watch.inspect(page, 'not found')
    await page.getByRole('link', { name: 'Ask a question' }).click()
    await page.getByRole('heading', { name: 'Query' }).waitFor()
  }],

  ['signing out ends the session', async ({ page, watch }) => {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await watch.allowing([401], async () => {
      await page.goto(new URL('/query/', page.url()).href)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    })
  }],

  ['the server stops by a signal with status 0', async ({ stack }) => {
    equal(await stack.stopServer(), 0)
  }],
]
