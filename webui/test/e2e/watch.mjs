// Everything that must never happen on a page, whatever the flow does.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
// Chromium reports every answer of 400 and more; the flows that provoke one name its status.
const refusedRequest = /^Failed to load resource: the server responded with a status of (\d+)/

export class Watch {
  faults = []
  requests = 0
  checks = 0
  expected = new Set()

  constructor(origin) {
    this.origin = origin
  }

  async attach(context) {
    await context.exposeBinding('reportViolation', (_, text) => this.faults.push(`content security policy: ${text}`))
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (e) => {
        // eslint-disable-next-line no-undef
        window.reportViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`)
      })
    })
    context.on('request', (request) => {
      this.requests++
      const url = new URL(request.url())
      if (url.origin !== this.origin && url.protocol !== 'data:') this.faults.push(`request to another origin: ${request.url()}`)
    })
    context.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return
      const status = refusedRequest.exec(message.text())?.[1]
      if (!status || !this.expected.has(Number(status))) this.faults.push(`console ${message.type()}: ${message.text()}`)
    })
    context.on('weberror', (error) => this.faults.push(`page error: ${error.error().message}`))
  }

  /** Allows answers of these statuses while work runs. */
  async allowing(statuses, work) {
    statuses.forEach((s) => this.expected.add(s))
    await work()
    this.expected.clear()
  }

  /** Checks accessibility and widths of the page as it stands, in both themes. */
  async inspect(page, state) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      for (const width of [360, 768, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
        if (inner > outer) this.faults.push(`${state} at ${width}: ${inner - outer} px wider than the window`)
        if (width === 768) continue
        await this.axe(page, `${state}, ${colorScheme}, ${width}`)
        if (process.env.AURORA_SHOTS) await page.screenshot({ path: `${process.env.AURORA_SHOTS}/${state.replaceAll(' ', '-')}-${colorScheme}-${width}.png`, fullPage: true })
      }
    }
    await page.emulateMedia({ colorScheme: 'light' })
  }

  async axe(page, state) {
    this.checks++
    await page.evaluate(axeSource)
    const { violations } = await page.evaluate(() => globalThis.axe.run())
    for (const v of violations) this.faults.push(`${state}: ${v.impact} ${v.id} at ${v.nodes.map((n) => n.target).join(', ')}: ${v.help}`)
  }

  /** Throws everything that was seen since the last time. */
  verify() {
    const seen = this.faults.splice(0)
    if (seen.length > 0) throw new Error(seen.join('\n'))
  }
}
