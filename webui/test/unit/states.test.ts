import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { coverage, states } from '../states'

test('every state of every view has a test', () => {
  const sources = readdirSync(import.meta.dirname)
    .filter((name) => /\.test\.tsx?$/.test(name) && !name.startsWith('states'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n')
  for (const [view, covered] of Object.entries(coverage))
    for (const state of states) {
      const shown = covered[state]
      if (!shown.startsWith('none: ')) expect(sources, `${view}, ${state}`).toMatch(new RegExp(`test\\('[^']*${shown}`))
    }
})
