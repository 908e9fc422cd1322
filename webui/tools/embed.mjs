// Copies the export to dist, which the Go program embeds, with a .gz beside
// every file that shrinks. HTML is compressed per answer: it carries a nonce.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const [out, dist] = [join(root, 'out'), join(root, 'dist')]

for (const name of await readdir(dist).catch(() => [])) {
  if (name !== '.keep') await rm(join(dist, name), { recursive: true })
}
await mkdir(dist, { recursive: true })
await cp(out, dist, { recursive: true })
// The page for unknown paths is 404.html; its copies would answer 200.
for (const copy of ['404', '_not-found']) await rm(join(dist, copy), { recursive: true, force: true })

let raw = 0
let packed = 0
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name === '.keep') continue
  const path = join(entry.parentPath, entry.name)
  const content = await readFile(path)
  const gz = gzipSync(content, { level: 9 })
  raw += content.length
  packed += Math.min(gz.length, content.length)
  const shrinks = gz.length < content.length * 0.9
  if (/\.(js|css|svg|txt|json)$/.test(entry.name) && shrinks) await writeFile(`${path}.gz`, gz)
}
console.log(`web UI: ${Math.round(raw / 1000)} kB, ${Math.round(packed / 1000)} kB compressed`)
