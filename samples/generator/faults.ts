import { parseDocumentNumber } from '../../src/kernel/document-number.ts'
import type { Line } from './budget.ts'
import { AS_OF, daysBetween } from './random.ts'

export interface Planted {
  what: { zh: string; en: string }
  /** Which document names this kind of bad data. */
  source: string
  /** Where it stands: filled in when the files are written. */
  where: { file: string; row?: number; voucher?: string }
  rule: string
  level: 'bell' | 'yellow' | 'red'
  division: string
  subject: { kind: 'allotment' | 'payment' | 'project' | 'document' | 'fund' | 'day'; key: string }
}

/** The number as it is stored: brackets are mended on the way in. */
const storedNumber = (line: Line): string => parseDocumentNumber(line.doc.number).normalised ?? line.doc.number

type Thing = { division: string }

/** What was planted, by the thing that it is about; files and rows are known when the files are written. */
export class Faults {
  readonly planted: { fault: Omit<Planted, 'where' | 'division'>; thing: Thing }[] = []
  readonly mended: { line: Line; to: string }[] = []

  plant(fault: Omit<Planted, 'where' | 'division'> & { where: Thing }): void {
    const { where, ...rest } = fault
    this.planted.push({ fault: rest, thing: where })
  }

  number(line: Line, level: 'bell' | 'yellow', zh: string, en: string): void {
    this.plant({
      what: { zh: `指标文号：${zh}（${line.doc.number}）`, en: `Document number: ${en} (${line.doc.number})` },
      source: 'seed 4, 指标文号',
      where: line,
      rule: 'A07',
      level,
      subject: { kind: 'document', key: storedNumber(line) },
    })
  }

  scan(line: Line): void {
    this.plant({
      what: { zh: `文件${line.doc.number}没有上传扫描件`, en: `The scan of ${line.doc.number} was never attached` },
      source: 'seed 1, 文件扫描件',
      where: line,
      rule: 'A08',
      level: 'bell',
      subject: { kind: 'document', key: storedNumber(line) },
    })
  }

  projectName(line: Line, kind: 'missing' | 'digits' | 'unrefined' | 'fund-name' | 'notice-title'): void {
    const said = {
      missing: { zh: '没有项目名称', en: 'no project name' },
      digits: { zh: '用数字代替项目名称', en: 'digits in place of a project name' },
      unrefined: { zh: '项目名称未细化', en: 'a project name that is not refined' },
      'fund-name': { zh: '用专项资金名称作项目名称', en: "the fund's name in place of the project's" },
      'notice-title': { zh: '用通知标题作项目名称', en: "a notice's title in place of the project's name" },
    }[kind]
    const name = line.project!.name
    this.plant({
      what: { zh: name ? `${said.zh}（${name}）` : said.zh, en: name ? `${said.en} (${name})` : said.en },
      source: 'seed 4, 项目名称',
      where: line.project!,
      rule: 'P01',
      level: kind === 'missing' || kind === 'digits' ? 'yellow' : 'bell',
      subject: { kind: 'project', key: line.project!.code },
    })
  }

  late(rule: 'A02' | 'A04', line: Line, level: Planted['level'], zh: string, en: string): void {
    const days = daysBetween(line.doc.dated, AS_OF)
    this.plant({
      what:
        rule === 'A02'
          ? { zh: `中央资金 ${days} 天没有下达完：${zh}`, en: `Central money not passed down in ${days} days: ${en}` }
          : { zh: `收到的资金 ${days} 天没有细化完：${zh}`, en: `Received money not refined in ${days} days: ${en}` },
      source: rule === 'A02' ? '预算法第五十二条' : 'DOMAIN §11 A04',
      where: line,
      rule,
      level,
      subject: { kind: 'allotment', key: line.id },
    })
  }

  execution(line: Line, level: 'bell' | 'yellow'): void {
    this.plant({
      what: { zh: `“${line.fund.name}”支出进度滞后`, en: `Spending of ${line.fund.code} lies behind the year` },
      source: 'DOMAIN §11 E03',
      where: line,
      rule: 'E03',
      level,
      subject: { kind: 'fund', key: `${line.fund.code}/${line.year}` },
    })
  }

  repaired(line: Line, to: string): void {
    this.mended.push({ line, to })
  }
}
