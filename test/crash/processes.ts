import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll } from 'vitest'
import { allotmentChecks } from '../../src/allotments/verify.ts'
import { auditPort } from '../../src/audit/record.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import { ledgerChecks } from '../../src/ledger/verify.ts'
import { paymentChecks } from '../../src/payments/verify.ts'
import { type Installation, openInstallation } from '../../src/platform/installation.ts'
import type { Difference } from '../../src/platform/verify.ts'
import { random } from '../model/random-orders.ts'

// Fundwatch processes that a test may kill, and the installations that they leave behind.

export const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** Random moments, the same for the same seed (what the machine does in them is not). */
export const draw = random(SEED)
/** A folder that any user may enter, for root's database runs as somebody else. */
export const base = join(tmpdir(), `fundwatch-crash-${randomUUID().slice(0, 8)}`)
const children = new Set<ChildProcess>()
const folders = new Set<string>()

/** Opens the installation as any next process would: joining, adopting or recovering its database. */
export async function within<T>(dataDir: string, work: (here: Installation) => Promise<T>): Promise<T> {
  folders.add(dataDir)
  const here = await openInstallation({ dataDir }, auditPort)
  try {
    return await work(here)
  } finally {
    await here.close()
  }
}

/** As a power cut would end it; nothing where it was stopped in order a moment before. */
export function killDatabase(dataDir: string): void {
  try {
    const [pid] = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGKILL')
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

export interface Said {
  word: string
  [more: string]: unknown
}
export interface Client {
  child: ChildProcess
  ready: Promise<void>
  exit: Promise<unknown>
  said: Said[]
}

/** Starts `client.ts` with these words; `heard` is told every line that it says. */
export function client(words: string[], heard: (said: Said) => void = () => {}): Client {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'client.ts'), ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.add(child)
  const said: Said[] = []
  const exit = once(child, 'close').finally(() => children.delete(child))
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', line => {
      const one = JSON.parse(line) as Said
      said.push(one)
      heard(one)
      if (one.word === 'ready') resolve()
    })
    child.once('exit', () => reject(new Error('the client ended before it was ready')))
  })
  ready.catch(() => {})
  return { child, ready, exit, said }
}

/** What `fundwatch verify` finds in the books. */
export const verify = (here: Installation): Promise<Difference[]> =>
  here.run(SYSTEM, async ({ tx }) => {
    const found: Difference[] = []
    for (const check of [...ledgerChecks, ...allotmentChecks, ...paymentChecks])
      found.push(...(await check.run(tx)).differences)
    return found
  })

beforeAll(() => {
  console.info(`FUNDWATCH_SEED=${SEED}`)
  mkdirSync(base)
  chmodSync(base, 0o755)
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  // A test that failed half-way may have left a server; who opens and closes it last, stops it.
  for (const dataDir of folders) await within(dataDir, async () => {}).catch(() => {})
  rmSync(base, { recursive: true, force: true, maxRetries: 5 })
})
