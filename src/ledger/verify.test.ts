import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { Drawer } from '../../test/model/random-orders.ts'
import { ReferenceLedger } from '../../test/model/reference-ledger.ts'
import { World } from '../../test/model/world.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Installation } from '../platform/installation.ts'
import { runChecks } from '../platform/verify.ts'
import { sealAll } from './seal.ts'
import { ledgerChecks } from './verify.ts'

// What an owner of the database could do behind the ledger's back, and how verify names the place.

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  const world = new World(here)
  await world.found()
  const model = new ReferenceLedger()
  const drawer = new Drawer(20261121, model)
  for (let n = 0; n < 150; n++) {
    const order = drawer.order()
    if (model.apply(order) === null) expect(await world.submit(order)).toBeNull()
  }
  await sealAll(here.run)
})
afterAll(() => here?.close())

const found = async (): Promise<string[]> => {
  const all: string[] = []
  for await (const { check, outcome } of runChecks(here.run, SYSTEM, ledgerChecks))
    all.push(...outcome.differences.map(({ place }) => `${check.code} ${place}`))
  return all
}
/** Tampers as the owner without the foreign keys' help, looks, and puts it back. */
async function tampered(change: string, back: string): Promise<string[]> {
  await here.ownerPool.query(change)
  try {
    return await found()
  } finally {
    await here.ownerPool.query(back)
  }
}

test('an untouched ledger has no difference, and every batch and balance was looked at', async () => {
  expect(await found()).toEqual([])
  const checked: Record<string, number> = {}
  for await (const { check, outcome } of runChecks(here.run, SYSTEM, ledgerChecks))
    checked[check.code] = outcome.checked
  const { rows } = await here.ownerPool.query(
    'select (select count(*) from ledger.entry)::int as balances, (select count(*) from ledger.batch)::int as digests',
  )
  expect(checked).toMatchObject(rows[0])
})

test('a changed amount is found at its batch and at both its balances', async () => {
  const { rows } = await here.ownerPool.query(
    'select division, batch, line, debit_allotment, debit, credit_allotment, credit from ledger.entry where amount_fen > 0 order by batch, line offset 7 limit 1',
  )
  const e = rows[0]
  const where = `where division = ${e.division} and batch = ${e.batch} and line = ${e.line}`
  const said = await tampered(
    `update ledger.entry set amount_fen = amount_fen + 1 ${where}`,
    `update ledger.entry set amount_fen = amount_fen - 1 ${where}`,
  )
  expect(said.sort()).toEqual(
    [
      `balances balance ${e.division}/${e.debit_allotment}/${e.debit}`,
      `balances balance ${e.division}/${e.credit_allotment}/${e.credit}`,
      `digests batch ${e.division}/${e.batch}`,
    ].sort(),
  )
})

test('a balance that was raised, and a batch dated back, are found', async () => {
  const { rows } = await here.ownerPool.query(
    'select division, allotment, account from ledger.balance order by 1, 2, 3 offset 4 limit 1',
  )
  const b = rows[0]
  const where = `where division = ${b.division} and allotment = ${b.allotment} and account = ${b.account}`
  expect(
    await tampered(
      `update ledger.balance set debit_fen = debit_fen + 5, credit_fen = credit_fen + 5 ${where}`,
      `update ledger.balance set debit_fen = debit_fen - 5, credit_fen = credit_fen - 5 ${where}`,
    ),
  ).toEqual([`balances balance ${b.division}/${b.allotment}/${b.account}`])
  const [batch] = (await here.ownerPool.query('select division, id from ledger.batch order by id offset 9 limit 1'))
    .rows
  const of = `where division = ${batch.division} and id = ${batch.id}`
  expect(
    await tampered(
      `update ledger.batch set effective_on = effective_on - 1 ${of}`,
      `update ledger.batch set effective_on = effective_on + 1 ${of}`,
    ),
  ).toEqual([`digests batch ${batch.division}/${batch.id}`])
})

test('entries whose batch is gone, and a batch whose entries are gone, are named', async () => {
  const { rows } = await here.ownerPool.query(
    `select e.division, e.batch from ledger.entry e where not exists (select from ledger.corrected c where c.batch = e.batch) and e.corrects_batch is null order by e.batch desc limit 1`,
  )
  const { division, batch } = rows[0]
  const client = await here.ownerPool.connect()
  try {
    await client.query(`create table ledger.aside as select * from ledger.entry where division = ${division} and batch = ${batch};
      delete from ledger.entry where division = ${division} and batch = ${batch}`)
    const gone = await found()
    expect(gone).toContain(`digests batch ${division}/${batch}`)
    expect(gone.filter(place => place.startsWith('balances'))).not.toEqual([])
    await client.query(
      `insert into ledger.entry select division, 999999999, line, debit_allotment, debit, credit_allotment, credit, amount_fen, null, null from ledger.aside`,
    )
    expect((await found()).sort()).toEqual([
      `digests batch ${division}/${batch}`,
      `digests batch ${division}/999999999`,
    ])
    await client.query(
      `delete from ledger.entry where batch = 999999999; insert into ledger.entry select * from ledger.aside`,
    )
  } finally {
    await client.query('drop table if exists ledger.aside')
    client.release()
  }
  expect(await found()).toEqual([])
})

test('a check that breaks is heard, and leaves no transaction behind', async () => {
  const broken = { ...ledgerChecks[0]!, run: () => Promise.reject(new Error('the disk is gone')) }
  const all = async () => {
    for await (const _ of runChecks(here.run, SYSTEM, [ledgerChecks[1]!, broken, ledgerChecks[2]!]));
  }
  await expect(all()).rejects.toThrow('the disk is gone')
  expect(await found()).toEqual([])
})
