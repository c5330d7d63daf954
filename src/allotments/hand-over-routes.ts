import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import type { Fen } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { HandedOverAnswer, HandOverBody, HandOverParams, HandOverQuery, HandOvers } from './contract.ts'
import { handOver } from './hand-over.ts'
import { handOverRests, handOversOf } from './hand-over-store.ts'

export const handOverRoutes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/hand-overs',
    permission: 'allotments.read',
    summary: { zh: '查看可划转余额和划转记录', en: 'see what is left to hand over, and what was' },
    params: HandOverParams,
    query: HandOverQuery,
    answer: HandOvers,
    handle: async ({ tx, clock }, { division, query }) => ({
      rests: await handOverRests(tx, division, query.year ?? fiscalYearOf(clock.today())),
      done: await handOversOf(tx, division),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/hand-overs',
    permission: 'divisions.change',
    approval: 'allotment.hand-over',
    summary: { zh: '划转余额', en: 'hand over what is left' },
    params: HandOverParams,
    body: HandOverBody,
    answer: HandedOverAnswer,
    async handle(context, { division, body }) {
      const to = await context.tx.maybe<{ division: number }>(
        'select division from divisions.published_division where code = $1',
        [body.to],
      )
      if (!to)
        refuse(
          'input',
          'receiver-missing',
          `今天没有区划“${body.to}”：请选择接收划转的区划。`,
          `There is no division “${body.to}” today: choose the one that takes over.`,
          { field: 'to', value: body.to },
        )
      const done = await handOver(context, {
        division,
        to: to.division,
        fiscalYear: body.fiscalYear,
        document: body.document,
        effectiveOn: body.effectiveOn,
        requestKey: body.requestKey,
        change: body.change ?? null,
        checkOnly: body.checkOnly ?? false,
        lines:
          body.lines === undefined
            ? 'all'
            : body.lines.map(one => ({
                line: BigInt(one.line),
                ...(one.amountFen ? { amount: BigInt(one.amountFen) as Fen } : {}),
              })),
      })
      return {
        batch: done.batch === null ? null : String(done.batch),
        toBatch: done.toBatch === null ? null : String(done.toBatch),
        parts: done.parts.map(part => ({
          line: String(part.line),
          amountFen: String(part.amount),
          taken: part.taken === null ? null : String(part.taken),
        })),
      }
    },
  }),
]
