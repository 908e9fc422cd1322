// The browser test: the real binary, the real engine, rows produced in this run.
// Usage: AURORA_BIN=../bin/aurora npm run e2e
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { access } from 'node:fs/promises'
import { flows } from './flows.mjs'
import { executable, Stack } from './machine.mjs'

const binary = process.env.AURORA_BIN ?? fileURLToPath(new URL('../../../bin/aurora', import.meta.url))
const browserPath = await executable(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])

async function missing() {
  if (!browserPath) return 'no chromium on the PATH (apt-get install chromium)'
  if (!(await access(binary).then(() => true, () => false))) return `no binary at ${binary} (make build)`
  return null
}

const need = await missing()
if (need) {
  console.error(`skipped: the browser test: ${need}`)
  process.exit(process.env.AURORA_TEST_REQUIRE === '1' ? 1 : 0)
}

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const stack = await Stack.create(binary)
const browser = await chromium.launch({ executablePath: browserPath, args: flags })
let failed = false
const test = { stack, browser, watch: undefined, page: undefined }
try {
  for (const [name, flow] of flows) {
    const began = performance.now()
    await flow(test)
    test.watch?.verify()
    console.log(`ok   ${name} (${Math.round(performance.now() - began)} ms)`)
  }
  console.log(`${flows.length} flows, ${test.watch.checks} accessibility checks, ${test.watch.requests} requests, none to another origin`)
} catch (cause) {
  failed = true
  console.error(`FAIL ${cause.stack ?? cause}`)
  if (stack.log) console.error(`log of aurora serve:\n${stack.log}`)
  if (test.page) {
    const shot = join(process.env.AURORA_SHOTS ?? '.', 'failure.png')
    await test.page.screenshot({ path: shot, fullPage: true }).then(() => console.error(`screenshot: ${shot}`), () => undefined)
  }
} finally {
  await browser.close()
  await stack.close()
}
process.exit(failed ? 1 : 0)
