import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { importer } from './import-payments.ts'
import { county, table } from './test-fixture.ts'
import { unmaskAccount } from './unmask.ts'

let here: Installation
let payment = ''
beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  await importer.run(here.run, SYSTEM, { source: table([{ PAY_CERT_NO: 'V1' }]), division: null })
  payment = String((await here.ownerPool.query('select id from payments.payment')).rows[0].id)
})
afterAll(() => here.close())

const person = (id: number): Actor => ({ id, name: '库支付', scope: 2, permissions: new Set(['personal.unmask']) })
const look = (as: Actor, purpose: string, day?: string) =>
  here
    .run(as, context => unmaskAccount(context, { division: 2, payment, whose: 'payee', purpose }), {
      ...(day ? { clock: clockAt(day) } : {}),
    })
    .then(
      answer => answer.account,
      error => (error instanceof Refusal ? error.faults[0]!.code : Promise.reject(error)),
    )
const query = async (text: string) => (await here.ownerPool.query(text)).rows

test('a look needs a purpose, shows the number, and is an entry with who, whose and why, without the number', async () => {
  expect(await look(person(5), ' 查 ')).toBe('purpose-missing')
  expect(await look(person(5), '核对退款账号')).toBe('6200000000000099999')
  const entries = await query(`select actor, subject, detail, kind from audit.entry where action = 'personal.look'`)
  expect(entries).toEqual([
    { actor: 5n, subject: 'payment V1-1 payee', detail: { purpose: '核对退款账号' }, kind: 'personal' },
  ])
  expect(JSON.stringify(await query('select audit.entry_text(e) as text from audit.entry e'))).not.toContain('99999')
})

test('the looks of a day are limited for each person, by a setting, even when two come at once', async () => {
  await query(`update platform.setting set value = '3' where name = 'looks-a-day'`)
  const answers = await Promise.all(
    ['一二三四', '一二三四', '一二三四', '一二三四', '一二三四'].map(why => look(person(6), why)),
  )
  expect(answers.filter(one => one === 'looks-used-up')).toHaveLength(2)
  expect(await look(person(8), '别人的用途')).toBe('6200000000000099999')
  expect(await look(person(6), '第二天的用途', '2026-07-01')).toBe('6200000000000099999')
})
