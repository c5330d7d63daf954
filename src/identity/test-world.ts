import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import type { ApplicationLineBody } from './contract.ts'
import { createAccount } from './sign-in.ts'
import type { NewHolding } from './store.ts'

export const PROVINCE = '990000000'
export const COUNTY = '990101000'
export const OTHER = '990102000'
export const PASSWORD = 'Correct-Horse-1'

/** A province (1) with two counties (2, 3): offices, agencies and a fund in the first of them. */
export async function identityWorld(clock?: Clock): Promise<Installation> {
  const here = await testInstallation(clock ? { clock } : {})
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null), (3, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2015-01-01,)', '${PROVINCE}', '样例省', 'province', null, null),
      (2, '[2015-01-01,)', '${COUNTY}', '甲县', 'county', 1, 1), (3, '[2015-01-01,)', '${OTHER}', '乙县', 'county', 1, 1);
    select divisions.rebuild_scopes();
    insert into divisions.office (division, code, name) values (2, '01', '农业股'), (2, '02', '社保股');
    insert into divisions.agency (division, code, name) values (2, '101', '甲县农业局'), (2, '102', '柳树村村民委员会');
    insert into funds.catalogue (division, name) values (2, '清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 2, 'X1', '扶贫资金', 'county')`)
  return here
}

/** An invented identity number of the unused area 990101, with its check digit. */
export function inventedNumber(serial: number): string {
  const seventeen = `99010119800101${String(serial).padStart(3, '0')}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, i) => total + weight * Number(seventeen[i]), 0)
  return `${seventeen}${'10X98765432'[sum % 11]}`
}

export async function person(here: Installation, signInName: string, holdings: NewHolding[]): Promise<Actor> {
  const id = await here.run(SYSTEM, context =>
    createAccount(context, {
      signInName,
      name: `样例${signInName}`,
      password: PASSWORD,
      mustChange: false,
      holdings,
    }),
  )
  return { id: Number(id), name: signInName, scope: holdings[0]!.division, permissions: new Set() }
}

export const line = (serial: number, more: Partial<ApplicationLineBody> = {}): ApplicationLineBody => ({
  kind: 'open',
  officeName: '农业股',
  name: `样例人${serial}`,
  number: inventedNumber(serial),
  duty: '科员',
  phone: `1390000${String(serial).padStart(4, '0')}`,
  signInName: `clerk.${serial}`,
  post: 'handler',
  ...more,
})

/** The codes of what was refused; `done` where nothing was. */
export const codesOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    error => {
      if (error instanceof Refusal) return error.faults.map(fault => fault.code).join(' ')
      throw error
    },
  )
