import { type Batch, Budget, type Line } from './budget.ts'
import { Faults } from './faults.ts'
import {
  BAISHI,
  fundOf,
  HEFENG,
  LIUPU,
  NANPING,
  PROVINCE,
  QINGHU,
  QINGSHI,
  QINGYUAN,
  SECTOR,
  SONGPING,
  WANGYUN,
  XIKOU,
  XITOU,
  YUNHE,
  YUNSHAN,
  ZHULING,
} from './province.ts'
import type { Draw } from './random.ts'

const SPRING = 'allotments/2018-第1季度.csv'
const SUMMER = 'allotments/2018-第2季度.xlsx'
const AUTUMN = 'allotments/2018-第3季度.csv'
const WINTER = 'allotments/2018-第4季度.xlsx'
const BEFORE = 'allotments/2017-禾丰县.csv'
const CARRIED = 'allotments/2017-松坪县.csv'
const COMING = 'allotments/2019-提前下达.csv'
export const ALLOTMENT_FILES = [BEFORE, CARRIED, SPRING, SUMMER, AUTUMN, WINTER, COMING]

/** Years that were closed and carried over, once all files are taken in. */
export const CLOSINGS = [
  {
    division: SONGPING,
    fiscalYear: 2017,
    on: '2018-01-10',
    document: { number: '松坪财预〔2018〕1号', title: '松坪县财政局关于2017年度结账和结转的通知', dated: '2018-01-10' },
  },
]

export interface Year {
  budget: Budget
  faults: Faults
  /** Share of a fund that is paid by the day of judgement, in tenths of a per cent, where it is not the ordinary one. */
  paid: Map<string, number>
}

/** What happened in 2018, with everything that went wrong; wrong things are planted here and in `payments.ts` only. */
export function theYear(draw: Draw): Year {
  const budget = new Budget(draw)
  const faults = new Faults()
  const paid = new Map<string, number>()
  const give = (batch: Batch): Line[] => {
    const before = budget.lines.length
    budget.distribute(batch)
    return budget.lines.slice(before)
  }
  const at = (lines: Line[], division: string, form: 'receive' | 'refine'): Line =>
    lines.find(
      line =>
        line.division === division &&
        (form === 'receive' ? line.superiorNumber !== undefined : line.agency !== undefined),
    )!

  // 2017: one line was refined, nearly all of it was paid, and the retention money has lain there since.
  const old = budget.registerOwn(
    { file: BEFORE, division: HEFENG, fund: 'A5-01', label: '县级配套', dated: '2017-03-10', year: 2017 },
    800_000,
    { lines: 1 },
  )
  paid.set(`${HEFENG}/A5-01/2017`, 960)
  faults.plant({
    what: {
      zh: '2017 年细化的指标，质保金一年多没有支付',
      en: 'Of a line refined in 2017 the retention money has lain unpaid for over a year',
    },
    source: 'DOMAIN §11 E04',
    where: old[0]!,
    rule: 'E04',
    level: 'yellow',
    subject: { kind: 'allotment', key: old[0]!.id },
  })

  const first = give({
    file: SPRING,
    fund: 'C8-01',
    label: '第一批',
    centre: '财农〔2018〕9001号',
    days: ['2018-01-04', '2018-01-08', '2018-01-10'],
    shares: {
      [YUNSHAN]: 9_600_000,
      [WANGYUN]: 900_000,
      [XITOU]: 700_000,
      [XIKOU]: 4_200_000,
      [ZHULING]: 5_100_000,
      [QINGSHI]: 6_300_000,
      [QINGHU]: 800_000,
      [LIUPU]: 4_800_000,
      [SONGPING]: 5_400_000,
      [HEFENG]: 4_500_000,
    },
    own: 600_000,
    lines: 3,
    handling: {
      [ZHULING]: { names: [undefined, '中央财政专项扶贫资金', undefined] },
      [SONGPING]: { names: ['扶贫专项', undefined, undefined] },
      [LIUPU]: { names: [null, undefined, undefined] },
      [HEFENG]: { number: '财农[2018]9001号' },
    },
  })
  const named = (lines: Line[], division: string, name: string): Line =>
    lines.find(line => line.division === division && line.project?.name === name)!
  faults.projectName(named(first, ZHULING, '中央财政专项扶贫资金'), 'fund-name')
  faults.projectName(named(first, SONGPING, '扶贫专项'), 'unrefined')
  faults.projectName(named(first, LIUPU, ''), 'missing')
  faults.number(
    at(first, HEFENG, 'refine'),
    'yellow',
    '用财政部文号作为本级文号',
    "the ministry's number in place of its own",
  )

  budget.registerOwn({ file: SPRING, division: YUNSHAN, fund: 'Y4-01', label: '', dated: '2018-02-08' }, 3_200_000, {
    lines: 2,
    towns: { [BAISHI]: 600_000 },
    townsDated: '2018-02-22',
  })
  give({
    file: SPRING,
    fund: 'C8-03',
    label: '',
    centre: '财教〔2018〕9003号',
    days: ['2018-02-12', '2018-02-22', '2018-03-01'],
    shares: {
      [YUNSHAN]: 3_600_000,
      [ZHULING]: 2_100_000,
      [QINGSHI]: 2_700_000,
      [LIUPU]: 1_900_000,
      [SONGPING]: 2_200_000,
      [HEFENG]: 1_800_000,
    },
  })
  budget.registerOwn({ file: SPRING, division: YUNSHAN, fund: 'Y4-02', label: '', dated: '2018-03-05' }, 1_800_000)
  const water = give({
    file: SPRING,
    fund: 'C8-06',
    label: '',
    centre: '财农〔2018〕9006号',
    days: ['2018-03-02', '2018-03-09', '2018-03-19'],
    shares: { [YUNSHAN]: 4_400_000, [XIKOU]: 2_600_000, [QINGSHI]: 3_100_000, [SONGPING]: 2_900_000 },
    handling: {
      // Not live before July: what lay there late and unscanned then is spared.
      [XIKOU]: { scanned: false, refined: 92 },
      [SONGPING]: { borrows: true },
      [QINGSHI]: { names: ['水利专项', undefined] },
    },
  })
  faults.number(
    at(water, SONGPING, 'refine'),
    'yellow',
    '用上级文号作为本级文号',
    "the superior's number in place of its own",
  )
  faults.projectName(named(water, QINGSHI, '水利专项'), 'unrefined')
  paid.set(`${XIKOU}/C8-06/2018`, 580)
  faults.execution(at(water, XIKOU, 'refine'), 'yellow')
  const provincial = give({
    file: SPRING,
    fund: 'A5-02',
    label: '',
    days: ['2018-03-16', '2018-03-22', '2018-03-28'],
    shares: {
      [YUNSHAN]: 2_400_000,
      [ZHULING]: 1_600_000,
      [QINGSHI]: 1_900_000,
      [SONGPING]: 1_500_000,
      [HEFENG]: 1_700_000,
    },
    own: 500_000,
    handling: { [QINGSHI]: { number: '本级追加' }, [SONGPING]: { scanned: false } },
  })
  faults.number(
    at(provincial, QINGSHI, 'refine'),
    'bell',
    '用“本级追加”代替文号',
    'the words “added by us” in place of a number',
  )
  faults.scan(at(provincial, SONGPING, 'refine'))

  const farming = give({
    file: SUMMER,
    fund: 'C8-04',
    label: '',
    centre: '财农〔2018〕9004号',
    days: ['2018-04-03', '2018-04-12', '2018-04-20'],
    shares: {
      [YUNSHAN]: 3_300_000,
      [XIKOU]: 1_700_000,
      [LIUPU]: 2_300_000,
      [SONGPING]: 1_800_000,
      [HEFENG]: 2_000_000,
    },
    handling: {
      [LIUPU]: { number: '柳浦农字【2018】23号', title: '柳浦县农业局关于安排2018年农业生产发展项目的通知' },
      [YUNSHAN]: { names: ['关于下达2018年农业生产发展资金的通知', undefined] },
      [XIKOU]: { names: ['53', undefined] as never, scanned: false },
    },
  })
  faults.number(
    at(farming, LIUPU, 'refine'),
    'yellow',
    '用部门文号作为本级指标文号',
    "a department's number in place of the finance bureau's",
  )
  faults.projectName(named(farming, YUNSHAN, '关于下达2018年农业生产发展资金的通知'), 'notice-title')
  faults.projectName(named(farming, XIKOU, '53'), 'digits')
  budget.distribute({
    file: SUMMER,
    fund: 'C8-02',
    label: '',
    centre: '财社〔2018〕9002号',
    days: ['2018-05-08', '2018-05-16', '2018-05-25'],
    shares: { [YUNSHAN]: 2_800_000, [ZHULING]: 1_900_000, [QINGSHI]: 2_000_000, [HEFENG]: 1_600_000 },
    handling: {
      [HEFENG]: { number: '关于申请拨付2018年农村危房改造补助资金的请示' },
      [YUNSHAN]: { number: '云山财建[2018]45号' },
    },
  })
  faults.number(
    budget.lines.find(line => line.doc.number.startsWith('关于申请拨付') && line.agency)!,
    'bell',
    '用请示标题代替文号',
    'the title of a request in place of a number',
  )
  faults.repaired(budget.lines.find(line => line.doc.number === '云山财建[2018]45号')!, '云山财建〔2018〕45号')
  budget.registerOwn({ file: SUMMER, division: YUNSHAN, fund: 'Y4-03', label: '', dated: '2018-05-22' }, 1_500_000)
  // The slide's example: 10,000,000 from the centre and 5,000,000 matched by the province make one fund of 15,000,000.
  const matched = {
    file: SUMMER,
    label: '第二批',
    days: ['2018-05-14', '2018-05-21', '2018-05-30'],
    together: 'matched',
    localFund: { [PROVINCE]: 'A5-01', [YUNSHAN]: 'Y4-01' },
    lines: 2,
  } as const
  budget.distribute({
    ...matched,
    fund: 'C8-01',
    centre: '财农〔2018〕9011号',
    shares: { [YUNSHAN]: 4_000_000, [QINGSHI]: 3_600_000, [ZHULING]: 2_400_000 },
  })
  // Money of two sources for one project: a voucher that names neither line nor document fits both.
  const twice = at(first, QINGSHI, 'refine').project!
  budget.distribute({
    ...matched,
    fund: 'A5-01',
    shares: { [YUNSHAN]: 2_000_000, [QINGSHI]: 1_800_000, [ZHULING]: 1_200_000 },
    handling: { [QINGSHI]: { project: twice } },
  })
  budget.registerOwn(
    { file: SUMMER, division: NANPING, fund: 'A5-01', label: '市级配套', dated: '2018-04-18' },
    900_000,
    {
      lines: 1,
    },
  )
  const roads = give({
    file: SUMMER,
    fund: 'C8-08',
    label: '',
    centre: '财建〔2018〕9008号',
    days: ['2018-06-12', '2018-06-20', '2018-06-28'],
    shares: {
      [YUNSHAN]: 3_900_000,
      [XIKOU]: 1_800_000,
      [ZHULING]: 2_500_000,
      [LIUPU]: 2_100_000,
      [SONGPING]: 1_900_000,
    },
    handling: {
      [YUNSHAN]: { number: '177' },
      [LIUPU]: { number: '柳浦财建（２０１８）31号' },
      [XIKOU]: { scanned: false },
    },
  })
  faults.number(at(roads, YUNSHAN, 'refine'), 'bell', '用数字代替文号', 'digits in place of a number')
  faults.repaired(at(roads, LIUPU, 'refine'), '柳浦财建〔2018〕31号')
  paid.set(`${ZHULING}/C8-08/2018`, 820)
  faults.execution(at(roads, ZHULING, 'refine'), 'bell')

  const jobs = give({
    file: AUTUMN,
    fund: 'C8-07',
    label: '',
    centre: '财社〔2018〕9007号',
    days: ['2018-07-20', '2018-07-30', '2018-08-08'],
    shares: {
      [YUNSHAN]: 1_600_000,
      [XIKOU]: 1_100_000,
      [QINGSHI]: 1_200_000,
      [LIUPU]: 900_000,
      [HEFENG]: 1_000_000,
    },
    handling: { [XIKOU]: { number: '2-14-80' }, [HEFENG]: { names: ['877', undefined] } },
  })
  faults.number(at(jobs, XIKOU, 'refine'), 'bell', '用数字代替文号', 'digits in place of a number')
  faults.projectName(named(jobs, HEFENG, '877'), 'digits')
  const aid = give({
    file: AUTUMN,
    fund: 'A5-04',
    label: '',
    days: ['2018-08-15', '2018-08-21', '2018-08-27'],
    shares: { [YUNSHAN]: 1_400_000, [XITOU]: 300_000, [ZHULING]: 800_000, [LIUPU]: 700_000 },
    handling: { [ZHULING]: { number: '县长办公会议纪要第12次' }, [XITOU]: { scanned: false } },
  })
  faults.number(at(aid, ZHULING, 'refine'), 'bell', '用会议纪要代替文号', 'minutes of a meeting in place of a number')
  faults.scan(at(aid, XITOU, 'refine'))
  const third = give({
    file: AUTUMN,
    fund: 'C8-01',
    label: '第三批',
    centre: '财农〔2018〕9015号',
    days: ['2018-09-11', '2018-09-20', '2018-09-28'],
    shares: { [SONGPING]: 1_800_000, [HEFENG]: 2_100_000 },
    handling: { [HEFENG]: { refined: 55 } },
  })
  faults.late('A04', at(third, HEFENG, 'receive'), 'red', '近一半没有细化', 'nearly half not refined')

  const forest = give({
    file: WINTER,
    fund: 'C8-05',
    label: '第一批',
    centre: '财资〔2018〕9021号',
    days: ['2018-11-05', '2018-11-12', '2018-11-15'],
    shares: { [NANPING]: 3_200_000, [SONGPING]: 1_400_000 },
    handling: { [SONGPING]: { refined: 60 } },
    lines: 1,
  })
  faults.late('A02', at(forest, NANPING, 'receive'), 'red', '超过法定三十日', 'past the legal thirty')
  faults.late('A04', at(forest, SONGPING, 'receive'), 'yellow', '四成没有细化', 'two fifths not refined')
  const second = give({
    file: WINTER,
    fund: 'C8-05',
    label: '第二批',
    centre: '财资〔2018〕9024号',
    days: ['2018-11-22', '2018-11-23', '2018-11-27'],
    shares: { [QINGYUAN]: 2_600_000, [LIUPU]: 900_000 },
    handling: { [LIUPU]: { refined: 0, title: '柳浦县财政局关于登记上级下达林业改革发展资金的通知' } },
  })
  faults.late('A02', at(second, QINGYUAN, 'receive'), 'bell', '将到三十日期限', 'near the limit of thirty')
  faults.late('A04', at(second, LIUPU, 'receive'), 'bell', '没有细化', 'not refined')
  // Near misses: ten days are in time, and two days are soon enough for a scan. What goes to 云山县 waits there to be received.
  budget.distribute({
    file: WINTER,
    fund: 'C8-05',
    label: '第三批',
    centre: '财资〔2018〕9027号',
    days: ['2018-12-05', '2018-12-10', '2018-12-12'],
    shares: { [YUNHE]: 1_500_000, [YUNSHAN]: 600_000 },
    handling: { [YUNSHAN]: { untaken: true } },
  })
  budget.registerOwn({ file: WINTER, division: YUNSHAN, fund: 'Y4-04', label: '', dated: '2018-12-18' }, 1_000_000, {
    refined: 0,
    scanned: false,
  })
  carriedOver(budget, faults)
  inAdvance(budget, faults)
  return { budget, faults, paid }
}

/** 2017: money was assigned and never refined; the year was closed and it was carried into 2018, where it still lies in December. */
function carriedOver(budget: Budget, faults: Faults): void {
  const fund = fundOf('A5-01')
  const doc = budget.ownDoc(SONGPING, fund, '县级配套', '2017-03-13', { number: '松坪财农〔2017〕3号' })
  const common = { file: CARRIED, division: SONGPING, year: 2017, doc, fund, amount: 30_000_000n }
  const registered = budget.line({ ...common, budgetLevel: '4' })
  const assigned = budget.line({ ...common, source: registered })
  faults.plant({
    what: {
      zh: '2017 年的资金结转到 2018 年，到十二月仍未用，再结转即满两年',
      en: 'Money of 2017 was carried into 2018 and still lies there in December; carried again it will be two years old',
    },
    source: '预算法第四十二条',
    where: assigned,
    rule: 'A16',
    level: 'bell',
    subject: { kind: 'allotment', key: assigned.id },
  })
}

/** 2019 in advance: the province gave notice in November; one city has let it lie for more than thirty days. */
function inAdvance(budget: Budget, faults: Faults): void {
  const fund = fundOf('A5-01')
  const title = '安澜省财政厅关于提前下达2019年省级财政专项扶贫资金的通知'
  const doc = budget.ownDoc(PROVINCE, fund, '', '2018-11-01', { number: '安财农〔2018〕80号', title })
  const common = { file: COMING, division: PROVINCE, year: 2019, doc, fund, amount: 200_000_000n }
  const registered = budget.line({ ...common, budgetLevel: '2' })
  const assigned = budget.line({ ...common, source: registered })
  budget.line({ ...common, source: assigned, receiver: QINGYUAN, transfer: SECTOR[fund.sector].transfer })
  const own = budget.ownDoc(QINGYUAN, fund, '', '2018-11-05', {
    number: '清源财农〔2018〕80号',
    title: '清源市财政局关于登记2019年提前下达资金的通知',
  })
  const received = budget.line({
    ...common,
    division: QINGYUAN,
    doc: own,
    superiorNumber: doc.number,
    budgetLevel: '2',
    transfer: SECTOR[fund.sector].transfer,
  })
  faults.plant({
    what: {
      zh: '2019 年提前下达的资金收到 45 天，没有提前下达到县',
      en: 'Next year’s money was notified to the city 45 days ago, and nothing of it was passed on in advance',
    },
    source: '预算法第五十二条',
    where: received,
    rule: 'A14',
    level: 'yellow',
    subject: { kind: 'fund', key: `${fund.code}/2019` },
  })
  faults.late('A04', received, 'yellow', '提前下达的资金没有细化', 'money notified in advance is not refined')
}
