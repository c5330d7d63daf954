import { Type } from 'typebox'
import { type Fen, fen } from '../kernel/money.ts'
import { refuse, type Sentence } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import type { AllotmentForm, NewLine } from './allotment.ts'
import {
  CorrectionBody,
  FormBody,
  LinesQuery,
  type ReductionAnswer,
  ReductionBody,
  TransfersQuery,
  TreeQuery,
} from './contract.ts'
import { correct } from './correct.ts'
import { type Issued, issue } from './issue.ts'
import { linePage, listLines, listTransfers, treeLines } from './reads.ts'
import { reduce } from './reduce.ts'
import { REDUCING, type ReducingForm } from './reduction.ts'
import { attachScan, readScan } from './scan.ts'
import { vire } from './virement.ts'

const inDivision = Type.Object({ division: Type.String() })
const ofDocument = Type.Object({ division: Type.String(), document: Type.String({ pattern: '^\\d{1,19}$' }) })

const FORMS: Record<AllotmentForm, Sentence> = {
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
    handle: ({ tx }, { division, query }) => listLines(tx, { division, ...query }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/allotments/tree',
    permission: 'allotments.read',
    summary: { zh: '指标树', en: 'the tree of allotments' },
    params: inDivision,
    query: TreeQuery,
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
    async handle({ tx }, { division, params }) {
      const page = await linePage(tx, division, params.allotment)
      if (!page)
        refuse(
          'missing',
          'allotment-missing',
          `没有指标 ${params.allotment}。`,
          `There is no allotment ${params.allotment}.`,
          { value: params.allotment },
        )
      return page
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/transfers',
    permission: 'allotments.read',
    summary: { zh: '上级转移支付', en: 'transfers from superiors' },
    params: inDivision,
    query: TransfersQuery,
    handle: async ({ tx }, { division, query }) => ({
      rows: await listTransfers(tx, division, query.year, query.state !== 'all'),
    }),
  }),
  ...(Object.keys(FORMS) as AllotmentForm[]).map(form =>
    defineRoute({
      method: 'POST',
      path: `/divisions/:division/allotments/${form}`,
      permission: 'allotments.write',
      summary: FORMS[form],
      params: inDivision,
      body: FormBody,
      async handle(context, { division, body }) {
        return shown(await issue(context, { ...(await formOf(context.tx, division, body)), form }))
      },
    }),
  ),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/allotments/virement',
    permission: 'allotments.write',
    summary: { zh: '调剂', en: 'virement' },
    params: inDivision,
    body: FormBody,
    async handle(context, { division, body }) {
      return shown(await vire(context, await formOf(context.tx, division, body)))
    },
  }),
  ...REDUCING.map(form =>
    defineRoute({
      method: 'POST',
      path: `/divisions/:division/allotments/${form}`,
      permission: 'allotments.write',
      summary: REDUCTIONS[form],
      params: inDivision,
      body: ReductionBody,
      async handle(context, { division, body }): Promise<ReductionAnswer> {
        const { spread, lines } = body
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
        return {
          batch: reduced.batch === null ? null : String(reduced.batch),
          document: reduced.document === null ? null : String(reduced.document),
          lines: reduced.parts.map(part => ({
            line: String(part.line),
            amountFen: String(part.amount),
            leftFen: String(part.left),
          })),
          repairs: reduced.repair ? [reduced.repair] : [],
        }
      },
    }),
  ),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/corrections',
    permission: 'allotments.correct',
    summary: { zh: '红字更正', en: 'red-letter correction' },
    params: inDivision,
    body: CorrectionBody,
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
    summary: { zh: '上传文件扫描件', en: 'upload the scan of a document' },
    params: ofDocument,
    upload: true,
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
    handle: (context, { division, params }) => readScan(context, division, BigInt(params.document)),
  }),
]

const common = (division: number, body: Pick<FormBody, 'fiscalYear' | 'document' | 'effectiveOn' | 'requestKey'>) => ({
  division,
  fiscalYear: body.fiscalYear,
  document: body.document,
  effectiveOn: body.effectiveOn ?? body.document.dated,
  requestKey: body.requestKey ?? null,
})

const shown = (issued: Issued) => ({
  batch: String(issued.batch),
  document: String(issued.document),
  lines: issued.lines.map(String),
  repairs: issued.repair ? [issued.repair] : [],
})

/** A form as a verb takes it, with its lines read from the body. */
async function formOf(tx: Parameters<typeof listTransfers>[0], division: number, body: FormBody) {
  const receivers = await receiverIds(tx, body)
  const lines = body.lines.map(
    ({ amountFen, monitoredFen, source, transfer, project, toDivision, ...rest }): NewLine => ({
      ...rest,
      amount: fen(amountFen),
      ...(monitoredFen === undefined ? {} : { monitored: fen(monitoredFen) as Fen }),
      ...(source === undefined ? {} : { source: BigInt(source) }),
      ...(transfer === undefined ? {} : { transfer: BigInt(transfer) }),
      ...(project === undefined ? {} : { project: BigInt(project) }),
      ...(toDivision === undefined ? {} : { toDivision: receivers.get(toDivision) ?? null }),
    }),
  )
  return { ...common(division, body), lines }
}

async function receiverIds(tx: Parameters<typeof listTransfers>[0], body: FormBody): Promise<Map<string, number>> {
  const codes = [...new Set(body.lines.flatMap(line => line.toDivision ?? []))]
  if (codes.length === 0) return new Map()
  const rows = await tx.query<{ code: string; division: number }>(
    'select code, division from divisions.published_division where code = any ($1)',
    [codes],
  )
  return new Map(rows.map(row => [row.code, row.division]))
}
