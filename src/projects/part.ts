import type { Part } from '../platform/part.ts'
import { CONTRACT_COLUMNS, importContracts } from './import-contracts.ts'
import { importProjects } from './import-projects.ts'
import { importSettlements, SETTLEMENT_COLUMNS } from './import-settlements.ts'
import { routes } from './routes.ts'

export const part: Part = {
  name: 'projects',
  routes,
  importers: [
    {
      kind: 'projects',
      title: { zh: '项目库', en: 'projects' },
      permission: 'projects.write',
      run: (run, actor, request) =>
        run(actor, context => importProjects(context, request), { readOnly: request.checkOnly }),
    },
    {
      kind: 'contracts',
      title: { zh: '合同', en: 'contracts' },
      permission: 'projects.write',
      columns: CONTRACT_COLUMNS,
      run: (run, actor, request) =>
        run(actor, context => importContracts(context, request), { readOnly: request.checkOnly }),
    },
    {
      kind: 'settlements',
      title: { zh: '结算审定', en: 'settlements' },
      permission: 'projects.write',
      columns: SETTLEMENT_COLUMNS,
      run: (run, actor, request) =>
        run(actor, context => importSettlements(context, request), { readOnly: request.checkOnly }),
    },
  ],
}
