import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { allotmentsExtract } from '../allotments/extract.ts'
import { booksExtracts } from '../books/extract.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { sm3 } from '../kernel/digest.ts'
import type { Permission } from '../kernel/permission.ts'
import { Refusal } from '../kernel/refusal.ts'
import { paymentsExtract } from '../payments/extract.ts'
import { importer } from '../payments/import-payments.ts'
import { arrange, county, type TestRow, table } from '../payments/test-fixture.ts'
import type { Installation } from '../platform/installation.ts'
import { packageExtract } from '../proof/extract.ts'
import { askRelease } from './ask.ts'
import { compareReleases } from './compare.ts'
import type { AskBody } from './contract.ts'
import { decideRelease } from './decide.ts'
import { handOut } from './hand-out.ts'
import { releasesPart } from './part.ts'
import { releaseById } from './store.ts'

let here: Installation
const EXTRACTS = [paymentsExtract, allotmentsExtract]
beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  await take([
    { PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '100.00' },
    { PAY_CERT_NO: 'V2', BGT_ID: 'A1', PAY_AMT: '50.00' },
  ])
})
afterAll(() => here.close())

const take = (rows: readonly TestRow[]) => importer.run(here.run, SYSTEM, { source: table(rows), division: null })
const READS: Permission[] = ['payments.read', 'allotments.read', 'releases.read']
const person = (id: number, ...permissions: Permission[]): Actor => ({
  id,
  name: `人员${id}`,
  scope: 2,
  permissions: new Set([...READS, ...permissions]),
})
const maker = person(1, 'releases.ask', 'releases.sign')
const lead = person(2, 'releases.sign')
const treasury = person(3, 'releases.ask', 'personal.unmask')
let keys = 0
const ask = (as: Actor, more: Partial<AskBody> = {}) =>
  here.run(as, context =>
    askRelease(context, EXTRACTS, 2, {
      kind: 'payments',
      parameters: { year: 2026 },
      format: 'csv',
      personal: false,
      recipient: '省财政厅',
      purpose: '二季度报送',
      requestKey: `request-${++keys}`,
      ...more,
    }),
  )
const read = (id: string) => here.run(lead, async ({ tx }) => (await releaseById(tx, 2, id))!, { readOnly: true })
const decide = async (as: Actor, id: string, agree = true, more: { sm3?: string; opinion?: string } = {}) =>
  here.run(as, async context =>
    decideRelease(context, {
      division: 2,
      release: id,
      agree,
      opinion: more.opinion,
      sm3: more.sm3 ?? (await read(id)).sm3,
    }),
  )
const fetched = (as: Actor, id: string) =>
  here.run(as, async context => (await buffer((await handOut(context, 2, id)).stream as never)).toString())
const code = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults[0]!.code : Promise.reject(error)),
  )

describe('a release', () => {
  test('is frozen when it is asked for, signed by another person over its digest, and leaves only then', async () => {
    const id = await ask(maker)
    expect(await code(fetched(maker, id))).toBe('release-unsigned')
    expect(await code(decide(maker, id))).toBe('maker-signs')
    expect(await code(decide(lead, id, true, { sm3: '0'.repeat(64) }))).toBe('release-changed')
    // A payment that comes in between does not get into what is signed.
    await take([{ PAY_CERT_NO: 'V3', BGT_ID: 'A1', PAY_AMT: '7.00' }])
    await decide(lead, id)
    expect(await code(decide(lead, id))).toBe('release-decided')
    const file = await fetched(maker, id)
    expect(sm3(file).toString('hex')).toBe((await read(id)).sm3)
    expect(file.trim().split('\r\n')).toHaveLength(3)
    expect(file).toContain('6200****9999')
    expect(file).not.toContain('6200000000000099999')
    expect(await read(id)).toMatchObject({ rows: '2', totals: { '金额（元）': '15000' }, state: 'released' })
    const actions = (
      await here.ownerPool.query(
        `select action from audit.entry where action like 'release%' and outcome = 'done' order by id`,
      )
    ).rows
    expect(actions.map(row => row.action)).toEqual(['release.ask', 'release.sign', 'release.download'])
  })

  test('is refused with words, and never leaves then', async () => {
    const id = await ask(maker)
    expect(await code(decide(lead, id, false))).toBe('opinion-missing')
    await decide(lead, id, false, { opinion: '口径不对' })
    expect(await read(id)).toMatchObject({ state: 'refused', opinion: '口径不对' })
    expect(await code(fetched(maker, id))).toBe('release-unsigned')
  })

  test('that the maker signed is refused by the database too, past the program', async () => {
    const id = await ask(maker)
    await expect(
      here.run(maker, ({ tx }) =>
        tx.query(`update releases.release set state = 'released', decided_by = 1, decided_name = 'x' where id = $1`, [
          id,
        ]),
      ),
    ).rejects.toThrow(/maker_does_not_sign/)
    for (const statement of [
      'update releases.snapshot set rows = 0',
      'delete from releases.snapshot',
      `update releases.release set purpose = 'xxxx'`,
    ])
      await expect(here.run(maker, ({ tx }) => tx.query(statement))).rejects.toThrow(/permission denied/)
  })

  test('asked for twice with one key is one release', async () => {
    const [one, two] = [
      await ask(maker, { requestKey: 'the-same-key' }),
      await ask(maker, { requestKey: 'the-same-key' }),
    ]
    expect(one).toBe(two)
  })

  test.each<[string, Partial<AskBody>, string]>([
    ['an unknown kind', { kind: 'gossip' }, 'release-kind-unknown'],
    ['no year', { parameters: {} }, 'release-parameters'],
    ['nobody whom it is for', { recipient: ' ' }, 'recipient-missing'],
    ['no purpose', { purpose: '报' }, 'purpose-missing'],
    [
      'personal data without the permission',
      { personal: true, purpose: '审计厅调阅收款账号核查' },
      'permission-missing',
    ],
  ])('with %s is refused', async (_, more, refusal) => {
    expect(await code(ask(maker, more))).toBe(refusal)
  })
})

test('personal data leaves in the clear only for a purpose in full, signed, to a post that may see it', async () => {
  expect(await code(ask(treasury, { personal: true, purpose: '审计核查' }))).toBe('purpose-missing')
  expect(await code(ask(treasury, { kind: 'allotments', personal: true, purpose: '审计厅调阅收款账号核查' }))).toBe(
    'personal-not-held',
  )
  const id = await ask(treasury, { personal: true, purpose: '审计厅调阅收款账号核查' })
  await decide(lead, id)
  expect(await code(fetched(lead, id))).toBe('permission-missing')
  expect(await fetched(treasury, id)).toContain('6200000000000099999')
  // Whoever compares sees it masked.
  const differences = await here.run(lead, context => compareReleases(context, 2, id), { readOnly: true })
  expect(JSON.stringify(differences)).not.toContain('6200000000000099999')
})

test('the next one of the same kind says what differs from the last signed one, line by line, in words and figures', async () => {
  const compare = (id: string, other?: string) =>
    here.run(lead, context => compareReleases(context, 2, id, other), { readOnly: true })
  const first = await ask(maker, { kind: 'allotments', parameters: { year: 2026 } })
  expect(await compare(first)).toMatchObject({ with: null, rows: [] })
  await decide(lead, first)
  const same = await ask(maker, { kind: 'allotments', parameters: { year: 2026 } })
  expect((await compare(same)).sentence.zh).toContain('各行没有变化')
  await decide(lead, same)
  await arrange(here, { externalId: 'A2', fen: 20_000n })
  await take([{ PAY_CERT_NO: 'V9', BGT_ID: 'A1', PAY_AMT: '10.00' }])
  const next = await ask(maker, { kind: 'allotments', parameters: { year: 2026 }, format: 'xlsx' })
  const found = await compare(next)
  expect(found).toMatchObject({ with: { id: same }, added: 2, removed: 0, changed: 1 })
  expect(found.totals).toContainEqual({ title: '金额（元）', beforeFen: '200000', afterFen: '240000' })
  expect(found.sentence.zh).toContain('新增 2 行、减少 0 行、变动 1 行')
  expect(found.sentence.zh).toContain('“金额”合计由 2,000.00 元变为 2,400.00 元，增加 400.00 元')
  const changed = found.rows.find(row => row.before && row.after)!
  expect(BigInt(changed.before!.at(-1)!) - BigInt(changed.after!.at(-1)!)).toBe(1000n)
  expect(await compare(first, next)).toMatchObject({ added: 0, removed: 2, changed: 1 })
  const other = await ask(maker)
  expect(await code(compare(next, other))).toBe('releases-unlike')
})

test('the general ledger may leave too, an account a line, its two sides equal', async () => {
  const id = await here.run(person(1, 'releases.ask', 'books.read'), context =>
    askRelease(context, booksExtracts, 2, {
      kind: 'general-ledger',
      parameters: { year: 2026 },
      format: 'xlsx',
      personal: false,
      recipient: '省财政厅',
      purpose: '二季度报送',
      requestKey: `request-${++keys}`,
    }),
  )
  const { totals, rows } = await read(id)
  expect(totals['借方（元）']).toBe(totals['贷方（元）'])
  expect([Number(rows) > 2, BigInt(totals['借方（元）']!) > 0n]).toEqual([true, true])
})

test.each(['sub-ledger', 'balance-sheet', 'interlock-proof'])(
  'the book “%s” leaves as a release: frozen, signed by another, and equal to the next one while nothing was posted',
  async kind => {
    const asker = person(1, 'releases.ask', 'books.read')
    const again = () =>
      here.run(asker, context =>
        askRelease(context, booksExtracts, 2, {
          kind,
          parameters: { year: 2026 },
          format: 'csv',
          personal: false,
          recipient: '省财政厅',
          purpose: '二季度报送',
          requestKey: `request-${++keys}`,
        }),
      )
    const id = await again()
    expect(await code(fetched(asker, id))).toBe('release-unsigned')
    await decide(lead, id)
    expect(sm3(await fetched(asker, id)).toString('hex')).toBe((await read(id)).sm3)
    if (kind !== 'interlock-proof') expect(Number((await read(id)).rows)).toBeGreaterThan(0)
    const next = await again()
    const differences = await here.run(lead, context => compareReleases(context, 2, next), { readOnly: true })
    expect(differences).toMatchObject({ with: { id }, added: 0, removed: 0, changed: 0 })
  },
)

test('the audit package leaves as a release: an archive, frozen and signed, that says so; the next one names the tables that changed', async () => {
  const asker = person(1, 'releases.ask', 'proof.package')
  const again = (format: AskBody['format'] = 'zip') =>
    here.run(asker, context =>
      askRelease(
        context,
        [packageExtract],
        2,
        {
          kind: 'audit-package',
          parameters: {},
          format,
          personal: false,
          recipient: '省审计厅',
          purpose: '年度审计调阅',
          requestKey: `request-${++keys}`,
        },
        { run: here.run, code: '990101000' },
      ),
    )
  expect(await code(again('csv'))).toBe('release-format')
  expect(await code(ask(maker, { format: 'zip' }))).toBe('release-format')
  const id = await again()
  expect(await code(here.run(asker, context => handOut(context, 2, id)))).toBe('release-unsigned')
  await decide(lead, id)
  const bytes = await here.run(asker, async context => buffer((await handOut(context, 2, id)).stream as never))
  expect(bytes.subarray(0, 2).toString()).toBe('PK')
  expect(sm3(bytes).toString('hex')).toBe((await read(id)).sm3)
  await take([{ PAY_CERT_NO: 'V77', BGT_ID: 'A1', PAY_AMT: '1.00' }])
  const next = await again()
  const differences = await here.run(lead, context => compareReleases(context, 2, next), { readOnly: true })
  const changed = differences.rows.map(row => row.after?.[0])
  expect(changed).toContain('tables/payments.payment.csv')
  expect(changed).not.toContain('tables/divisions.office.csv')
})

test('verify knows every snapshot by its digest', async () => {
  const [check] = releasesPart(() => EXTRACTS).verify!
  const run = () => here.run(SYSTEM, ({ tx }) => check!.run(tx), { readOnly: true })
  expect((await run()).count).toBe(0)
  await here.ownerPool.query(`update releases.snapshot set sm3 = '\\x00' where release = 1`)
  expect((await run()).differences[0]!.place).toBe('release 2/1')
})
