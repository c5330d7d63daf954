import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { ExampleFacts } from '../rules/example-facts.ts'
import { catalogue } from '../rules/load-catalogue.ts'
import type { RowRule, Rule } from '../rules/rule.ts'
import { checkAll } from './check.ts'
import { handleWarning } from './handle.ts'

let here: Installation
let facts: ExampleFacts
beforeAll(async () => {
  here = await testInstallation()
})
afterAll(() => here.close())
beforeEach(async () => {
  facts = await ExampleFacts.open(here.ownerPool, 'county')
})

const rule = (code: string): Rule => catalogue().find(one => one.code === code)!
const check = (asOf: string, codes: string[]) => checkAll(here, { asOf, rules: codes.map(rule) })
const warnings = async () =>
  (
    await here.ownerPool.query<{
      id: bigint
      rule: string
      episode: number
      level: string
      status: string
      raised_on: string
      ended_on: string | null
      gone_on: string | null
      amount_fen: bigint
      evidence: Record<string, unknown>
      label: string
    }>('select * from warnings.warning where division = $1 order by rule, cause, episode', [facts.division])
  ).rows
const eventsOf = async (id: bigint) =>
  (
    await here.ownerPool.query<{ kind: string; level: string }>(
      'select kind, level from warnings.event where division = $1 and warning = $2 order by no',
      [facts.division, id],
    )
  ).rows.map(event => `${event.kind} ${event.level}`)
const handle = (id: bigint, act: 'normal' | 'violation' | 'corrected' | 'note', note = '已核实') =>
  here.run(SYSTEM, context => handleWarning(context, { division: facts.division, warning: String(id), act, note }))
const codes = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code).join() : Promise.reject(error)),
  )
const scan = (present: boolean) =>
  here.ownerPool.query(
    `update ledger.document set scan = case when $2 then gen_random_uuid() end where division = $1`,
    [facts.division, present],
  )

describe('running the rules again and again', () => {
  test('the same facts raise nothing twice', async () => {
    await facts.write([
      { register: { as: 'r', on: '2018-03-01', yuan: 100, scan: false, number: '177', form: 'invalid' } },
    ])
    const first = await check('2018-03-10', ['A07', 'A08'])
    expect(first.counts).toEqual({ A07: { bell: 1, yellow: 0, red: 0 }, A08: { bell: 1, yellow: 0, red: 0 } })
    expect(first.raised).toBe(2)
    const second = await check('2018-03-10', ['A07', 'A08'])
    expect([second.raised, second.out, second.counts]).toEqual([0, 0, first.counts])
    expect(await warnings()).toHaveLength(2)
    expect((await here.ownerPool.query('select from warnings.finding')).rows).toHaveLength(0)
  })

  test('a bell goes out when its cause is gone, and rings again as a second episode', async () => {
    await facts.write([{ register: { as: 'r', on: '2018-03-01', yuan: 100, scan: false } }])
    await check('2018-03-10', ['A08'])
    await scan(true)
    expect((await check('2018-03-11', ['A08'])).out).toBeGreaterThanOrEqual(1)
    expect(await warnings()).toMatchObject([{ status: 'out', ended_on: '2018-03-11', episode: 1 }])
    await check('2018-03-12', ['A08'])
    expect(await warnings()).toHaveLength(1)
    await scan(false)
    await check('2018-03-13', ['A08'])
    const [first, second] = await warnings()
    expect([first!.status, second!.status, second!.episode, second!.raised_on]).toEqual([
      'out',
      'open',
      2,
      '2018-03-13',
    ])
    expect(await eventsOf(first!.id)).toEqual(['raised bell', 'out bell'])
    expect(await eventsOf(second!.id)).toEqual(['raised bell'])
  })

  test('a lamp rises with time in one warning, and passing days alone are no event', async () => {
    await facts.write([{ receive: { as: 'r', source: 'province', on: '2018-03-01', yuan: 100 } }])
    await check('2018-03-22', ['A04'])
    await check('2018-03-25', ['A04'])
    await check('2018-04-05', ['A04'])
    await check('2018-05-15', ['A04'])
    const [one, ...others] = await warnings()
    expect(others).toEqual([])
    expect([one!.level, one!.raised_on, one!.evidence.days]).toEqual(['red', '2018-03-22', 75])
    expect(await eventsOf(one!.id)).toEqual(['raised bell', 'level yellow', 'level red'])
  })

  test('a red lamp stays lit when its cause is gone, and the log says so; a changed amount is an event', async () => {
    await facts.write([{ receive: { as: 'r', source: 'province', on: '2018-03-01', yuan: 100 } }])
    await check('2018-05-15', ['A04'])
    await facts.write([
      { assign: { as: 'a', from: 'r', on: '2018-05-16', yuan: 100 } },
      { refine: { as: 'l', from: 'a', on: '2018-05-16', yuan: 70 } },
    ])
    await check('2018-05-17', ['A04'])
    expect(await warnings()).toMatchObject([{ amount_fen: 3000n }])
    await facts.write([{ refine: { as: 'm', from: 'a', on: '2018-05-18', yuan: 30 } }])
    const gone = await check('2018-05-19', ['A04'])
    expect(gone.causeGone).toBeGreaterThanOrEqual(1)
    const [one] = await warnings()
    expect([one!.status, one!.gone_on]).toEqual(['open', '2018-05-19'])
    expect(await eventsOf(one!.id)).toEqual(['raised red', 'evidence red', 'cause-gone red'])
    await handle(one!.id, 'corrected')
    await check('2018-05-20', ['A04'])
    expect(await warnings()).toMatchObject([{ status: 'corrected', episode: 1 }])
  })

  test('what a person found normal does not ring again while it lasts, unless it grows graver', async () => {
    await facts.write([{ receive: { as: 'r', source: 'province', on: '2018-03-01', yuan: 100 } }])
    await check('2018-04-05', ['A04'])
    await handle((await warnings())[0]!.id, 'normal', '等待省级实施方案')
    await check('2018-04-06', ['A04'])
    expect(await warnings()).toHaveLength(1)
    await check('2018-05-15', ['A04'])
    expect((await warnings()).map(one => [one.episode, one.level, one.status])).toEqual([
      [1, 'yellow', 'normal'],
      [2, 'red', 'open'],
    ])
  })

  test('two checks at once: the second is told that one is running', async () => {
    const [first, second] = await Promise.all([codes(checkAll(here)), codes(checkAll(here))])
    expect([first, second].sort()).toEqual(['check-running', 'done'])
  })
})

describe('handling', () => {
  test('a yellow lamp: a violation turns red, then corrected; each act with its note, out of turn refused', async () => {
    await facts.write([{ payment: { voucher: 'V1', on: '2018-04-01', yuan: 5, purpose: '。' } }])
    await check('2018-05-01', ['E12'])
    const [{ id } = { id: 0n }] = await warnings()
    expect(await codes(handle(id, 'corrected'))).toBe('act-not-now')
    expect(await codes(handle(id, 'violation', '  '))).toBe('note-missing')
    await handle(id, 'violation', '用途不实')
    expect(await warnings()).toMatchObject([{ status: 'violation', level: 'red', ended_on: null }])
    await check('2018-05-02', ['E12'])
    expect(await warnings()).toMatchObject([{ status: 'violation', level: 'red' }])
    await handle(id, 'corrected', '已收回')
    expect(await codes(handle(id, 'normal'))).toBe('act-not-now')
    await handle(id, 'note', '归档')
    expect(await eventsOf(id)).toEqual(['raised yellow', 'violation red', 'corrected red', 'note red'])
  })
  test('a violation stays lit when its cause goes and comes back, and the log tells both', async () => {
    const becomes = (reason: string) =>
      here.ownerPool.query(`update payments.unposted set reason = $2 where division = $1`, [facts.division, reason])
    await facts.write([{ payment: { voucher: 'V2', on: '2018-04-01', yuan: 5, unposted: 'beyond-available' } }])
    await check('2018-05-01', ['E02'])
    const [{ id } = { id: 0n }] = await warnings()
    await handle(id, 'violation')
    await becomes('not-paid')
    await check('2018-05-02', ['E02'])
    expect(await warnings()).toMatchObject([{ status: 'violation', gone_on: '2018-05-02' }])
    await becomes('beyond-available')
    await check('2018-05-03', ['E02'])
    expect(await warnings()).toMatchObject([{ status: 'violation', gone_on: null, episode: 1 }])
    expect(await eventsOf(id)).toEqual(['raised red', 'violation red', 'cause-gone red', 'cause-back red'])
  })
  test('a warning of another division is not found', async () => {
    await facts.write([{ payment: { voucher: 'V1', on: '2018-04-01', yuan: 5, purpose: '' } }])
    await check('2018-05-01', ['E12'])
    const [{ id } = { id: 0n }] = await warnings()
    facts = await ExampleFacts.open(here.ownerPool, 'county')
    expect(await codes(handle(id, 'normal'))).toBe('warning-missing')
  })
  test('the history of a warning cannot be changed by the app’s role', async () => {
    await expect(here.run(SYSTEM, ({ tx }) => tx.query('update warnings.event set note = null'))).rejects.toThrow(
      /permission denied/,
    )
    await expect(here.run(SYSTEM, ({ tx }) => tx.query('delete from warnings.event'))).rejects.toThrow(
      /permission denied/,
    )
  })
})

describe('rules that fail', () => {
  const broken = (code: string, when: string): Rule => ({
    ...(rule('E12') as RowRule),
    code,
    sql: { ...(rule('E12') as RowRule).sql, when, level: `'yellow'` },
    parameters: [],
  })
  const resumeAll = () => here.ownerPool.query('delete from rules.suspension')

  test('a failing rule is suspended and named, the others of its scan still run, and its warnings are left alone', async () => {
    await facts.write([{ payment: { voucher: 'V1', on: '2018-04-01', yuan: 5, purpose: '' } }])
    const before = await checkAll(here, { asOf: '2018-05-01', rules: [rule('E12'), broken('Z09', 'true')] })
    expect(before.counts.Z09!.yellow).toBeGreaterThan(0)
    const guilty = broken('Z09', 's.amount_fen / (s.amount_fen - s.amount_fen) > 1')
    const outcome = await checkAll(here, { asOf: '2018-05-02', rules: [rule('E01'), guilty, rule('E12')] })
    expect(outcome.suspended).toMatchObject([{ rule: 'Z09', reason: expect.stringContaining('22012') }])
    expect(outcome.counts.E12).toEqual(before.counts.E12)
    expect(Object.keys(outcome.counts).sort()).toEqual(['E01', 'E12'])
    expect((await warnings()).find(one => one.rule === 'Z09')).toMatchObject({ status: 'open', gone_on: null })
    const next = await checkAll(here, { asOf: '2018-05-03', rules: [guilty, rule('E12')] })
    expect([next.suspended.length, Object.keys(next.counts)]).toEqual([1, ['E12']])
    await resumeAll()
  })
  test('a rule that runs too long is suspended', async () => {
    await facts.write([{ payment: { voucher: 'V1', on: '2018-04-01', yuan: 5, purpose: '' } }])
    const slow = broken('Z08', `pg_sleep(5) is not null`)
    const outcome = await checkAll(here, { asOf: '2018-05-02', rules: [slow, rule('E12')], limitMs: 400 })
    expect(outcome.suspended).toMatchObject([{ rule: 'Z08', reason: expect.stringContaining('time-out') }])
    expect(outcome.counts.E12!.yellow).toBeGreaterThan(0)
    await resumeAll()
  })
  test('a lamp that does not exist is the rule’s fault', async () => {
    await facts.write([{ payment: { voucher: 'V1', on: '2018-04-01', yuan: 5, purpose: '' } }])
    const odd = { ...(broken('Z07', 'true') as RowRule) }
    const outcome = await checkAll(here, {
      asOf: '2018-05-02',
      rules: [{ ...odd, sql: { ...odd.sql, level: `'purple'` } }, rule('E12')],
    })
    expect(outcome.suspended.map(one => one.rule)).toEqual(['Z07'])
    await resumeAll()
  })
  test('a rule can write nothing', async () => {
    const client = await here.rulesPool.connect()
    await expect(client.query('delete from warnings.warning')).rejects.toThrow(/read-only|permission denied/)
    await expect(client.query('begin read write; delete from payments.payment')).rejects.toThrow(/permission denied/)
    client.release(true)
  })
})

describe('parameters', () => {
  const set = (from: string, parameters: object, active = true) =>
    here.ownerPool.query(
      'insert into rules.setting (division, rule, valid_from, parameters, active, actor) values ($1, $2, $3, $4, $5, 0)',
      [facts.division, 'A08', from, parameters, active],
    )
  test('a division’s own value holds from its day on, and for no one else', async () => {
    await facts.write([{ register: { as: 'r', on: '2018-03-01', yuan: 100, scan: false } }])
    await set('2018-03-05', { bell_days: 30 })
    await check('2018-03-04', ['A08'])
    expect(await warnings()).toMatchObject([{ status: 'open' }])
    await check('2018-03-06', ['A08'])
    expect(await warnings()).toMatchObject([{ status: 'out' }])
    await check('2018-03-31', ['A08'])
    expect((await warnings()).map(one => one.status)).toEqual(['out', 'open'])
  })
  test('a rule that a division has switched off does not ring there', async () => {
    await facts.write([{ register: { as: 'r', on: '2018-03-01', yuan: 100, scan: false } }])
    await set('2018-01-01', {}, false)
    await check('2018-03-20', ['A08'])
    expect(await warnings()).toEqual([])
  })
  test('documents from before the go-live are spared by timeliness, not by content', async () => {
    facts = await ExampleFacts.open(here.ownerPool, 'county', '2018-06-01')
    await facts.write([
      { register: { as: 'r', on: '2018-03-01', yuan: 100, scan: false, number: '523', form: 'invalid' } },
      { register: { as: 's', on: '2018-06-02', yuan: 100, scan: false } },
    ])
    await check('2018-07-01', ['A07', 'A08'])
    expect((await warnings()).map(one => [one.rule, one.label.split(' ')[0]])).toEqual([
      ['A07', '523'],
      ['A08', '例财农〔2018〕102号'],
    ])
  })
})
