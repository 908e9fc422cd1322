// Fails when the web UI in dist is heavier than agreed (gzip -9, as it is sent).
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const limits = { page: 280_000, requests: 20, all: 750_000, raw: 3_000_000 }

const gz = async (path) => gzipSync(await readFile(path), { level: 9 }).length
const files = (await readdir(dist, { recursive: true, withFileTypes: true }))
  .filter((f) => f.isFile() && !f.name.endsWith('.gz') && f.name !== '.keep')
  .map((f) => join(f.parentPath, f.name))

let all = 0
let raw = 0
for (const file of files) {
  all += await gz(file)
  raw += (await readFile(file)).length
}
const faults = []
const check = (what, is, most) => {
  console.log(`${what}: ${is} of ${most}`)
  if (is > most) faults.push(what)
}
for (const page of files.filter((f) => f.endsWith('index.html'))) {
  const html = await readFile(page, 'utf8')
  // Current browsers skip what is marked noModule.
  const tags = [...html.matchAll(/<(?:script|link)\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => !/nomodule/i.test(tag))
  const loaded = new Set(tags.flatMap((tag) => /(?:src|href)="(\/[^"]+\.(?:js|css))"/.exec(tag)?.[1] ?? []))
  let size = await gz(page)
  for (const path of loaded) size += await gz(join(dist, path))
  const name = page.slice(dist.length)
  check(`${name}, bytes compressed`, size, limits.page)
  check(`${name}, requests`, loaded.size + 1, limits.requests)
}
check('dist, bytes compressed', all, limits.all)
check('dist, bytes', raw, limits.raw)
if (faults.length > 0) {
  console.error(`over budget: ${faults.join('; ')}`)
  process.exit(1)
}
