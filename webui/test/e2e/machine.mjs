// What the browser test needs of this machine: the binary, a Chromium, a stack
// of its own in a temporary folder.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

export async function executable(names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name)
      if (await access(path, constants.X_OK).then(() => true, () => false)) return path
    }
  return null
}

/** A stack in a folder of its own, driven through the real binary. */
export class Stack {
  static async create(binary) {
    const home = await mkdtemp(join(tmpdir(), 'aurora-browser-'))
    return new Stack(binary, home)
  }

  constructor(binary, home) {
    this.binary = binary
    this.home = home
    // Only what the program needs: a key of the surrounding environment must not change the answers.
    const keep = ['PATH', 'LANG', 'AURORA_ENGINE_DIR', 'TMPDIR']
    const env = Object.fromEntries(keep.filter((k) => process.env[k]).map((k) => [k, process.env[k]]))
    env.AURORA_ENGINE_DIR ??= join(process.env.XDG_DATA_HOME ?? join(process.env.HOME ?? '', '.local/share'), 'aurora/engine')
    this.env = { ...env, HOME: home, AURORA_DATA_DIR: join(home, 'data'), NO_COLOR: '1', CI: 'true' }
  }

  async aurora(...args) {
    try {
      const { stdout } = await run(this.binary, args, { env: this.env, cwd: this.home, maxBuffer: 64 << 20, timeout: 120_000 })
      return stdout
    } catch (cause) {
      throw new Error(`aurora ${args.join(' ')}: ${cause.stderr || cause.message}`)
    }
  }

  async value(sql) {
    const answer = JSON.parse(await this.aurora('sql', sql, '-o', 'json'))
    return answer.rows[0]?.[0]
  }

  /** Starts `aurora serve` and gives the link it prints. */
  async serve() {
    this.server = spawn(this.binary, ['serve', '--addr', '127.0.0.1:0', '--no-open'], { env: this.env, cwd: this.home, stdio: ['ignore', 'pipe', 'pipe'] })
    this.log = ''
    this.server.stderr.on('data', (text) => (this.log += text))
    const lines = createInterface({ input: this.server.stdout })
    const ended = once(this.server, 'exit').then(([code]) => {
      throw new Error(`aurora serve ended with ${code}: ${this.log}`)
    })
    ended.catch(() => undefined)
    const [link] = await Promise.race([once(lines, 'line'), ended])
    return new URL(link)
  }

  /** Stops `aurora serve` by a signal and gives its exit status. */
  async stopServer() {
    if (!this.server || this.server.exitCode !== null) return this.server?.exitCode
    const exit = once(this.server, 'exit')
    this.server.kill('SIGTERM')
    return (await exit)[0]
  }

  async close() {
    await this.stopServer()
    await this.aurora('down', '--purge', '--yes').catch((cause) => console.error(String(cause)))
    await rm(this.home, { recursive: true, force: true })
  }
}

/** Waits for a condition with a deadline. */
export async function until(what, condition, limit = 30_000) {
  const end = Date.now() + limit
  for (;;) {
    if (await condition()) return
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
