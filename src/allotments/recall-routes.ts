import { Type } from 'typebox'
import { fen } from '../kernel/money.ts'
import { refuse, type Sentence } from '../kernel/refusal.ts'
import { rowsOf } from '../kernel/schema.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { listRegions, receiveAcross, sendAcross } from './across.ts'
import { FormAnswer } from './answers.ts'
import { FormBody } from './contract.ts'
import { common, performed } from './form-body.ts'
import { hanging } from './hanging.ts'
import { recall } from './recall.ts'
import {
  AcrossBody,
  HangingAnswer,
  RecallAnswer,
  RecallableQuery,
  RecallableRow,
  RecallBody,
  RecoverableRow,
  RecoverablesQuery,
  RecoveredAnswer,
  RecoveredBody,
  Region,
} from './recall-contract.ts'
import { listRecallable } from './recall-reads.ts'
import { RECALLING, type RecallingForm } from './recallable.ts'
import { listRecoverables, recover } from './recoverable.ts'

const inDivision = Type.Object({ division: Type.String() })

const FORMS: Record<RecallingForm, Sentence> = {
  recall: { zh: '收回下级', en: 'recall from below' },
  settle: { zh: '清算扣回', en: 'deduct in settlement' },
  recalled: { zh: '登记系统外上级的收回', en: 'register the recall of a superior outside' },
  settled: { zh: '登记系统外上级的清算扣回', en: 'register the settlement deduction of a superior outside' },
}

/** The forms that move money back between levels, or sideways, and what hangs on an entry that is to be corrected. */
export const recallRoutes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/recallable',
    permission: 'allotments.read',
    summary: { zh: '可收回的下达', en: 'transfers and what of them could be called back' },
    params: inDivision,
    query: RecallableQuery,
    answer: rowsOf(RecallableRow),
    handle: async ({ tx }, { division, query }) => ({ rows: await listRecallable(tx, division, query) }),
  }),
  ...RECALLING.map(form =>
    defineRoute({
      method: 'POST',
      path: `/divisions/:division/allotments/${form}`,
      permission: 'allotments.recall',
      approval: `allotment.${form}`,
      summary: FORMS[form],
      params: inDivision,
      body: RecallBody,
      answer: RecallAnswer,
      async handle(context, { division, body }): Promise<RecallAnswer> {
        const { spread, lines, checkOnly = false } = body
        const done = await recall(context, {
          ...common(division, body),
          form,
          checkOnly,
          ...(lines && {
            lines: lines.map(line => ({ transfer: BigInt(line.transfer), amount: fen(line.amountFen) })),
          }),
          ...(spread && {
            spread: {
              amount: fen(spread.amountFen),
              fund: spread.fund ?? null,
              documentNumber: spread.documentNumber ?? null,
              receiver: spread.receiver === undefined ? null : await divisionOf(context.tx, spread.receiver),
            },
          }),
        })
        const { view } = done
        return {
          recall: checkOnly ? null : view.recall,
          document: checkOnly ? null : view.document,
          parts: checkOnly ? view.parts.map(part => ({ ...part, recoverable: null })) : view.parts,
          repairs: done.repair ? [done.repair] : [],
        }
      },
    }),
  ),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/allotments/send-across',
    permission: 'allotments.write',
    approval: 'allotment.send-across',
    summary: { zh: '横向转出', en: 'send across to another region' },
    params: inDivision,
    body: FormBody,
    answer: FormAnswer,
    handle(context, { division, body }) {
      return performed(context, division, 'send-across', body, input => sendAcross(context, input))
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/allotments/receive-across',
    permission: 'allotments.write',
    approval: 'allotment.receive-across',
    summary: { zh: '横向转入', en: 'receive from another region' },
    params: inDivision,
    body: AcrossBody,
    answer: FormAnswer,
    handle(context, { division, body }) {
      return performed(context, division, 'receive-across', body, input =>
        receiveAcross(context, { ...input, from: body.from ?? null }),
      )
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/regions',
    permission: 'allotments.read',
    summary: { zh: '可横向转移的地区', en: 'regions that money could be sent across to' },
    params: inDivision,
    answer: rowsOf(Region),
    handle: async ({ tx }, { division }) => ({ rows: await listRegions(tx, division) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/recoverables',
    permission: 'allotments.read',
    summary: { zh: '待追回事项', en: 'claims, to be recovered' },
    params: inDivision,
    query: RecoverablesQuery,
    answer: rowsOf(RecoverableRow),
    handle: async ({ tx }, { division, query }) => ({
      rows: await listRecoverables(tx, division, query.year ?? null, query.state !== 'all'),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/recoverables/:recoverable/recovered',
    permission: 'allotments.recall',
    approval: 'recoverable.recovered',
    summary: { zh: '登记追回到账', en: 'register what came in for a claim' },
    params: Type.Object({ division: Type.String(), recoverable: Type.String({ pattern: '^\\d{1,19}$' }) }),
    body: RecoveredBody,
    answer: RecoveredAnswer,
    async handle(context, { division, params, body }) {
      const { recovered, repair } = await recover(context, {
        division,
        recoverable: BigInt(params.recoverable),
        amount: fen(body.amountFen),
        way: body.way,
        document: body.document,
        effectiveOn: body.effectiveOn ?? body.document.dated,
        note: body.note ?? null,
        requestKey: body.requestKey ?? null,
      })
      return { recovered: String(recovered), repairs: repair ? [repair] : [] }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/entries/:batch/:line/hanging',
    permission: 'allotments.read',
    summary: { zh: '更正前须先处理的事项', en: 'what has to be undone before an entry is corrected' },
    params: Type.Object({
      division: Type.String(),
      batch: Type.String({ pattern: '^\\d{1,19}$' }),
      line: Type.String({ pattern: '^\\d{1,9}$' }),
    }),
    answer: HangingAnswer,
    handle: ({ tx }, { division, params }) => hanging(tx, division, BigInt(params.batch), Number(params.line)),
  }),
]

async function divisionOf(tx: Tx, code: string): Promise<number> {
  const found = await tx.maybe<{ division: number }>(
    'select division from divisions.published_division where code = $1',
    [code],
  )
  return (
    found?.division ??
    refuse(
      'input',
      'receiver-missing',
      `没有区划 ${code}：请重新选择。`,
      `There is no division ${code}: choose another.`,
      {
        field: 'receiver',
        value: code,
      },
    )
  )
}
