import { Type } from 'typebox'
import type { Extract } from '../platform/extract.ts'
import { balanceSheet } from './balance-sheet.ts'
import { viewOf } from './clocks.ts'
import { generalLedger } from './general-ledger.ts'
import { prove } from './proof.ts'
import { subLedgerRows } from './sub-ledger.ts'

const YEAR = Type.Integer({ minimum: 1994, maximum: 2100 })
const DAY = Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }))
const DATED = Type.Object({ year: YEAR, from: DAY, to: DAY })
const dated = ({ from, to }: Record<string, unknown>) =>
  viewOf({ from: from as string | undefined, to: to as string | undefined })

/** The general ledger of a year, one line an account: what it began with, moved, and ended with. */
const generalExtract: Extract = {
  kind: 'general-ledger',
  title: { zh: '总账', en: 'general ledger' },
  permission: 'books.read',
  personal: false,
  parameters: DATED,
  columns: [
    { title: '科目', kind: 'text', width: 28 },
    { title: '余额方向', kind: 'text', width: 10 },
    { title: '期初余额（元）', kind: 'money' },
    { title: '借方（元）', kind: 'money' },
    { title: '贷方（元）', kind: 'money' },
    { title: '期末余额（元）', kind: 'money' },
  ],
  async *lines({ tx }, division, { year, ...days }) {
    const { accounts, rows } = await generalLedger(tx, division, Number(year), dated(days), {})
    yield rows
      .filter(row => row.month === null)
      .sort((a, b) => a.account - b.account)
      .map(row => {
        const account = accounts.find(one => one.code === row.account)
        return {
          key: BigInt(row.account),
          cells: [
            account ? `${account.shownCode} ${account.zh}` : String(row.account),
            account?.side === 'C' ? '贷' : '借',
            BigInt(row.openingFen ?? 0),
            BigInt(row.debitFen),
            BigInt(row.creditFen),
            BigInt(row.closingFen ?? 0),
          ],
        }
      })
  },
}

/** The sub-ledger of a year, each entry from both its sides, in the order of batches so that two of them can be laid side by side. */
const subExtract: Extract = {
  kind: 'sub-ledger',
  title: { zh: '明细账', en: 'sub-ledger' },
  permission: 'books.read',
  personal: false,
  parameters: DATED,
  columns: [
    { title: '业务日期', kind: 'date' },
    { title: '批次/行', kind: 'text', width: 14 },
    { title: '业务', kind: 'text', width: 14 },
    { title: '文号', kind: 'text', width: 24 },
    { title: '科目', kind: 'text', width: 10 },
    { title: '对方科目', kind: 'text', width: 10 },
    { title: '专项资金', kind: 'text', width: 24 },
    { title: '单位', kind: 'text', width: 20 },
    { title: '项目', kind: 'text', width: 24 },
    { title: '借方（元）', kind: 'money' },
    { title: '贷方（元）', kind: 'money' },
  ],
  async *lines({ tx }, division, { year, ...days }) {
    const view = dated(days)
    const { rows } = await generalLedger(tx, division, Number(year), view, {})
    const lines = []
    // A sub-ledger is of one account: those that moved, one after the other.
    for (const { account } of rows.filter(row => row.month === null))
      for await (const chunk of subLedgerRows(tx, division, Number(year), view, { account }))
        for (const row of chunk)
          lines.push({
            key: (BigInt(row.batch) * 10_000_000n + BigInt(row.line)) * 2n + (row.debitFen === '0' ? 1n : 0n),
            cells: [
              row.effectiveOn,
              `${row.batch}/${row.line}`,
              row.formName.zh,
              row.documentNumber,
              String(row.account),
              String(row.against),
              row.fund,
              row.agency,
              row.project,
              BigInt(row.debitFen),
              BigInt(row.creditFen),
            ],
          })
    yield lines.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  },
}

/** 收支平衡表 by fund: what came, what moved, what was paid. A fund's surrogate is its key. */
const balanceExtract: Extract = {
  kind: 'balance-sheet',
  title: { zh: '收支平衡表', en: 'balance sheet of sources and uses' },
  permission: 'books.read',
  personal: false,
  parameters: DATED,
  columns: [
    { title: '专项资金代码', kind: 'text', width: 14 },
    { title: '专项资金', kind: 'text', width: 36 },
    { title: '来源（元）', kind: 'money' },
    { title: '与其他行调入调出（元）', kind: 'money' },
    { title: '运用合计（元）', kind: 'money' },
    { title: '已支付（元）', kind: 'money' },
    { title: '可执行（元）', kind: 'money' },
  ],
  async *lines({ tx }, division, { year, ...days }) {
    const { groups } = await balanceSheet(tx, division, Number(year), dated(days), 'fund')
    // A code is text, and keys are whole numbers that stay: the first fund with that code lends its own.
    const codes = await tx.query<{ id: number; code: string }>(
      'select min(id)::int as id, code from funds.published_fund where code = any ($1) group by code',
      [groups.map(group => group.key)],
    )
    const idOf = new Map(codes.map(({ id, code }) => [code, id]))
    yield groups
      .map(group => ({
        key: BigInt(idOf.get(group.key) ?? 0),
        cells: [
          group.key,
          group.name,
          BigInt(group.sourcesFen),
          BigInt(group.movedFen),
          Object.values(group.uses).reduce((sum, amount) => sum + BigInt(amount), 0n),
          BigInt(group.paidFen),
          BigInt(group.executableFen),
        ],
      }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  },
}

/** 咬合证明 of a year: each transfer with what was sent, taken, is under way and was called back. */
const proofExtract: Extract = {
  kind: 'interlock-proof',
  title: { zh: '咬合证明', en: 'proof of the interlock' },
  permission: 'books.read',
  personal: false,
  parameters: Type.Object({ year: YEAR }),
  columns: [
    { title: '文号', kind: 'text', width: 24 },
    { title: '专项资金', kind: 'text', width: 28 },
    { title: '下达方', kind: 'text', width: 18 },
    { title: '接收方', kind: 'text', width: 18 },
    { title: '下达（元）', kind: 'money' },
    { title: '已接收（元）', kind: 'money' },
    { title: '在途（元）', kind: 'money' },
    { title: '收回（元）', kind: 'money' },
    { title: '咬合', kind: 'text', width: 8 },
  ],
  async *lines({ tx }, division, { year }) {
    const { code } = await tx.one<{ code: string }>(
      'select code from divisions.published_division where division = $1',
      [division],
    )
    const { groups } = await prove(tx, { division, code, year: Number(year) }, null, { whole: true })
    yield groups
      .flatMap(group =>
        group.transfers.map(one => ({
          key: BigInt(one.id),
          cells: [
            group.documentNumber,
            group.fund.name,
            group.sender?.name ?? '系统外上级',
            one.receiver.name,
            BigInt(one.sentFen),
            BigInt(one.takenFen),
            BigInt(one.inTransitFen),
            BigInt(one.recalledFen),
            one.holds ? '是' : '否',
          ],
        })),
      )
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  },
}

export const booksExtracts: readonly Extract[] = [generalExtract, subExtract, balanceExtract, proofExtract]
