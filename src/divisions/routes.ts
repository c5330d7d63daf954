import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { carryOutChanges } from './carry-out-change.ts'
import type { ChangeInput, ChangePlan } from './change.ts'
import { changesIn, treeOn } from './change-store.ts'
import {
  ChangeAnswer,
  ChangeBody,
  Changes,
  DeclarationBody,
  DeclarationsAnswer,
  DivisionPage,
  DivisionParams,
  Tree,
  TreeQuery,
} from './contract.ts'
import { declarations, declare } from './declare.ts'
import { divisionPage, knownDivisions } from './store.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division',
    permission: 'divisions.read',
    summary: { zh: '查看区划', en: 'see a division' },
    params: DivisionParams,
    answer: DivisionPage,
    async handle(context, asked) {
      const page = await divisionPage(context.tx, asked.division)
      if (!page)
        refuse(
          'missing',
          'division-unknown',
          `今天没有区划代码“${asked.params.division}”。`,
          `There is no division with the code “${asked.params.division}” today.`,
          { value: asked.params.division },
        )
      return page
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/tree',
    permission: 'divisions.read',
    summary: { zh: '查看某日的区划树', en: 'see the tree of a day' },
    params: DivisionParams,
    query: TreeQuery,
    answer: Tree,
    async handle({ tx, clock }, { division, query }) {
      const on = query.on ?? clock.today()
      return { on, nodes: await treeOn(tx, division, on) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/changes',
    permission: 'divisions.read',
    summary: { zh: '查看区划调整', en: 'see the changes of divisions' },
    params: DivisionParams,
    answer: Changes,
    handle: async ({ tx }, { division }) => ({ rows: await changesIn(tx, division) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/changes',
    permission: 'divisions.change',
    approval: 'division.change',
    summary: { zh: '办理区划调整', en: 'carry out a change of divisions' },
    params: DivisionParams,
    body: ChangeBody,
    answer: ChangeAnswer,
    async handle(context, { division, body }) {
      const input: ChangeInput = {
        row: 1,
        kind: body.kind as ChangeInput['kind'],
        effectiveOn: body.effectiveOn,
        document: body.document,
        note: body.note ?? null,
        codes: body.divisions,
        name: body.name?.trim() || null,
        code: body.code ?? null,
        administrativeParent: body.administrativeParent,
        fiscalParent: body.fiscalParent,
        parts: body.parts ?? [],
        ends: body.ends ?? false,
      }
      const known = await knownDivisions(context.tx)
      const [done] = await carryOutChanges(context, [input], {
        division,
        checkOnly: body.checkOnly ?? false,
        requestKey: body.checkOnly ? null : body.requestKey,
      })
      return { id: done!.id, ...outcome(done!.plan, known.versions) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/declarations',
    permission: 'divisions.read',
    summary: { zh: '区划登记事项', en: 'what a division declared' },
    params: DivisionParams,
    answer: DeclarationsAnswer,
    handle: async (context, { division }) => ({ rows: await declarations(context, division) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/declarations',
    permission: 'divisions.write',
    approval: 'division.declaration',
    summary: { zh: '登记启用日期或统筹整合县', en: 'declare the go-live date or the integrating of funds' },
    params: DivisionParams,
    body: DeclarationBody,
    answer: DeclarationsAnswer,
    async handle(context, { division, body }) {
      const { requestKey: _, ...declaration } = body
      await declare(context, { division, ...declaration })
      return { rows: await declarations(context, division) }
    },
  }),
]

/** Who is no more after a plan, and what begins with it. */
function outcome(plan: ChangePlan, known: readonly { division: number; from: string; code: string; name: string }[]) {
  const { closed, opened, created } = plan.versions
  const goesOn = new Set(opened.map(one => one.division))
  return {
    ended: closed
      .filter(one => !goesOn.has(one.division))
      .map(one => {
        const was = known.find(version => version.division === one.division && version.from === one.from)
        return { code: was?.code ?? '', name: was?.name ?? '' }
      }),
    begun: opened.map(one => ({
      code: one.code,
      name: one.name,
      from: one.from,
      created: created.includes(one.division),
    })),
  }
}
