import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import type { Permission } from '../kernel/permission.ts'
import { Refusal, refuse } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { kindOf } from './kind.ts'
import { expireAudit, sealAudit } from './seal.ts'
import { setRetention } from './set-retention.ts'
import { entriesBehind } from './store.ts'
import { auditChecks } from './verify.ts'

let here: Installation
beforeEach(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990000000', '样例省', 'province', null, null), (2, '[2018-01-01,)', '990101000', '甲县', 'county', 1, 1);
    select divisions.rebuild_scopes()`)
})
afterEach(() => here.close())

const person = (scope: number, ...permissions: Permission[]): Actor => ({
  id: 7,
  name: '张审计',
  scope,
  permissions: new Set(permissions),
})
const act = (action: string, division = 2, more: object = {}) =>
  here.run(person(2), context => context.audit({ division, action, ...more }))
const verified = () =>
  here.run(
    SYSTEM,
    async ({ tx }) => {
      const found = []
      for (const check of auditChecks) found.push(...(await check.run(tx)).differences.map(one => one.place))
      return found
    },
    { readOnly: true },
  )
const query = async (text: string, values: unknown[] = []) => (await here.ownerPool.query(text, values)).rows

describe('the chain', () => {
  beforeEach(async () => {
    await act('fund.superior', 2, { subject: 'X1', before: { superior: 1 }, after: { superior: null } })
    await act('sign-in')
    await act('allotment.register')
    expect(await sealAudit(here.run)).toBe(3)
    await act('allotment.plan')
    expect(await sealAudit(here.run)).toBe(1)
    expect(await verified()).toEqual([])
  })

  test.each([
    ['an entry whose words were changed', `update audit.entry set action = 'nothing' where id = 2`, 'audit entry 2/2'],
    ['what stood before a change', `update audit.entry set before = '{"superior": 5}' where id = 1`, 'audit entry 2/1'],
    [
      'a changed entry with a digest made to fit',
      `update audit.entry set outcome = 'refused' where id = 2;
       update audit.entry e set digest = public.digest(convert_to(audit.entry_text(e), 'UTF8'), 'sm3') where id = 2`,
      'audit seal 2/1 network',
    ],
    [
      'an entry that was removed',
      'delete from audit.seal_entry where entry = 3; delete from audit.entry where id = 3',
      'audit seal 2/1 book',
    ],
    [
      'two entries that changed places',
      `alter table audit.seal_entry drop constraint audited_once;
       update audit.seal_entry set no = 3 - no, position = 9 where entry in (3, 4)`,
      'audit seal 2/1 book',
    ],
    [
      'a seal that was removed',
      'alter table audit.seal_group drop constraint seal_group_division_no_fkey; alter table audit.seal_entry drop constraint seal_entry_division_no_fkey; delete from audit.seal where no = 1',
      'audit seal 2/2',
    ],
    [
      'an entry that was slipped in past the writer',
      `insert into audit.entry (division, actor, actor_name, action, outcome, digest) values (2, 1, 'x', 'x', 'done', '\\x00')`,
      'audit seals',
    ],
    [
      'entries removed as if their time were over, without a word about it',
      `delete from audit.seal_entry where entry = 2; delete from audit.entry where id = 2;
       update audit.seal_group set removed_by = 4 where no = 1 and kind = 'network'`,
      'audit removal 2/4',
    ],
  ])('shows %s', async (_, spoil, place) => {
    await query(spoil)
    expect(await verified()).toContain(place)
  })
})

test('acts at the same time wait for nobody, and one that commits late is sealed later', async () => {
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  let begun = () => {}
  const started = new Promise<void>(resolve => {
    begun = resolve
  })
  const late = here.run(person(2), async context => {
    await context.audit({ division: 2, action: 'late' })
    begun()
    await held
  })
  await started
  await act('quick')
  expect(await sealAudit(here.run)).toBe(1)
  release()
  await late
  expect(await sealAudit(here.run)).toBe(1)
  expect(await verified()).toEqual([])
})

test('a refusal is kept with its code in the division of whoever was refused', async () => {
  await here
    .run(person(2), async context => {
      await context.audit({ division: 2, action: 'allotment.register' })
      refuse('conflict', 'over-allotted', '不足', 'too little')
    })
    .catch(() => {})
  expect(await query('select division, action, outcome, kind, detail from audit.entry')).toEqual([
    {
      division: 2,
      action: 'allotment.register',
      outcome: 'refused',
      kind: 'book',
      detail: { codes: ['over-allotted'], count: 1 },
    },
  ])
})

describe('who reads it', () => {
  const read = (actor: Actor) =>
    here.run(actor, async ({ tx }) => (await entriesBehind(tx, {}, undefined, 10)).map(row => row.action), {
      readOnly: true,
    })
  test('the audit administrator alone, below the routes too, and within the scope', async () => {
    await act('in-county')
    await act('in-province', 1)
    expect(await read(person(1, 'audit.read'))).toEqual(['in-province', 'in-county'])
    expect(await read(person(2, 'audit.read'))).toEqual(['in-county'])
    // A broken query of any other post, with every other permission, finds nothing.
    expect(await read(person(1, 'allotments.read', 'releases.sign', 'security.configure'))).toEqual([])
    for (const table of ['entry', 'seal', 'seal_group', 'seal_entry', 'unsealed'])
      expect(
        await here.run(person(1, 'payments.read'), ({ tx }) => tx.query(`select from audit.${table}`), {
          readOnly: true,
        }),
      ).toEqual([])
  })
  test('nobody writes past the one writer, changes or removes', async () => {
    for (const statement of [
      `insert into audit.entry (division, actor, actor_name, action, outcome, digest) values (2, 1, 'x', 'x', 'done', '')`,
      'update audit.entry set action = action',
      'delete from audit.entry',
      'delete from audit.unsealed',
      'update audit.seal_group set removed_by = 1',
    ])
      await expect(here.run(SYSTEM, ({ tx }) => tx.query(statement))).rejects.toThrow(/permission denied/)
  })
})

test('what somebody typed of personal data into a subject or a note is masked before it is kept', async () => {
  await act('note', 2, {
    subject: `99010119900101123${check('99010119900101123')}`,
    detail: { note: '电话 13812345678' },
  })
  const [row] = await query('select subject, detail from audit.entry')
  expect(row).toEqual({ subject: expect.stringMatching(/^9901\*{4}/), detail: { note: '电话 138****5678' } })
})
const check = (first17: string): string =>
  '10X98765432'[
    [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce((s, w, i) => s + w * Number(first17[i]), 0) % 11
  ]!

describe('how long it is kept', () => {
  /** An entry as it would stand here had it been written so many months ago. */
  const old = async (action: string, months: number) => {
    await act(action)
    await query(
      `update audit.entry set recorded_at = now() - make_interval(months => $1) where id = (select max(id) from audit.entry)`,
      [months],
    )
    await query(
      `update audit.entry e set digest = public.digest(convert_to(audit.entry_text(e), 'UTF8'), 'sm3') where id = (select max(id) from audit.entry)`,
    )
  }
  test('kinds past their time go and leave a stub; books never go, and the chain still holds', async () => {
    await old('sign-in', 14)
    await old('allotment.register', 400)
    await old('personal.look', 61)
    await sealAudit(here.run)
    await old('sign-in', 2)
    await act('projects.import')
    expect(await expireAudit(here.run)).toBe(2)
    expect((await query('select action from audit.entry order by id')).map(row => row.action)).toEqual([
      'allotment.register',
      'sign-in',
      'projects.import',
      'audit.expired',
      'audit.expired',
    ])
    expect(await query('select kind, entries from audit.seal_group where removed_by is not null order by 1')).toEqual([
      { kind: 'network', entries: 1 },
      { kind: 'personal', entries: 1 },
    ])
    await sealAudit(here.run)
    expect(await verified()).toEqual([])
    expect(await expireAudit(here.run)).toBe(0)
    // A stub that claims more than went is seen.
    await query(`update audit.seal_group set entries = 9 where removed_by is not null and kind = 'network'`)
    expect(await verified()).toContain('audit seal 2/1')
  })
  test('is data, never less than the law asks, and for books without an end', async () => {
    const set = (kind: 'network' | 'book', keepMonths: number | null) =>
      here
        .run(SYSTEM, context => setRetention(context, { kind, keepMonths }))
        .then(
          () => 'done',
          error => (error instanceof Refusal ? error.faults[0]!.code : String(error)),
        )
    expect(await set('network', 5)).toBe('retention-too-short')
    expect(await set('network', 6)).toBe('done')
    expect(await set('book', 1200)).toBe('retention-fixed')
    await expect(query(`update audit.retention set keep_months = 1200 where kind = 'book'`)).rejects.toThrow(
      /kept_as_long_as_the_law_says/,
    )
    expect(await query(`select before, after, kind from audit.entry where action = 'retention.set'`)).toEqual([
      { before: { keepMonths: 12 }, after: { keepMonths: 6 }, kind: 'authority' },
    ])
  })
  test('is told by the action where the act does not say it', () => {
    expect(
      [
        'sign-in',
        'POST /divisions/:division/x',
        'personal.look',
        'release.ask',
        'account-created',
        'fund.superior',
      ].map(kindOf),
    ).toEqual(['network', 'network', 'personal', 'personal', 'authority', 'authority'])
    expect(
      ['allotment.register', 'import-done', 'payments-posted-later', 'corrected', 'rules.check', 'unheard-of'].map(
        kindOf,
      ),
    ).toEqual(['book', 'book', 'book', 'book', 'operation', 'operation'])
  })
})
