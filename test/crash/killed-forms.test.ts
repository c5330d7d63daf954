import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { sealAll } from '../../src/ledger/seal.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { type Asked, perform } from './client.ts'
import { base, client, draw, killDatabase, type Said, SEED, verify, within } from './processes.ts'

const KILLS = Number(process.env.FUNDWATCH_KILLS ?? 20)
const dataDir = join(base, 'forms')

/** What the clients said, over all their lives. */
const asked = new Map<string, Asked>()
const done = new Map<string, string>()
const victims: Record<string, number> = {}
function heard(said: Said): void {
  const form = said.asked as Asked | undefined
  if (form) asked.set(form.key, form)
  if (said.word === 'done') done.set(said.key as string, said.batch as string)
}

beforeAll(() =>
  within(dataDir, here =>
    here.ownerPool.query(`
      insert into divisions.division (id) values (1), (2);
      insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
        (1, '[2018-01-01,)', '990100000', '样例市', 'city', null, null), (2, '[2018-01-01,)', '990101000', '样例县', 'county', 1, 1);
      select divisions.rebuild_scopes();
      insert into funds.catalogue (division, name) values (1, '清单');
      insert into funds.fund (catalogue, division, code, name, level) select id, 1, 'F01', '样例资金', 'city' from funds.catalogue`),
  ),
)

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
    const { child, ready, exit, said } = client(['post', dataDir, `k${kill}`], heard)
    await ready
    await sleep(20 + draw() * 400)
    const victim = kill % 4 === 0 ? 'both' : kill % 2 === 0 ? 'database' : 'process'
    victims[victim] = (victims[victim] ?? 0) + 1
    if (victim !== 'process') killDatabase(dataDir)
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
    await within(dataDir, settle)
  }
  await within(dataDir, async here => {
    await sealAll(here.run)
    await settle(here)
  })
  console.info({ kills: victims, forms: asked.size, answered: done.size })
  expect(asked.size).toBeGreaterThan(KILLS * 3)
})
