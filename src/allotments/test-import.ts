import { expect } from 'vitest'
import { random } from '../../test/model/random-orders.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { Refusal } from '../kernel/refusal.ts'
import { ledgerChecks } from '../ledger/verify.ts'
import type { Installation } from '../platform/installation.ts'
import type { ImportOutcome } from '../platform/part.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import type { Difference } from '../platform/verify.ts'
import { importer } from './import.ts'
import { COLUMNS } from './import-file.ts'
import { allotmentChecks } from './verify.ts'

/** A province with two cities, three counties and a township; counties 21 and 22 lie under city 11, 23 under the province itself. */
export const province = (here: Installation) =>
  here.ownerPool.query(`
    insert into divisions.division (id) values (1), (11), (12), (21), (22), (23), (31);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2010-01-01,)', '990000000', '样例省', 'province', null, null),
      (11, '[2010-01-01,)', '990100000', '样例甲市', 'city', 1, 1), (12, '[2010-01-01,)', '990200000', '样例乙市', 'city', 1, 1),
      (21, '[2010-01-01,)', '990101000', '样例子县', 'county', 11, 11), (22, '[2010-01-01,)', '990102000', '样例丑县', 'county', 11, 11),
      (23, '[2010-01-01,)', '990201000', '样例寅县', 'county', 12, 1), (31, '[2010-01-01,)', '990101001', '样例镇', 'township', 21, 21);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '清单');
    insert into funds.fund (catalogue, division, code, name, level, poverty, superior, secret) values
      (1, 1, 'C01', '中央专项扶贫资金', 'central', 'whole', null, false), (1, 1, 'P01', '省级专项扶贫资金', 'province', 'whole', 1, false),
      (1, 1, 'P02', '省级林业资金', 'province', 'none', null, false), (1, 1, 'S01', '涉密资金', 'province', 'none', null, true),
      (1, 12, 'X02', '乙市资金', 'city', 'none', null, false);
    insert into funds.subject (kind, fiscal_year, code, name) values ('function', 2018, '2130504', '农村基础设施建设');
    insert into divisions.agency (division, code, name) select id, '101001', '样例水利局' from divisions.division;
    insert into divisions.office (division, code, name) select id, '05', '农业股' from divisions.division;
    insert into projects.project (division, code, name, name_verdict, first_year, last_year) values (21, 'PRJ1', '子县饮水工程', 'ok', 2018, 2019)`)

export type Row = Partial<Record<(typeof COLUMNS)[number]['name'], string>>
const NAMES = COLUMNS.map(column => column.name)
const csv = (rows: readonly Row[]) =>
  [NAMES, ...rows.map(row => NAMES.map(name => row[name] ?? ''))]
    .map(cells => cells.map(cell => `"${cell}"`).join(','))
    .join('\n')

/** Imports the rows as one file. */
export const takeIn = (
  here: Installation,
  rows: readonly Row[],
  more: { actor?: Actor; checkOnly?: boolean } = {},
): Promise<ImportOutcome> =>
  importer.run(here.run, more.actor ?? SYSTEM, {
    source: memorySource(csv(rows), 'zhibiao.csv'),
    division: null,
    checkOnly: more.checkOnly ?? false,
  })

export const faultsOf = (run: Promise<unknown>) =>
  run.then(
    () => expect.unreachable('it was taken'),
    error => {
      if (error instanceof Refusal) return error.faults
      throw error
    },
  )

export const verify = (here: Installation): Promise<Difference[]> =>
  here.run(SYSTEM, async ({ tx }) => {
    const found: Difference[] = []
    for (const check of [...ledgerChecks, ...allotmentChecks]) found.push(...(await check.run(tx)).differences)
    return found
  })

/** What stands on each account over the lines that the condition names, in fen. */
export const balances = async (here: Installation, condition: string) =>
  (
    await here.ownerPool.query<{ account: number; fen: string }>(
      `select account, sum(balance_fen)::text as fen from ledger.published_balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment
       where balance_fen <> 0 and (${condition}) group by 1 order by 1`,
    )
  ).rows.map(row => [row.account, BigInt(row.fen)])

export const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const draw = random(seed)
  return items
    .map(item => [draw(), item] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item)
}
