import type { Importer, Part } from '../platform/part.ts'
import { importFundOffices } from './import-fund-offices.ts'
import { importEdition, importFunds } from './import-funds.ts'
import { importSubjects } from './import-subjects.ts'
import { routes } from './routes.ts'

const importers: Importer[] = [
  {
    kind: 'funds',
    title: { zh: '专项资金目录', en: 'catalogue of funds' },
    permission: 'funds.write',
    run: (run, actor, request) => run(actor, context => importFunds(context, request), { readOnly: request.checkOnly }),
  },
  {
    kind: 'catalogue-editions',
    title: { zh: '资金目录版次', en: 'editions of a catalogue of funds' },
    permission: 'base.issue',
    run: (run, actor, request) =>
      run(actor, context => importEdition(context, request), { readOnly: request.checkOnly }),
  },
  {
    kind: 'subjects',
    title: { zh: '预算科目', en: 'budget subjects' },
    permission: 'funds.write',
    run: (run, actor, request) =>
      run(actor, context => importSubjects(context, request), { readOnly: request.checkOnly }),
  },
  {
    kind: 'fund-offices',
    title: { zh: '资金归口股室', en: 'offices that answer for funds' },
    permission: 'funds.write',
    run: (run, actor, request) =>
      run(actor, context => importFundOffices(context, request), { readOnly: request.checkOnly }),
  },
]

export const part: Part = { name: 'funds', routes, importers }
