import type { Part } from '../platform/part.ts'
import { chartRoutes } from './chart-routes.ts'
import { importChart } from './import-chart.ts'
import { importOrders } from './import-orders.ts'
import { routes } from './routes.ts'
import { sealAll } from './seal.ts'
import { ledgerChecks } from './verify.ts'

export const part: Part = {
  name: 'ledger',
  routes: [...routes, ...chartRoutes],
  importers: [
    {
      kind: 'chart',
      title: { zh: '科目表', en: 'chart of accounts' },
      permission: 'base.issue',
      run: (run, actor, request) =>
        run(actor, context => importChart(context, request), { readOnly: request.checkOnly }),
    },
    {
      kind: 'orders',
      title: { zh: '交易令', en: 'transaction orders' },
      permission: 'base.issue',
      run: (run, actor, request) =>
        run(actor, context => importOrders(context, request), { readOnly: request.checkOnly }),
    },
  ],
  verify: ledgerChecks,
  jobs: {
    seal: { everyMinutes: 1, work: async run => void (await sealAll(run)) },
  },
}
