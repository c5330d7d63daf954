import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { handOut } from '../platform/http/hand-out.ts'
import { openImport } from '../platform/import-record.ts'
import {
  Import,
  ImportPage,
  ImportParams,
  ImportQuery,
  KindParams,
  RefusedQuery,
  Started,
  StartQuery,
} from './contract.ts'
import { importerFor } from './importer-for.ts'
import { lookFirst } from './look-first.ts'
import { refusedSheet } from './refused-rows.ts'
import { importById, importsOf } from './store.ts'
import { takeIn } from './take-in.ts'

const PAGE = 50

export const routes = [
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/imports/:kind',
    // Who may import depends on the kind: the importer's own permission is asked below.
    permission: 'signed-in',
    approval: 'import.:kind',
    summary: { zh: '导入文件', en: 'import a file' },
    params: KindParams,
    query: StartQuery,
    answer: Started,
    upload: true,
    approvalCheck: lookFirst,
    async handle(context, asked) {
      const { importer, actor } = await importerFor(asked.visitor, asked.params.kind, asked.importer)
      const { division, upload, run } = asked
      const checkOnly = asked.query.check === '1'
      const id = await openImport(context.tx, {
        kind: importer.kind,
        division,
        source: upload,
        checkOnly,
        came: 'page',
      })
      if (!checkOnly)
        await context.audit({
          division,
          action: 'import-started',
          subject: `${importer.kind} ${id}`,
          detail: { file: upload.fileName },
        })
      asked.afterAnswer(async () => {
        // A refusal is in the record by now; whoever sent the file reads it there.
        await takeIn(run, actor, importer, { source: upload, division, checkOnly, importId: id }).catch(() => {})
      })
      return { id }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/imports',
    permission: 'signed-in',
    summary: { zh: '导入记录', en: 'imports' },
    query: ImportQuery,
    answer: ImportPage,
    async handle(context, asked) {
      const rows = await importsOf(context.tx, asked.division, { ...asked.query, limit: PAGE + 1 })
      const page = rows.slice(0, PAGE)
      return { rows: page, next: rows.length > PAGE ? page.at(-1)!.id : null }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/imports/:id',
    permission: 'signed-in',
    summary: { zh: '一次导入', en: 'one import' },
    params: ImportParams,
    answer: Import,
    async handle(context, asked) {
      const found = await importById(context.tx, asked.division, asked.params.id)
      if (!found)
        refuse('missing', 'import-missing', '没有这次导入。', 'There is no such import.', { value: asked.params.id })
      return found
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/imports/:id/refused-rows',
    // Who may take rows away depends on the kind, as for importing it.
    permission: 'signed-in',
    summary: { zh: '下载被拒的行', en: 'the refused rows of an import as a sheet' },
    params: ImportParams,
    query: RefusedQuery,
    file: true,
    async handle(context, asked) {
      const { division, params, query, run } = asked
      const found = await importById(context.tx, division, params.id)
      if (!found)
        refuse('missing', 'import-missing', '没有这次导入。', 'There is no such import.', { value: params.id })
      const { actor } = await importerFor(asked.visitor, found.kind, asked.importer)
      const { vault } = context
      return handOut(run, actor, query.file, tx => refusedSheet({ tx, vault, actor }, division, params.id), {
        returning: true,
      })
    },
  }),
]
