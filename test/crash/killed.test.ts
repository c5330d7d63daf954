import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allotmentChecks } from '../../src/allotments/verify.ts'
import { auditPort } from '../../src/audit/record.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import { sealAll } from '../../src/ledger/seal.ts'
import { ledgerChecks } from '../../src/ledger/verify.ts'
import { type Installation, openInstallation } from '../../src/platform/installation.ts'
import { random } from '../model/random-orders.ts'
import { type Asked, perform } from './client.ts'

const KILLS = Number(process.env.FUNDWATCH_KILLS ?? 20)
const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const draw = random(SEED)
// A folder that any user may enter, for root's database runs as somebody else.
const base = join(tmpdir(), `fundwatch-crash-${randomUUID().slice(0, 8)}`)
const dataDir = join(base, 'data')
const children = new Set<ChildProcess>()

/** What the clients said, over all their lives. */
const asked = new Map<string, Asked>()
const done = new Map<string, string>()
const forms: Record<string, number> = {}

const opened = () => openInstallation({ dataDir }, auditPort)
async function within<T>(work: (here: Installation) => Promise<T>): Promise<T> {
  const here = await opened()
  try {
    return await work(here)
  } finally {
    await here.close()
  }
}
const serverPid = () => Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

interface Client {
  child: ChildProcess
  ready: Promise<void>
  exit: Promise<unknown>
  said: Record<string, unknown>[]
}
function client(...words: string[]): Client {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'client.ts'), ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.add(child)
  const said: Record<string, unknown>[] = []
  const exit = once(child, 'exit').finally(() => children.delete(child))
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', line => {
      const one = JSON.parse(line) as { word: string; asked?: Asked; key?: string; batch?: string }
      said.push(one)
      if (one.asked) asked.set(one.asked.key, one.asked)
      if (one.word === 'done') done.set(one.key!, one.batch!)
      if (one.word === 'ready') resolve()
    })
    child.once('exit', () => reject(new Error('the client ended before it was ready')))
  })
  ready.catch(() => {})
  return { child, ready, exit, said }
}

beforeAll(async () => {
  console.info(`FUNDWATCH_SEED=${SEED} FUNDWATCH_KILLS=${KILLS}`)
  mkdirSync(base)
  chmodSync(base, 0o755)
  await within(here =>
    here.ownerPool.query(`
      insert into divisions.division (id) values (1), (2);
      insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
        (1, '[2018-01-01,)', '990100000', '样例市', 'city', null, null), (2, '[2018-01-01,)', '990101000', '样例县', 'county', 1, 1);
      select divisions.rebuild_scopes();
      insert into funds.catalogue (division, name) values (1, '清单');
      insert into funds.fund (catalogue, division, code, name, level) select id, 1, 'F01', '样例资金', 'city' from funds.catalogue`),
  )
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  // A test that failed half-way may have left a server.
  await within(async () => {}).catch(() => {})
  rmSync(base, { recursive: true, force: true, maxRetries: 5 })
})

const verify = (here: Installation) =>
  here.run(SYSTEM, async ({ tx }) => {
    const found = []
    for (const check of [...ledgerChecks, ...allotmentChecks]) found.push(...(await check.run(tx)).differences)
    return found
  })

/** Everything that was answered is there, once; what was not is there at most once, and is completed by asking again. */
async function settle(here: Installation): Promise<void> {
  for (const [key, form] of asked) {
    if (done.has(key)) continue
    const { rows: before } = await here.ownerPool.query<{ id: bigint }>(
      'select id from ledger.batch where request_key = $1',
      [key],
    )
    expect(before.length).toBeLessThanOrEqual(1)
    const { batch } = await perform(here, form)
    if (before[0]) expect(batch).toBe(before[0].id)
    done.set(key, String(batch))
  }
  const { rows } = await here.ownerPool.query<{
    key: string
    id: string
    lines: number
    amount: string
    digested: boolean
  }>(
    `select b.request_key as key, b.id::text, count(e.*)::int as lines, sum(e.amount_fen)::text as amount, length(b.digest) = 32 as digested
     from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id where b.request_key is not null group by b.division, b.id`,
  )
  expect(Object.fromEntries(rows.map(row => [row.key, row.id]))).toEqual(Object.fromEntries(done))
  expect(rows.length).toBe(asked.size)
  for (const row of rows) expect([row.lines, row.amount, row.digested]).toEqual([1, asked.get(row.key)!.amount, true])
  const { rows: counts } = await here.ownerPool.query<{ table: string; n: number }>(
    `select 'lines' as table, count(*)::int as n from allotments.allotment union all select 'documents', count(*)::int from ledger.document
     union all select 'transfers', count(*)::int from ledger.transfer`,
  )
  const sent = [...asked.values()].filter(one => one.form === 'pass-down').length
  expect(counts).toEqual([
    { table: 'lines', n: asked.size },
    { table: 'documents', n: asked.size },
    { table: 'transfers', n: sent },
  ])
  expect(await verify(here)).toEqual([])
}

test(`the process and the database are killed ${KILLS} times while forms are posted: nothing is lost, nothing is doubled (FUNDWATCH_SEED=${SEED})`, async () => {
  for (let kill = 1; kill <= KILLS; kill++) {
    const { child, ready, exit, said } = client('post', dataDir, `k${kill}`)
    await ready
    await sleep(20 + draw() * 400)
    const victim = kill % 4 === 0 ? 'both' : kill % 2 === 0 ? 'database' : 'process'
    forms[victim] = (forms[victim] ?? 0) + 1
    if (victim !== 'process') process.kill(serverPid(), 'SIGKILL')
    if (victim === 'database') {
      // The process lives on: it brings the database back, completes what it had asked, and goes on until it is told to end.
      const before = done.size
      for (let waited = 0; done.size <= before + 3; waited += 50) {
        if (waited > 60_000) throw new Error(`seed ${SEED}: the process did not go on after its database was killed`)
        await sleep(50)
      }
      child.stdin!.end()
      await exit
      expect(said.at(-1)).toEqual({ word: 'bye' })
      expect([...asked.keys()].filter(key => key.startsWith(`k${kill}-`) && !done.has(key))).toEqual([])
    } else {
      child.kill('SIGKILL')
      await exit
    }
    await within(settle)
  }
  await within(async here => {
    await sealAll(here.run)
    await settle(here)
  })
  console.info({ kills: forms, forms: asked.size, answered: done.size })
  expect(asked.size).toBeGreaterThan(KILLS * 3)
})

test('an import of allotments that is killed stores nothing; the same file again completes it, once', async () => {
  const LINES = 1500
  const file = join(base, 'zhibiao.csv')
  const head =
    'BGT_ID,MOF_DIV_CODE,FISCAL_YEAR,COR_BGT_DOC_NO,BGT_DOC_TITLE,DOC_DATE,AMOUNT,TRACK_PRO_CODE,ORI_BGT_ID,REC_DIV_CODE,SUP_BGT_DOC_NO'
  const rows = [
    `r,990100,2018,样财〔2018〕7号,一,2018-03-01,${LINES}.00,F01,,,`,
    `a,990100,2018,样财〔2018〕7号,一,2018-03-01,${LINES}.00,F01,r,,`,
  ]
  for (let n = 0; n < LINES; n++) {
    rows.push(`d${n},990100,2018,样财〔2018〕${8 + (n % 40)}号,二,2018-03-01,1.00,F01,a,990101,`)
    rows.push(`g${n},990101,2018,县财〔2018〕${8 + (n % 40)}号,三,2018-03-01,1.00,F01,,,样财〔2018〕${8 + (n % 40)}号`)
  }
  writeFileSync(file, [head, ...rows].join('\n'))
  const taken = () =>
    within(async here => {
      expect(await verify(here)).toEqual([])
      const { rows: found } = await here.ownerPool.query<{ n: number; sum: string }>(
        `select count(*)::int as n, coalesce(sum(amount_fen), 0)::text as sum from allotments.allotment where external_id is not null`,
      )
      return [found[0]!.n, Number(found[0]!.sum)]
    })
  const whole = [rows.length, LINES * 400]
  let complete = 0
  for (let kill = 1; kill <= 8; kill++) {
    const { child, ready, exit } = client('import', dataDir, file)
    await ready
    await sleep(draw() * 700)
    if (kill % 2 === 0) process.kill(serverPid(), 'SIGKILL')
    child.kill('SIGKILL')
    await exit
    const now = await taken()
    if (complete > 0 || now[0] !== 0) {
      expect(now).toEqual(whole)
      complete++
    } else expect(now).toEqual([0, 0])
  }
  for (const [expectTaken, again] of [
    [complete > 0 ? 0 : rows.length, false],
    [0, true],
  ] as const) {
    const { exit, said } = client('import', dataDir, file)
    await exit
    expect(said, again ? 'the second time' : 'the first time').toContainEqual({
      word: 'imported',
      taken: expectTaken,
      repeated: rows.length - expectTaken,
    })
    expect(await taken()).toEqual(whole)
  }
})
