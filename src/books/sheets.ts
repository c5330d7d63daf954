import type { Tx } from '../platform/database/transaction.ts'
import type { Sheet } from '../platform/tables/sheet.ts'
import type { OutputCell, OutputColumn } from '../platform/tables/writers.ts'
import { balanceSheet, type GroupedBy } from './balance-sheet.ts'
import type { View } from './clocks.ts'
import { type AccountName, ORIGINS } from './contract.ts'
import { difference } from './difference.ts'
import { documentNumbers } from './document-numbers.ts'
import { generalLedger } from './general-ledger.ts'
import { type Proved, prove } from './proof.ts'
import { differencesOf } from './reconcile.ts'
import { type SubFilter, subLedgerRows } from './sub-ledger.ts'
import { trace } from './trace.ts'

const text = (title: string, width?: number): OutputColumn => ({ title, kind: 'text', ...(width ? { width } : {}) })
const money = (title: string): OutputColumn => ({ title: `${title}（元）`, kind: 'money' })
const whole = (title: string): OutputColumn => ({ title, kind: 'integer' })
const fen = (amount: string | null | undefined): OutputCell =>
  amount === null || amount === undefined ? null : BigInt(amount)

const nameOf = (accounts: readonly AccountName[], code: number): string => {
  const account = accounts.find(one => one.code === code)
  return account ? `${account.shownCode} ${account.zh}` : String(code)
}

export async function generalSheet(
  tx: Tx,
  division: number,
  year: number,
  view: View,
  only: { fund?: number | undefined; subject?: string | undefined },
): Promise<Sheet> {
  const { accounts, rows } = await generalLedger(tx, division, year, view, only)
  return {
    name: `${year}年总账`,
    columns: [
      text('科目', 28),
      text('月份', 10),
      money('期初余额'),
      money('借方'),
      money('贷方'),
      money('期末余额'),
      text('余额方向', 10),
    ],
    rows: [
      rows.map(row => [
        nameOf(accounts, row.account),
        row.month ?? '合计',
        fen(row.openingFen),
        fen(row.debitFen),
        fen(row.creditFen),
        fen(row.closingFen),
        accounts.find(one => one.code === row.account)?.side === 'C' ? '贷' : '借',
      ]),
    ],
  }
}

export async function subSheet(tx: Tx, division: number, year: number, view: View, filter: SubFilter): Promise<Sheet> {
  const { accounts } = await generalLedger(tx, division, year, { ...view, to: '1900-01-01' })
  async function* rows(): AsyncGenerator<OutputCell[][]> {
    for await (const chunk of subLedgerRows(tx, division, year, view, filter))
      yield chunk.map(row => [
        row.effectiveOn,
        `${row.batch}/${row.line}`,
        row.formName.zh,
        row.documentNumber,
        row.documentTitle,
        nameOf(accounts, row.account),
        nameOf(accounts, row.against),
        row.fund,
        row.agency,
        row.project,
        row.payee,
        fen(row.debitFen),
        fen(row.creditFen),
        fen(row.balanceFen),
      ])
  }
  return {
    name: `${year}年明细账`,
    columns: [
      { title: '业务日期', kind: 'date' },
      text('批次/行', 14),
      text('业务', 14),
      text('文号', 24),
      text('文件标题', 36),
      text('科目', 24),
      text('对方科目', 24),
      text('专项资金', 24),
      text('单位', 20),
      text('项目', 24),
      text('收款人', 20),
      money('借方'),
      money('贷方'),
      money('余额'),
    ],
    rows: rows(),
  }
}

const LEVELS: Record<string, string> = {
  central: '中央',
  province: '省级',
  city: '市级',
  county: '县级',
  township: '乡级',
}

export async function balanceSheetSheet(
  tx: Tx,
  division: number,
  year: number,
  view: View,
  by: GroupedBy,
): Promise<Sheet> {
  const { accounts, sources, uses, sourcesFen, usesFen, groups } = await balanceSheet(tx, division, year, view, by)
  const debit = accounts.filter(account => account.side === 'D' && groups.some(group => group.uses[account.code]))
  return {
    name: `${year}年收支平衡表`,
    columns: [
      text('类别', 12),
      text('代码', 14),
      text('名称', 36),
      money('来源'),
      money('与其他行调入调出'),
      ...debit.map(account => money(account.zh)),
      money('运用合计'),
      money('已支付（执行率分子）'),
      money('可执行（执行率分母）'),
    ],
    rows: [
      [
        ...sources.map((source): OutputCell[] => [
          '来源',
          null,
          `${ORIGINS[source.origin]?.zh ?? source.origin}·${LEVELS[source.sourceLevel] ?? source.sourceLevel}${source.advance ? '（提前下达）' : ''}`,
          fen(source.fen),
        ]),
        ['来源合计', null, null, fen(sourcesFen)],
        ...uses.map((use): OutputCell[] => [
          '运用',
          ...nameOf(accounts, use.account).split(/ (.*)/).slice(0, 2),
          ...debit.map(() => null),
          null,
          null,
          fen(use.fen),
        ]),
        ['运用合计', null, null, ...debit.map(() => null), null, null, fen(usesFen)],
        ...groups.map((group): OutputCell[] => [
          { fund: '专项资金', subject: '功能科目', level: '资金级次', division: '区划' }[by],
          group.key,
          by === 'level' ? (LEVELS[group.key] ?? group.name) : group.name,
          fen(group.sourcesFen),
          fen(group.movedFen),
          ...debit.map(account => fen(group.uses[account.code] ?? '0')),
          Object.values(group.uses).reduce((sum, amount) => sum + BigInt(amount), 0n),
          fen(group.paidFen),
          fen(group.executableFen),
        ]),
      ],
    ],
  }
}

export async function traceSheet(tx: Tx, ref: string, view: View): Promise<Sheet> {
  const { lines, payments } = await trace(tx, ref, view, { whole: true })
  const kin = { above: '来源', traced: '所查', below: '去向' }
  const byId = new Map(lines.map(line => [line.id, line]))
  return {
    name: '流程追溯',
    columns: [
      text('层次', 8),
      text('指标', 12),
      text('上一级指标', 12),
      text('区划', 18),
      text('资金级次', 10),
      text('上级文号', 24),
      text('文号', 24),
      text('专项资金', 28),
      text('单位', 20),
      text('项目', 24),
      text('凭证号', 20),
      { title: '支付日期', kind: 'date' },
      text('收款人', 20),
      text('收款账号', 20),
      money('指标金额'),
      money('现有净额'),
      money('支付金额'),
    ],
    rows: [
      lines.map(line => [
        kin[line.kin],
        line.id,
        line.parent,
        line.division.name,
        LEVELS[line.sourceLevel] ?? line.sourceLevel,
        line.superiorNumber,
        line.document.number,
        line.fund.name,
        line.agency,
        line.project?.name,
        null,
        null,
        null,
        null,
        fen(line.amountFen),
        fen(line.netFen),
      ]),
      payments.map(one => {
        const line = byId.get(one.allotment)
        return [
          '支付',
          null,
          one.allotment,
          line?.division.name,
          line && (LEVELS[line.sourceLevel] ?? line.sourceLevel),
          line?.superiorNumber,
          line?.document.number,
          line?.fund.name,
          line?.agency,
          line?.project?.name,
          one.voucherNo,
          one.day,
          one.payee,
          one.account,
          null,
          null,
          fen(one.amountFen),
        ]
      }),
    ],
  }
}

export async function proofSheet(tx: Tx, of: Proved, known: string | null): Promise<Sheet> {
  const { groups, digest, totals } = await prove(tx, of, known, { whole: true })
  return {
    name: '咬合证明',
    columns: [
      text('文号', 24),
      whole('年度'),
      text('专项资金', 28),
      text('下达方', 18),
      text('接收方', 18),
      text('转移支付', 12),
      text('下达指标', 12),
      money('下达'),
      money('已接收'),
      money('在途'),
      money('收回'),
      text('接收指标', 24),
      text('咬合', 8),
    ],
    rows: [
      groups.flatMap(group =>
        group.transfers.map((one): OutputCell[] => [
          group.documentNumber,
          group.fiscalYear,
          group.fund.name,
          group.sender?.name ?? '系统外上级',
          one.receiver.name,
          one.id,
          one.parent?.id,
          fen(one.sentFen),
          fen(one.takenFen),
          fen(one.inTransitFen),
          fen(one.recalledFen),
          one.children.map(child => child.id).join('、'),
          one.holds ? '是' : '否',
        ]),
      ),
      [
        [
          '合计',
          null,
          `SM3 ${digest}`,
          null,
          null,
          null,
          null,
          fen(totals.sentFen),
          fen(totals.takenFen),
          fen(totals.inTransitFen),
          fen(totals.recalledFen),
        ],
      ],
    ],
  }
}

export async function differenceSheet(
  tx: Tx,
  division: number,
  year: number,
  asked: Parameters<typeof difference>[3],
): Promise<Sheet> {
  const { accounts, changes } = await difference(tx, division, year, asked, { whole: true })
  const touched = accounts.filter(account =>
    changes.some(one => one.effects.some(effect => effect.account === account.code)),
  )
  return {
    name: '两次视图的差异',
    columns: [
      text('经办人', 12),
      text('业务', 14),
      text('文号', 24),
      text('文件标题', 36),
      { title: '业务日期', kind: 'date' },
      whole('分录'),
      ...touched.map(account => money(account.zh)),
      text('说明', 60),
    ],
    rows: [
      changes.map(one => [
        one.actor || '系统',
        one.formName.zh,
        one.document?.number,
        one.document?.title,
        one.effectiveOn,
        one.entries,
        ...touched.map(account => fen(one.effects.find(effect => effect.account === account.code)?.fen)),
        one.said.zh,
      ]),
    ],
  }
}

const REASONS = { 'missing-here': '我方没有', 'missing-there': '对方没有', 'amount-differs': '金额不一致' }

export function reconciliationSheet(tx: Tx, division: number, id: string, reason: string | undefined): Sheet {
  async function* rows(): AsyncGenerator<OutputCell[][]> {
    for (let after: string | undefined; ; ) {
      const page = await differencesOf(tx, division, id, { after, reason }, 5000)
      yield page.rows.map(row => [
        row.no,
        REASONS[row.reason],
        row.rowNo,
        row.subject,
        row.name,
        row.allotment,
        fen(row.hereFen),
        fen(row.thereFen),
        BigInt(row.hereFen ?? 0) - BigInt(row.thereFen ?? 0),
      ])
      if (page.next === null) return
      after = page.next
    }
  }
  return {
    name: '对账差异',
    columns: [
      whole('序号'),
      text('原因', 14),
      whole('表中行号'),
      text('对账项', 30),
      text('名称', 40),
      text('指标', 12),
      money('我方'),
      money('对方'),
      money('差额'),
    ],
    rows: rows(),
  }
}

export async function numbersSheet(tx: Tx, division: number, year: number): Promise<Sheet> {
  const { findings } = await documentNumbers(tx, division, year)
  return {
    name: '文号断号重号',
    columns: [text('发文机关代字', 20), whole('年份'), text('情形', 8), whole('起号'), whole('止号'), text('文件', 80)],
    rows: [
      findings.map(one => [
        one.word,
        one.year,
        one.kind === 'gap' ? '断号' : '重号',
        one.first,
        one.last,
        one.documents.map(paper => `${paper.dated}《${paper.title}》`).join('；'),
      ]),
    ],
  }
}
