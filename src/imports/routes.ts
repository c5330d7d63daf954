import { may } from '../kernel/actor.ts'
import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { openImport } from '../platform/import-record.ts'
import { Import, ImportPage, ImportParams, ImportQuery, KindParams, Started, StartQuery } from './contract.ts'
import { importById, importsOf } from './store.ts'
import { takeIn } from './take-in.ts'

const PAGE = 50

export const routes = [
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/imports/:kind',
    // Who may import depends on the kind: the importer's own permission is asked below.
    permission: 'signed-in',
    summary: { zh: '导入文件', en: 'import a file' },
    params: KindParams,
    query: StartQuery,
    answer: Started,
    upload: true,
    async handle(context, asked) {
      const importer = asked.importer(asked.params.kind)
      if (!importer)
        refuse(
          'missing',
          'import-kind-unknown',
          `没有“${asked.params.kind}”这种导入：请检查网址。`,
          `There is no import of the kind “${asked.params.kind}”: check the address.`,
          { value: asked.params.kind },
        )
      if (!may(context.actor, importer.permission))
        refuse(
          'forbidden',
          'permission-missing',
          `您的岗位没有导入“${importer.title.zh}”的权限：如需办理，请提交权限申请。`,
          `Your post may not import ${importer.title.en}: apply for the permission if you need it.`,
          { value: importer.permission },
        )
      const { division, upload, run } = asked
      const { actor } = context
      const checkOnly = asked.query.check === '1'
      const id = await openImport(context.tx, { kind: importer.kind, division, source: upload, checkOnly })
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
]
