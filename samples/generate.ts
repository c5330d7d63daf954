/**
 * Writes the samples: one fictional province over one fiscal year, in the file formats that bureaus and treasuries export, with
 * planted faults. Run: node --import tsx samples/generate.ts
 */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDocumentNumber } from '../src/kernel/document-number.ts'
import type { Line } from './generator/budget.ts'
import type { Planted } from './generator/faults.ts'
import { Folder, pdf, yuan } from './generator/files.ts'
import { keyOf, MESSENGERS, type Payment, thePayments } from './generator/payments.ts'
import {
  agenciesOf,
  CENTRAL_FUNDS,
  DIVISIONS,
  divisionOf,
  type Fund,
  LIUPU,
  NANPING,
  OFFICES,
  PROVINCE,
  PROVINCIAL_FUNDS,
  QINGYUAN,
  SECTOR,
  YUNHE,
  YUNSHAN,
  YUNSHAN_FUNDS,
} from './generator/province.ts'
import { AS_OF, Draw } from './generator/random.ts'
import { BILL, bills, controlTotals, message } from './generator/vouchers.ts'
import { ALLOTMENT_FILES, CLOSINGS, theYear } from './generator/year.ts'

/** Where to write: the folder of this file, or the one named on the command line. */
const ROOT = process.argv[2] ?? dirname(fileURLToPath(import.meta.url))
const folder = new Folder(ROOT)
const draw = new Draw(20180101)
const year = theYear(draw)
const { payments, beside } = thePayments(year, draw)
const { budget, faults } = year
const manifest: { kind: string; file: string; division?: string }[] = []
const take = (kind: string, file: string, division?: string): void => {
  manifest.push(division ? { kind, file, division } : { kind, file })
}
/** Where each row or voucher came to stand. */
const where = new Map<object, Planted['where']>()
for (const part of ['base', 'allotments', 'plans', 'scans', 'payments'])
  rmSync(`${ROOT}/${part}`, { recursive: true, force: true })

/** Divisions without payment plans: money is paid from own spending. */
const PLANLESS: readonly string[] = [LIUPU]

writeBase()
await writeProjects()
writeBeside()
await writeAllotments()
writePlans()
writeScans()
writePayments()
writeTotals()
writeManifest()

function writeBase(): void {
  folder.csv(
    'base/divisions.csv',
    ['MOF_DIV_CODE', 'MOF_DIV_NAME', 'LEVEL', 'ADMIN_PARENT', 'FISCAL_PARENT', 'VALID_FROM', 'GO_LIVE'],
    DIVISIONS.map(one => [one.code, one.name, one.level, one.administrative, one.fiscal, '2015-01-01', one.goLive]),
  )
  take('divisions', 'base/divisions.csv')
  folder.csv(
    'base/agencies.csv',
    ['MOF_DIV_CODE', 'AGENCY_CODE', 'AGENCY_NAME'],
    DIVISIONS.flatMap(one => agenciesOf(one).map(({ code, name }) => [one.code, code, name])),
    'gb18030',
  )
  take('agencies', 'base/agencies.csv')
  folder.csv(
    'base/offices.csv',
    ['MOF_DIV_CODE', 'OFFICE_CODE', 'OFFICE_NAME'],
    DIVISIONS.flatMap(one =>
      one.level === 'township'
        ? [[one.code, '01', '财政所']]
        : OFFICES.map(({ code, name }) => [
            one.code,
            code,
            `${name}${one.level === 'province' ? '处' : one.level === 'city' ? '科' : '股'}`,
          ]),
    ),
  )
  take('offices', 'base/offices.csv')
  take('subjects', '../src/funds/subjects/2018.csv')
  const catalogue = (file: string, funds: readonly Fund[], division: string, source: string): void => {
    folder.csv(
      file,
      [
        'code',
        'name',
        'parent_code',
        'level',
        'owner_office',
        'poverty_flag',
        'secret',
        'included',
        'excepted',
        'superior_code',
        'source',
      ],
      funds.map((fund, index) => [
        fund.code,
        fund.name,
        '',
        fund.level,
        `${OFFICES.find(office => office.code === SECTOR[fund.sector].office)!.name}${division === PROVINCE ? '处' : '股'}`,
        fund.poverty,
        fund.secret ? 'true' : 'false',
        fund.included ?? '',
        fund.excepted ?? '',
        fund.superior ?? '',
        `${source}第${index + 1}项`,
      ]),
    )
    take('funds', file, division)
  }
  catalogue('base/中央层面资金清单.csv', CENTRAL_FUNDS, PROVINCE, '安财办〔2018〕1号附件1')
  catalogue('base/安澜省省级资金清单.csv', PROVINCIAL_FUNDS, PROVINCE, '安财办〔2018〕1号附件2')
  catalogue('base/云山县县级资金清单.csv', YUNSHAN_FUNDS, YUNSHAN, '云山财办〔2018〕1号附件')
  const used = new Map(budget.lines.map(line => [`${line.division} ${line.fund.code}`, line]))
  folder.csv(
    'base/fund-offices.csv',
    ['MOF_DIV_CODE', 'FUND_DIV_CODE', 'FUND_CODE', 'OFFICE_CODE', 'VALID_FROM'],
    [...used.values()].map(line => [line.division, line.fund.owner, line.fund.code, officeOf(line), '2017-01-01']),
  )
  take('fund-offices', 'base/fund-offices.csv')
}

function officeOf(line: Line): string {
  return divisionOf(line.division).level === 'township' ? '01' : SECTOR[line.fund.sector].office
}

async function writeProjects(): Promise<void> {
  const cells = (mine: boolean) =>
    budget.projects
      .filter(project => project.division.startsWith(YUNSHAN.slice(0, 6)) === mine)
      .map((project, index) => {
        where.set(project, { file: mine ? 'base/云山县项目库.xlsx' : 'base/projects.csv', row: index + 2 })
        return [
          project.division,
          project.code,
          project.name,
          project.kind,
          project.agency,
          project.place,
          String(project.from),
          String(project.to),
          yuan(project.investment),
        ]
      })
  const chinese = [
    '财政区划代码',
    '项目代码',
    '项目名称',
    '项目类别',
    '单位代码',
    '建设地点',
    '起始年度',
    '终止年度',
    '总投资',
  ]
  await folder.xlsx('base/云山县项目库.xlsx', '项目库', chinese, cells(true), ['总投资'])
  take('projects', 'base/云山县项目库.xlsx')
  const plain = [
    'MOF_DIV_CODE',
    'PRO_CODE',
    'PRO_NAME',
    'PRO_KIND',
    'AGENCY_CODE',
    'PLACE',
    'START_YEAR',
    'END_YEAR',
    'INVESTMENT',
  ]
  folder.csv('base/projects.csv', plain, cells(false), 'utf-8')
  take('projects', 'base/projects.csv')
}

function writeBeside(): void {
  folder.csv(
    'base/合同.csv',
    [
      '财政区划代码',
      '合同编号',
      '补充协议序号',
      '项目代码',
      '承包人',
      '承包人统一社会信用代码',
      '合同金额',
      '签订日期',
    ],
    beside.contracts.map(one => [
      one.division,
      one.no,
      String(one.supplement),
      one.project,
      one.contractor,
      one.code,
      yuan(one.amount),
      one.signed,
    ]),
  )
  take('contracts', 'base/合同.csv')
  folder.csv(
    'base/结算审定.csv',
    ['财政区划代码', '项目代码', '结算审定日期', '送审金额', '结算审定金额', '评审文号'],
    beside.settlements.map((one, index) => {
      where.set(one, { file: 'base/结算审定.csv', row: index + 2 })
      return [one.division, one.project, one.settled, yuan(one.submitted), yuan(one.amount), one.document]
    }),
  )
  take('settlements', 'base/结算审定.csv')
  folder.csv(
    'base/企业登记状态.csv',
    ['企业名称', '统一社会信用代码', '登记状态', '状态起始日期'],
    beside.companies.map(one => [one.name, one.code, one.state, one.since]),
    'gb18030',
  )
  take('companies', 'base/企业登记状态.csv')
}

function writeTotals(): void {
  const [first] = beside.totals
  const file = `payments/国库对账-${divisionOf(first!.division).name}.xml`
  const totals = beside.totals.map((total, index) => {
    where.set(total, { file, voucher: `${total.day.replaceAll('-', '')}3503${String(index + 1).padStart(3, '0')}` })
    const paid = payments.filter(one => one.division === total.division && one.year === 2018 && one.paid === total.day)
    return {
      day: total.day,
      payments: paid.length,
      amount: paid.reduce((sum, one) => sum + one.amount, 0n) + total.off,
    }
  })
  folder.write(file, controlTotals(first!.division, totals))
  take('payments', file, first!.division)
}

async function writeAllotments(): Promise<void> {
  const header = [
    'BGT_ID',
    'MOF_DIV_CODE',
    'FISCAL_YEAR',
    'COR_BGT_DOC_NO',
    'BGT_DOC_TITLE',
    'DOC_DATE',
    'BGT_DEC',
    'SUP_BGT_DOC_NO',
    'ORI_BGT_ID',
    'REC_DIV_CODE',
    'AGENCY_CODE',
    'PRO_CODE',
    'FUND_TYPE_CODE',
    'TP_FUNC_CODE',
    'EXP_FUNC_CODE',
    'GOV_BGT_ECO_CODE',
    'AMOUNT',
    'BUDGET_LEVEL_CODE',
    'SOURCE_TYPE_CODE',
    'MANAGE_MOF_DEP_CODE',
    'TRACK_PRO_CODE',
    'FUND_DIV_CODE',
    'DIRECT_FLAG',
    'POVERTY_FLAG',
    'MONITORED_AMT',
  ]
  for (const file of ALLOTMENT_FILES) {
    const rows = budget.lines
      .filter(line => line.file === file)
      .map((line, index) => {
        where.set(line, { file, row: index + 2 })
        return [
          line.id,
          line.division,
          String(line.year),
          line.doc.number,
          line.doc.title,
          line.doc.dated,
          line.note ?? '',
          line.superiorNumber ?? '',
          line.source?.id ?? '',
          line.receiver ?? '',
          line.agency ?? '',
          line.project?.code ?? '',
          '11',
          line.transfer ?? '',
          line.func ?? '',
          line.economic ?? '',
          yuan(line.amount),
          line.budgetLevel ?? '',
          '',
          officeOf(line),
          line.fund.code,
          line.fund.owner,
          '2',
          line.poverty ?? '',
          line.monitored === undefined ? '' : yuan(line.monitored),
        ]
      })
    if (file.endsWith('.xlsx')) await folder.xlsx(file, '指标', header, rows, ['AMOUNT', 'MONITORED_AMT'])
    else folder.csv(file, header, rows, file.includes('第3季度') ? 'gb18030' : 'utf-8-bom')
    take('allotments', file)
  }
}

function writePlans(): void {
  const rows: string[][] = []
  const serials = new Map<string, number>()
  for (const line of budget.lines) {
    if (line.agency === undefined || PLANLESS.includes(line.division)) continue
    const first = Number(line.doc.dated.slice(5, 7))
    const months = [...new Set([first, Math.min(12, first + 3), Math.min(12, first + 7)])]
    for (const [index, amount] of draw.split(line.amount, months.length, 10_000n).entries()) {
      const key = `${line.division}${line.year}`
      const serial = (serials.get(key) ?? 0) + 1
      serials.set(key, serial)
      rows.push([
        line.division,
        String(line.year),
        `${line.year}YKJH${String(serial).padStart(5, '0')}`,
        String(months[index]),
        line.id,
        yuan(amount),
      ])
    }
  }
  folder.csv(
    'plans/用款计划.csv',
    ['MOF_DIV_CODE', 'FISCAL_YEAR', 'PLAN_VOUCHER_NO', 'PLAN_MONTH', 'BGT_ID', 'PLAN_AMT'],
    rows,
  )
  take('plans', 'plans/用款计划.csv')
}

function writeScans(): void {
  for (const doc of budget.docs) {
    if (!doc.scanned) continue
    const name = parseDocumentNumber(doc.number).normalised ?? doc.number
    const file = `scans/${doc.division}/${name}.pdf`
    folder.write(file, pdf(`SAMPLE - Anlan Province (fictional) - division ${doc.division} - ${doc.dated}`))
    take('scans', file, doc.division)
  }
}

function standsIn(file: string) {
  return (payment: Payment, row?: number): void => {
    where.set(payment, row === undefined ? { file, voucher: payment.no } : { file, row, voucher: payment.no })
  }
}

function writePayments(): void {
  const sent = new Set<Payment>()
  for (const { division, encoding } of MESSENGERS) {
    const area = division.slice(0, 6)
    for (let month = 1; month <= 12; month++) {
      const day = `2018-${String(month).padStart(2, '0')}`
      const chosen = payments.filter(one => one.division.startsWith(area) && one.vouched.startsWith(day))
      if (chosen.length === 0) continue
      const file = `payments/${divisionOf(division).name}-${day}.xml`
      for (const one of chosen) sent.add(one)
      folder.write(file, message(chosen, encoding, standsIn(file)), encoding)
      take('payments', file, division)
    }
  }
  const groups: [name: string, division: string, (payment: Payment) => boolean][] = [
    ['2017', PROVINCE, payment => payment.year === 2017],
    ['省本级和市本级', PROVINCE, payment => payment.division.slice(4) === '00000'],
    ['云河市所属县', YUNHE, payment => payment.division.startsWith('9901')],
    ['柳浦县', QINGYUAN, payment => payment.division.startsWith('9902')],
    ['南屏市所属县', NANPING, payment => payment.division.startsWith('9903')],
  ]
  for (const [name, division, mine] of groups) {
    const chosen = payments.filter(one => !sent.has(one) && mine(one))
    for (const one of chosen) sent.add(one)
    const file = `payments/支付凭证-${name}.csv`
    folder.csv(file, BILL, bills(chosen, standsIn(file)), name === '柳浦县' ? 'gb18030' : 'utf-8-bom')
    take('payments', file, division)
  }
  if (sent.size !== payments.length) throw new Error('a payment stands in no file')
}

function writeManifest(): void {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  folder.write('manifest.json', json({ asOf: AS_OF, files: manifest, closings: CLOSINGS }))
  const list: Planted[] = faults.planted.map(({ fault, thing }) => ({
    what: fault.what,
    source: fault.source,
    where: where.get(thing)!,
    rule: fault.rule,
    level: fault.level,
    division: thing.division,
    subject: fault.subject.kind === 'payment' ? { kind: 'payment', key: keyOf(thing as Payment) } : fault.subject,
  }))
  folder.write('faults.json', json(list.sort((a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0))))
  folder.write(
    'repairs.json',
    json(
      faults.mended.map(({ line, to }) => ({
        where: where.get(line),
        division: line.division,
        written: line.doc.number,
        stored: to,
      })),
    ),
  )
  const spent = budget.lines.filter(line => line.agency !== undefined)
  folder.write(
    'totals.json',
    json({
      lines: budget.lines.length,
      refinedLines: spent.length,
      refinedYuan: yuan(spent.reduce((sum, line) => sum + line.amount, 0n)),
      payments: payments.length,
      paymentsYuan: yuan(payments.reduce((sum, one) => sum + one.amount, 0n)),
      documents: budget.docs.length + CLOSINGS.length,
      projects: budget.projects.length,
    }),
  )
}
