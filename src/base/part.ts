import type { Part } from '../platform/part.ts'
import { importTemplates } from './import-templates.ts'
import { routes } from './routes.ts'

export const part: Part = {
  name: 'base',
  routes,
  importers: [
    {
      kind: 'templates',
      title: { zh: '台账模板', en: 'ledger templates' },
      permission: 'base.issue',
      run: (run, actor, request) =>
        run(actor, context => importTemplates(context, request), { readOnly: request.checkOnly }),
    },
  ],
}
