import { Type } from 'typebox'
import { defineRoute } from '../platform/http/define-route.ts'
import { ChoicesAnswer, ResolveAnswer } from './answers.ts'
import { listChoices, resolveChoices } from './choices.ts'
import { CHOICE_KINDS, ChoicesQuery, ResolveBody } from './contract.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/choices/:kind',
    permission: 'allotments.read',
    summary: { zh: '业务单可选内容', en: 'what a form may choose from' },
    params: Type.Object({ division: Type.String(), kind: Type.Union(CHOICE_KINDS.map(kind => Type.Literal(kind))) }),
    query: ChoicesQuery,
    answer: ChoicesAnswer,
    handle: ({ tx }, { division, params, query }) =>
      listChoices(tx, params.kind, {
        division,
        year: query.year,
        form: query.form ?? null,
        q: query.q,
        only: query.only,
      }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/choices/resolve',
    permission: 'allotments.read',
    summary: { zh: '批量识别代码和名称', en: 'look many codes and names up at once' },
    params: Type.Object({ division: Type.String() }),
    body: ResolveBody,
    readOnly: true,
    answer: ResolveAnswer,
    async handle({ tx }, { division, body }): Promise<ResolveAnswer> {
      const found: ResolveAnswer['found'] = []
      for (const { kind, texts } of body.asked)
        found.push({
          kind,
          resolutions: await resolveChoices(tx, kind, { division, year: body.year, form: body.form ?? null }, texts),
        })
      return { found }
    },
  }),
]
