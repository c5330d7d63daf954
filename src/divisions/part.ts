import { SYSTEM } from '../kernel/actor.ts'
import type { Importer, Part } from '../platform/part.ts'
import { importChanges } from './import-changes.ts'
import { importDivisions } from './import-divisions.ts'
import { importUnits } from './import-units.ts'
import { routes } from './routes.ts'
import { rebuildScopes } from './store.ts'

const importers: Importer[] = [
  {
    kind: 'divisions',
    title: { zh: '区划', en: 'divisions' },
    permission: 'divisions.write',
    run: (run, actor, request) =>
      run(actor, context => importDivisions(context, request), { readOnly: request.checkOnly }),
  },
  {
    kind: 'agencies',
    title: { zh: '预算单位', en: 'agencies' },
    permission: 'divisions.write',
    run: (run, actor, request) =>
      run(actor, context => importUnits(context, request, 'agency'), { readOnly: request.checkOnly }),
  },
  {
    kind: 'offices',
    title: { zh: '股室', en: 'offices' },
    permission: 'divisions.write',
    run: (run, actor, request) =>
      run(actor, context => importUnits(context, request, 'office'), { readOnly: request.checkOnly }),
  },
  {
    kind: 'division-changes',
    title: { zh: '区划调整', en: 'changes of divisions' },
    permission: 'divisions.change',
    run: (run, actor, request) =>
      run(actor, context => importChanges(context, request), { readOnly: request.checkOnly }),
  },
]

export const part: Part = {
  name: 'divisions',
  routes,
  importers,
  jobs: {
    // A version that begins today changes who lies below whom, without anybody importing anything.
    'rebuild-scopes': {
      dailyAt: '00:01',
      work: async run => void (await run(SYSTEM, context => rebuildScopes(context.tx))),
    },
  },
}
