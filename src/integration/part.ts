import type { Part } from '../platform/part.ts'
import { sqlCheck } from '../platform/verify.ts'
import { integrationImporter } from './import-integrations.ts'
import { routes } from './routes.ts'

export const part: Part = {
  name: 'integration',
  routes,
  importers: [integrationImporter],
  verify: [
    sqlCheck(
      'integration',
      '统筹整合',
      'integrated funds keep their legal source',
      'select count(*) from allotments.allotment where use_fund is not null',
      `select concat('allotment ', a.division, '/', a.id) as place, concat('fund ', s.fund) as expected, concat('fund ', a.fund) as found
       from allotments.allotment a join allotments.allotment s on s.division = a.division and s.id = a.source
       where a.use_fund is not null and a.fund <> s.fund
       union all
       select concat('batch ', b.division, '/', b.id), 'a county that integrates', concat('division ', b.division, ' on ', b.effective_on)
       from ledger.batch b where b.form = 'integrate' and not divisions.integrates(b.division, b.effective_on)
       union all
       select concat('batch ', e.division, '/', e.batch, ' of allotment ', a), sum(taken)::text, sum(given)::text from (
         select e.division, e.batch, e.debit_allotment as a, e.amount_fen as taken, 0::bigint as given from ledger.published_entry e where e.form = 'integrate' and e.debit = 5001
         union all select e.division, e.batch, e.credit_allotment, 0, e.amount_fen from ledger.published_entry e where e.form = 'integrate' and e.credit = 5001) e
       group by 1, e.division, e.batch, a having sum(taken) > sum(given)`,
    ),
  ],
}
