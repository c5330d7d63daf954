import { judgeCreditCode } from '../../src/kernel/credit-code.ts'
import type { Line } from './budget.ts'
import type { Planted } from './faults.ts'
import { type Party, type Payment, payeesOf } from './payments.ts'
import { HEFENG, LIUPU, NANPING, QINGSHI, SONGPING, XIKOU, ZHULING } from './province.ts'
import type { Year } from './year.ts'

/** Lines of which less is paid in the ordinary way, so that planted payments have room; the share in tenths of a per cent. */
export const KEPT_LOW: readonly { division: string; fund: string; nth: number; share: number }[] = [
  { division: LIUPU, fund: 'C8-01', nth: 2, share: 520 },
  { division: NANPING, fund: 'A5-01', nth: 0, share: 500 },
]

export interface Contract {
  division: string
  no: string
  supplement: number
  project: string
  contractor: string
  code: string
  amount: bigint
  signed: string
}

export interface Settlement {
  division: string
  project: string
  settled: string
  submitted: bigint
  amount: bigint
  document: string
}

export interface Company {
  name: string
  code: string
  state: string
  since: string
}

/** What is known beside the books. */
export interface Beside {
  contracts: Contract[]
  settlements: Settlement[]
  companies: Company[]
  /** Days of 禾丰县 for which the treasury sends its totals, and by how much a total is off, in fen. */
  totals: { division: string; day: string; off: bigint }[]
}

/** A unified social credit code with its check character; the division lies in 99xxxx. */
function creditCode(division: string, serial: number): string {
  const body = `91${division.slice(0, 6)}MA${String(serial).padStart(7, '0')}`
  return [...'0123456789ABCDEFGHJKLMNPQRTUWXY'].map(last => body + last).find(code => judgeCreditCode(code) === 'ok')!
}

const yuan = (amount: number): bigint => BigInt(amount) * 100n
const account = (division: string, serial: number): string =>
  `9999${division.slice(0, 6)}${String(serial).padStart(9, '0')}`

export type Pay = (
  line: Line,
  vouched: string,
  amount: bigint,
  purpose: string,
  payee: Party,
  more?: Partial<Payment>,
) => Payment
export type Raise = (
  payment: Payment,
  rule: string,
  level: Planted['level'],
  source: string,
  zh: string,
  en: string,
) => Payment

/** What goes wrong with accounts, enterprises, contracts, settlements and totals (rules E05 to E19), and what only comes near it. */
export function plantSpending(
  { faults }: Year,
  lineOf: (division: string, fund: string, nth?: number) => Line,
  pay: Pay,
  raise: Raise,
): Beside {
  const beside: Beside = { contracts: [], settlements: [], companies: [], totals: [] }
  const builder = (division: string, index: number): Party => payeesOf(division, 'builders')[index]!
  const stranger = (division: string, serial: number, name: string): Party => ({
    name,
    account: account(division, serial),
    bank: builder(division, 0).bank,
  })
  const wrong = (
    rule: string,
    level: Planted['level'],
    zh: string,
    en: string,
    ...[line, day, amount, purpose, payee, more]: Parameters<Pay>
  ): Payment =>
    raise(pay(line, day, amount, purpose, payee, { paid: day, ...more }), rule, level, `DOMAIN §11 ${rule}`, zh, en)

  wrong(
    'E05',
    'yellow',
    '支付到乡镇财政所专户',
    "paid into a special account of a township's finance office",
    ...([lineOf(HEFENG, 'C8-01', 1), '2018-08-14', yuan(18_000), '光伏电站建设配套款'] as const),
    stranger(HEFENG, 600, '金穗乡财政所扶贫资金专户'),
  )
  wrong(
    'E06',
    'yellow',
    '项目资金列支接待费',
    "a reception paid from a project's money",
    ...([lineOf(QINGSHI, 'C8-03', 1), '2018-11-14', yuan(3_200), '石坡乡梨园村项目验收接待费'] as const),
    builder(QINGSHI, 4),
  )
  wrong(
    'E07',
    'yellow',
    '以现金支付一万二千元',
    '12,000 yuan paid in cash',
    ...([lineOf(SONGPING, 'C8-04', 1), '2018-09-19', yuan(12_000), '稻渔种苗采购款'] as const),
    payeesOf(SONGPING, 'farms')[2]!,
    { settlement: '现金' },
  )

  // Two payments just below the limit, two days apart; the first one is the subject.
  const tendered = lineOf(LIUPU, 'C8-01', 2)
  wrong(
    'E09',
    'yellow',
    '两天内分两笔支付，每笔略低于五十万元限额',
    'two payments within two days, each just below the limit of 500,000 yuan',
    ...([tendered, '2018-07-10', yuan(485_000), '光伏电站组件采购款（一标）'] as const),
    builder(LIUPU, 0),
  )
  pay(tendered, '2018-07-12', yuan(478_000), '光伏电站组件采购款（二标）', builder(LIUPU, 0), { paid: '2018-07-12' })

  // What came back and was not paid again, for long and for some weeks; what was left over is not paid again.
  for (const [nth, day, back, level] of [
    [0, '2018-09-04', '2018-09-11', 'yellow'],
    [1, '2018-11-20', '2018-12-03', 'bell'],
  ] as const) {
    const line = lineOf(SONGPING, 'C8-06', nth)
    const purpose = `${line.project!.name}管材款`
    pay(line, day, yuan(8_600 + nth), purpose, builder(SONGPING, 2), { paid: day })
    wrong(
      'E10',
      level,
      `${back} 退款后没有重新支付`,
      `refunded on ${back} and not issued again`,
      ...([line, back, -yuan(8_600 + nth), purpose] as const),
      builder(SONGPING, 2),
    )
  }
  const spare = lineOf(HEFENG, 'C8-03', 1)
  pay(spare, '2018-06-20', yuan(4_100), '食堂设备款（预付）', builder(HEFENG, 3), { paid: '2018-06-20' })
  pay(spare, '2018-07-05', -yuan(1_100), '收回结余资金', builder(HEFENG, 3), { paid: '2018-07-05' })

  wrong(
    'E11',
    'yellow',
    '银行支付日期早于凭证日期',
    'the bank paid two days before the voucher was written',
    ...([spare, '2018-06-14', yuan(5_600), '完全小学食堂改造工程设备款'] as const),
    builder(HEFENG, 1),
    { paid: '2018-06-12' },
  )
  wrong(
    'E11',
    'yellow',
    '支付早于指标文件一周',
    'paid a week before the document that arranged the money',
    ...([lineOf(SONGPING, 'C8-05'), '2018-11-08', yuan(9_000), '油茶林苗木预付款'] as const),
    payeesOf(SONGPING, 'farms')[3]!,
  )

  wrong(
    'E13',
    'yellow',
    '同一账户先后使用两个户名',
    'an account that has borne another name before',
    ...([lineOf(XIKOU, 'C8-01', 1), '2018-10-23', yuan(6_000), '花椒种植基地水泥款'] as const),
    { ...builder(XIKOU, 1), name: '溪口县顺达建材经营部' },
  )
  wrong(
    'E13',
    'yellow',
    '收款企业短期内更换账户',
    'a payee that changed its account at short notice',
    ...([lineOf(HEFENG, 'C8-01', 0), '2018-09-18', yuan(7_300), '花椒种植基地管网款'] as const),
    { ...builder(HEFENG, 2), account: account(HEFENG, 700) },
  )

  // Contracts: another payee, beyond the amount; and one that a supplement covers.
  const contract = (line: Line, no: string, index: number, amount: number, signed: string, supplement = 0): void => {
    const party = builder(line.division, index)
    beside.contracts.push({
      division: line.division,
      no,
      supplement,
      project: line.project!.code,
      contractor: party.name,
      code: creditCode(line.division, 100 + index),
      amount: yuan(amount),
      signed,
    })
  }
  const road = lineOf(SONGPING, 'C8-08', 1)
  contract(road, 'SP-2018-031', 1, 60_000, '2018-07-02')
  wrong(
    'E14',
    'yellow',
    '按合同支付，收款人不是承包人',
    'paid under a contract to somebody else than its contractor',
    ...([road, '2018-10-11', yuan(8_800), '通村公路护栏款'] as const),
    builder(SONGPING, 0),
    { contract: 'SP-2018-031' },
  )
  const works = lineOf(ZHULING, 'C8-01', 2)
  contract(works, 'ZL-2018-007', 0, 20_000, '2018-03-12')
  pay(works, '2018-05-15', yuan(12_000), '光伏支架首付款', builder(ZHULING, 0), {
    contract: 'ZL-2018-007',
    paid: '2018-05-15',
  })
  wrong(
    'E15',
    'red',
    '累计支付超过合同五百元',
    '500 yuan were paid beyond a contract',
    ...([works, '2018-08-15', yuan(8_500), '光伏支架尾款'] as const),
    builder(ZHULING, 0),
    { contract: 'ZL-2018-007' },
  )
  const supplemented = lineOf(ZHULING, 'C8-01', 0)
  contract(supplemented, 'ZL-2018-009', 1, 10_000, '2018-03-20')
  contract(supplemented, 'ZL-2018-009', 1, 1_000, '2018-06-20', 1)
  pay(supplemented, '2018-07-17', yuan(11_000), '边沟盖板款', builder(ZHULING, 1), {
    contract: 'ZL-2018-009',
    paid: '2018-07-17',
  })

  const late = lineOf(NANPING, 'A5-01')
  const surge = pay(late, '2018-12-12', yuan(380_000), '村组道路硬化工程年末结算款', builder(NANPING, 0), {
    paid: '2018-12-12',
  })
  faults.plant({
    what: {
      zh: '四月安排的资金，三成以上在十二月支付',
      en: 'more than thirty per cent of what was arranged in April is paid in December',
    },
    source: 'DOMAIN §11 E16',
    where: surge,
    rule: 'E16',
    level: 'yellow',
    subject: { kind: 'fund', key: 'A5-01/2018' },
  })

  // The business register: one struck off, one abnormal for a month, the others in order.
  const seeds = stranger(SONGPING, 610, '松坪县金穗种业有限公司')
  const machines = stranger(HEFENG, 611, '禾丰县利民农机有限公司')
  beside.companies.push(
    { name: seeds.name, code: creditCode(SONGPING, 610), state: '存续', since: '2012-04-18' },
    { name: seeds.name, code: creditCode(SONGPING, 610), state: '注销', since: '2018-05-31' },
    { name: machines.name, code: creditCode(HEFENG, 611), state: '存续', since: '2014-09-01' },
    { name: machines.name, code: creditCode(HEFENG, 611), state: '经营异常', since: '2018-10-08' },
    { name: machines.name, code: creditCode(HEFENG, 611), state: '存续', since: '2018-11-12' },
    ...[SONGPING, HEFENG, ZHULING, XIKOU, LIUPU, QINGSHI, '990102000'].flatMap(division =>
      payeesOf(division, 'builders').map((party, index) => ({
        name: party.name,
        code: creditCode(division, 100 + index),
        state: '存续',
        since: '2010-01-01',
      })),
    ),
  )
  wrong(
    'E17',
    'red',
    '向已注销的企业支付',
    'paid to an enterprise that was struck off in May',
    ...([lineOf(SONGPING, 'C8-04'), '2018-08-21', yuan(4_300), '中药材种苗款'] as const),
    seeds,
  )
  wrong(
    'E17',
    'yellow',
    '向列入经营异常名录的企业支付',
    'paid to an enterprise that was listed as abnormal',
    ...([lineOf(HEFENG, 'C8-04', 1), '2018-10-30', yuan(3_900), '插秧机租赁费'] as const),
    machines,
  )
  pay(lineOf(HEFENG, 'C8-04', 1), '2018-11-20', yuan(2_400), '收割机租赁费', machines, { paid: '2018-11-20' })

  for (const [day, off] of [
    ['2018-09-05', 0n],
    ['2018-09-18', 0n],
    ['2018-10-30', yuan(1_200)],
  ] as const)
    beside.totals.push({ division: HEFENG, day, off })
  faults.plant({
    what: {
      zh: '国库对账数比系统内多一千二百元',
      en: "the treasury's total of a day is 1,200 yuan higher than what is known here",
    },
    source: 'seed 2, 数据失真',
    where: beside.totals[2]!,
    rule: 'E18',
    level: 'yellow',
    subject: { kind: 'day', key: '2018-10-30' },
  })

  const settled = lineOf(QINGSHI, 'C8-01', 2)
  const fine = lineOf(QINGSHI, 'C8-01', 0)
  beside.settlements.push(
    {
      division: QINGSHI,
      project: settled.project!.code,
      settled: '2018-11-30',
      submitted: settled.amount,
      amount: yuan(1_250_000),
      document: '青石财评〔2018〕41号',
    },
    {
      division: QINGSHI,
      project: fine.project!.code,
      settled: '2018-11-30',
      submitted: fine.amount * 3n,
      amount: fine.amount * 3n,
      document: '青石财评〔2018〕42号',
    },
  )
  faults.plant({
    what: { zh: '支付超过结算审定金额', en: 'a project was paid beyond what was settled' },
    source: 'DOMAIN §11 E19',
    where: beside.settlements[0]!,
    rule: 'E19',
    level: 'red',
    subject: { kind: 'project', key: settled.project!.code },
  })
  // E20: from 11 December on 竹岭县's vouchers carry the ids of another system: three of eleven find no allotment, after months without one.
  const renumbered = (['2018-12-11', '2018-12-12', '2018-12-13'] as const).map((day, index) =>
    wrong(
      'E01',
      'yellow',
      '凭证改用另一套指标编号，对应不上',
      'the voucher carries an id of another system, which is none here',
      ...([
        lineOf(ZHULING, 'C8-01'),
        day,
        yuan(2_300 + 700 * index),
        `第${'一二三'[index]}批${'管护设计监测'.slice(2 * index, 2 * index + 2)}费`,
      ] as const),
      builder(ZHULING, index),
      {
        reference: `ZB-2018-${String(71 + index).padStart(4, '0')}`,
        agency: '109001',
        project: '',
        func: '',
        documentNumber: '',
      },
    ),
  )
  raise(
    renumbered[0]!,
    'E20',
    'yellow',
    'DESIGN §1',
    '指标编号改换后，十二月的支付约三成对应不上',
    'after allotments were renumbered, three in ten of December’s payments found none',
  )
  wrong(
    'E13',
    'yellow',
    '收款账号写成“见附件清单”',
    'the payee’s account reads “see the list attached”',
    ...([lineOf(LIUPU, 'C8-08'), '2018-12-14', yuan(1_900), '渠道清淤人工费'] as const),
    { ...builder(LIUPU, 2), account: '见附件清单' },
  )
  return beside
}
