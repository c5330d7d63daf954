import { Type } from 'typebox'
import { may } from '../kernel/actor.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { holdsOf } from '../platform/tables/mapping.ts'
import { InboxState, KindParams, MappingBody, MappingProposal, Mappings } from './contract.ts'
import { importerFor } from './importer-for.ts'
import { inboxOf, inboxState } from './inbox.ts'
import { mappable, mappingsOf, retireMapping, saveMapping } from './mapping.ts'
import { proposeMapping } from './propose-mapping.ts'

const inDivision = Type.Object({ division: Type.String() })
/** Kinds whose tables may be mapped; others are read by their own headings only. */
const MAPPED_KINDS = ['allotments', 'payments']

/** Remembered columns, and the state of the drop folder. */
export const mappingRoutes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/mappings',
    permission: 'signed-in',
    summary: { zh: '列对照', en: 'remembered columns' },
    params: inDivision,
    query: Type.Object({ kind: Type.Optional(Type.String({ maxLength: 60 })) }),
    answer: Mappings,
    handle: async (context, { division, query, importer }) => ({
      rows: await mappingsOf(context.tx, division, query.kind ?? null),
      kinds: MAPPED_KINDS.flatMap(kind => {
        const one = importer(kind)
        return one?.columns && may(context.actor, one.permission)
          ? [
              {
                kind,
                fields: one.columns.map(column => ({
                  name: column.name,
                  title: column.titles[0] ?? column.name,
                  required: column.required,
                  holds: holdsOf(column),
                })),
              },
            ]
          : []
      }),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/mappings/:kind/proposal',
    permission: 'signed-in',
    summary: { zh: '读取表头并建议对照', en: 'read the headings of a file and propose a mapping' },
    params: KindParams,
    answer: MappingProposal,
    upload: true,
    readOnly: true,
    async handle(_, asked) {
      const { importer } = await importerFor(asked.visitor, asked.params.kind, asked.importer)
      return proposeMapping(asked.upload, mappable(importer))
    },
  }),
  defineRoute({
    method: 'PUT',
    path: '/divisions/:division/mappings/:kind',
    permission: 'signed-in',
    summary: { zh: '保存列对照', en: 'remember columns' },
    params: KindParams,
    body: MappingBody,
    answer: Type.Object({ id: Type.String() }),
    async handle(context, { division, params, body, importer: find, visitor }) {
      const { importer } = await importerFor(visitor, params.kind, find)
      return { id: await saveMapping(context, importer, { division, ...body }) }
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/divisions/:division/mappings/:kind/:mapping',
    permission: 'signed-in',
    summary: { zh: '停用列对照', en: 'forget remembered columns' },
    params: Type.Object({
      division: Type.String(),
      kind: Type.String({ maxLength: 60 }),
      mapping: Type.String({ pattern: '^\\d{1,18}$' }),
    }),
    answer: Type.Object({}),
    async handle(context, { division, params, importer: find, visitor }) {
      await importerFor(visitor, params.kind, find)
      await retireMapping(context, division, params.mapping)
      return {}
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/inbox',
    permission: 'signed-in',
    summary: { zh: '收件夹状态', en: 'the state of the drop folder' },
    params: inDivision,
    answer: InboxState,
    handle: (context, asked) =>
      inboxState(inboxOf(asked.run), { code: (asked.params as { division: string }).division, actor: context.actor }),
  }),
]
