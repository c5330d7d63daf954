import { madeOf } from '../allotments/file-forms.ts'
import { FORM_COLUMNS } from '../allotments/form-file.ts'
import { importForms } from '../allotments/import-forms.ts'
import type { Importer } from '../platform/part.ts'
import { integrate } from './integrate.ts'

/** 整合单: which line is taken from, what it is used as, by which unit and project; the sheet of the other forms, with the fund of its use. */
export const integrationImporter: Importer = {
  kind: 'integrations',
  title: { zh: '统筹整合单', en: 'integrations' },
  permission: 'allotments.write',
  columns: FORM_COLUMNS,
  run: (run, actor, request) =>
    run(actor, context =>
      importForms(context, request, {
        integrate: {
          words: ['整合', '统筹整合', 'integrate'],
          needs: ['sourceId', 'externalId', 'useCode'],
          run: (within, act) =>
            integrate(within, {
              ...act,
              lines: act.lines.map(line => {
                const { fund: _, ...made } = madeOf(line)
                return { ...made, source: line.source!, useFund: line.useFund! }
              }),
            }),
        },
      }),
    ),
}
