// Writes lib/api.d.ts from pkg/server/openapi.yaml; with --check it only compares.
// It lives in a package of its own because the generator needs TypeScript 5.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const spec = new URL('../../pkg/server/openapi.yaml', import.meta.url)
const target = new URL('../lib/api.d.ts', import.meta.url)
// The hash lets the unit tests see drift without this package's dependencies.
const hash = createHash('sha256').update(await readFile(spec)).digest('hex')
const types = `// Generated from pkg/server/openapi.yaml by \`npm run generate\`. Do not edit.\n// openapi.yaml sha256 ${hash}\n\n` +
  astToString(await openapiTS(spec, { alphabetize: true }))

if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '')
  if (committed !== types) {
    console.error('lib/api.d.ts does not fit openapi.yaml; run `npm run generate` in webui')
    process.exit(1)
  }
} else {
  await writeFile(target, types)
}
