import { Type } from 'typebox'
import { fen } from '../kernel/money.ts'
import { refuse, type Sentence } from '../kernel/refusal.ts'
import { rowsOf } from '../kernel/schema.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import type { AllotmentForm } from './allotment.ts'
import {
  CorrectionAnswer,
  CorrectionsAnswer,
  EntriesAnswer,
  FormAnswer,
  Line,
  LinePage,
  LinesAnswer,
  ReductionAnswer,
  ScanAnswer,
  TransferView,
} from './answers.ts'
import {
  CorrectionBody,
  EntriesQuery,
  FormBody,
  LinesQuery,
  ReductionBody,
  TransfersQuery,
  TreeQuery,
  WholeCorrectionBody,
} from './contract.ts'
import { correct } from './correct.ts'
import { correctDocument, wholeDocument } from './correct-document.ts'
import { common, performed } from './form-body.ts'
import { issue } from './issue.ts'
import { lineNames, tied } from './look.ts'
import { lineEntries, linePage, listLines, listTransfers, treeLines } from './reads.ts'
import { WholeAnswer } from './recall-contract.ts'
import { receive } from './receive.ts'
import { reduce } from './reduce.ts'
import { REDUCING, type ReducingForm } from './reduction.ts'
import { attachScan, readScan } from './scan.ts'
import { vire } from './virement.ts'

const inDivision = Type.Object({ division: Type.String() })
const ofDocument = Type.Object({ division: Type.String(), document: Type.String({ pattern: '^\\d{1,19}$' }) })

// What goes sideways has routes of its own (recall-routes.ts), for it may come from a region outside this installation.
const FORMS: Record<Exclude<AllotmentForm, 'send-across' | 'receive-across'>, Sentence> = {
  register: { zh: '登记本级预算', en: 'register own budget' },
  add: { zh: '追加本级预算', en: 'add own budget in the year' },
  receive: { zh: '接收上级转移支付', en: 'receive a superior transfer' },
  assign: { zh: '分配指标', en: 'assign' },
  refine: { zh: '细化指标', en: 'refine' },
  'pass-down': { zh: '下达下级', en: 'pass down' },
  plan: { zh: '登记用款计划', en: 'register a payment plan' },
}

const REDUCTIONS: Record<ReducingForm, Sentence> = {
  cut: { zh: '追减本级预算', en: 'cut own budget' },
  withdraw: { zh: '从预算单位收回', en: 'withdraw from agencies' },
}

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/allotments',
    permission: 'allotments.read',
    summary: { zh: '查询指标', en: 'list allotments' },
    params: inDivision,
    query: LinesQuery,
    answer: LinesAnswer,
    handle: ({ tx }, { division, query }) => listLines(tx, { division, ...query }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/allotments/tree',
    permission: 'allotments.read',
    summary: { zh: '指标树', en: 'the tree of allotments' },
    params: inDivision,
    query: TreeQuery,
    answer: rowsOf(Line),
    handle: async ({ tx }, { division, query }) => ({
      rows: await treeLines(tx, division, query.year, query.fund ?? null, query.parent ?? null),
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/allotments/:allotment',
    permission: 'allotments.read',
    summary: { zh: '一条指标', en: 'one allotment' },
    params: Type.Object({ division: Type.String(), allotment: Type.String({ pattern: '^\\d{1,19}$' }) }),
    answer: LinePage,
    async handle({ tx }, { division, params }) {
      const page = await linePage(tx, division, params.allotment)
      if (!page)
        refuse(
          'missing',
          'allotment-missing',
          '没有这条指标，或它不在本级账上：请从指标清单中选择。',
          'There is no such line in this division’s book: choose one from the list.',
          { value: params.allotment },
        )
      return page
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/allotments/:allotment/entries',
    permission: 'allotments.read',
    summary: { zh: '一条指标的分录', en: 'the entries of one allotment' },
    params: Type.Object({ division: Type.String(), allotment: Type.String({ pattern: '^\\d{1,19}$' }) }),
    query: EntriesQuery,
    answer: EntriesAnswer,
    handle: ({ tx }, { division, params, query }) => lineEntries(tx, division, params.allotment, query),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/transfers',
    permission: 'allotments.read',
    summary: { zh: '上级转移支付', en: 'transfers from superiors' },
    params: inDivision,
    query: TransfersQuery,
    answer: rowsOf(TransferView),
    handle: async ({ tx }, { division, query }) => ({
      rows: await listTransfers(tx, division, query.year, query.state !== 'all'),
    }),
  }),
  ...(Object.keys(FORMS) as (keyof typeof FORMS)[]).map(form =>
    defineRoute({
      method: 'POST',
      path: `/divisions/:division/allotments/${form}`,
      permission: 'allotments.write',
      approval: `allotment.${form}`,
      summary: FORMS[form],
      params: inDivision,
      body: FormBody,
      answer: FormAnswer,
      handle: (context, { division, body }) =>
        performed(context, division, form, body, input =>
          form === 'receive' ? receive(context, input) : issue(context, { ...input, form }),
        ),
    }),
  ),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/allotments/virement',
    permission: 'allotments.write',
    approval: 'allotment.virement',
    summary: { zh: '调剂', en: 'virement' },
    params: inDivision,
    body: FormBody,
    answer: FormAnswer,
    handle: (context, { division, body }) =>
      performed(context, division, 'virement', body, input => vire(context, input)),
  }),
  ...REDUCING.map(form =>
    defineRoute({
      method: 'POST',
      path: `/divisions/:division/allotments/${form}`,
      permission: 'allotments.write',
      approval: `allotment.${form}`,
      summary: REDUCTIONS[form],
      params: inDivision,
      body: ReductionBody,
      answer: ReductionAnswer,
      async handle(context, { division, body }): Promise<ReductionAnswer> {
        const { spread, lines } = body
        tied(body.printedTotalFen, spread ? [spread.amountFen] : (lines ?? []).map(line => line.amountFen))
        const reduced = await reduce(context, {
          ...common(division, body),
          form,
          checkOnly: body.checkOnly ?? false,
          ...(lines && { lines: lines.map(line => ({ line: BigInt(line.source), amount: fen(line.amountFen) })) }),
          ...(spread && {
            spread: {
              amount: fen(spread.amountFen),
              fund: spread.fund ?? null,
              agency: spread.agency ?? null,
              documentNumber: spread.documentNumber ?? null,
            },
          }),
        })
        const names = await lineNames(
          context.tx,
          division,
          reduced.parts.map(part => part.line),
        )
        return {
          batch: reduced.batch === null ? null : String(reduced.batch),
          document: reduced.document === null ? null : String(reduced.document),
          lines: reduced.parts.map(part => ({
            line: String(part.line),
            name: names.get(part.line) ?? '',
            amountFen: String(part.amount),
            leftFen: String(part.left),
          })),
          repairs: reduced.repair ? [reduced.repair] : [],
        }
      },
    }),
  ),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/documents/:document/correction',
    permission: 'allotments.read',
    summary: { zh: '整单红字前须先处理的事项', en: 'what has to be undone before a whole document is corrected' },
    params: ofDocument,
    answer: WholeAnswer,
    handle: ({ tx }, { division, params }) => wholeDocument(tx, division, BigInt(params.document)),
  }),
  // The same chain of approval as one entry's correction, or the whole would be the way around it.
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/documents/:document/correction',
    permission: 'allotments.correct',
    approval: 'allotment.correct',
    summary: { zh: '整单红字更正', en: 'correct a whole document in red letters' },
    params: ofDocument,
    body: WholeCorrectionBody,
    answer: CorrectionsAnswer,
    async handle(context, { division, params, body }) {
      const batches = await correctDocument(context, { ...body, division, wrong: BigInt(params.document) })
      return { batches: batches.map(String) }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/corrections',
    permission: 'allotments.correct',
    approval: 'allotment.correct',
    summary: { zh: '红字更正', en: 'red-letter correction' },
    params: inDivision,
    body: CorrectionBody,
    answer: CorrectionAnswer,
    async handle(context, { division, body }) {
      const batch = await correct(context, {
        division,
        fiscalYear: body.fiscalYear,
        effectiveOn: body.effectiveOn,
        document: body.document,
        requestKey: body.requestKey ?? null,
        batch: BigInt(body.batch),
        line: body.line,
        amount: fen(body.amountFen),
      })
      return { batch: String(batch) }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/documents/:document/scan',
    permission: 'allotments.write',
    approval: 'document.scan',
    summary: { zh: '上传文件扫描件', en: 'upload the scan of a document' },
    params: ofDocument,
    upload: true,
    answer: ScanAnswer,
    async handle(context, { division, params, upload }) {
      const chunks: Buffer[] = []
      for await (const chunk of upload.open()) chunks.push(chunk as Buffer)
      return attachScan(context, division, BigInt(params.document), upload.fileName, Buffer.concat(chunks))
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/documents/:document/scan',
    permission: 'allotments.read',
    summary: { zh: '下载文件扫描件', en: 'download the scan of a document' },
    params: ofDocument,
    file: true,
    handle: (context, { division, params }) => readScan(context, division, BigInt(params.document)),
  }),
]
