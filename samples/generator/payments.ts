import type { Line, Project } from './budget.ts'
import {
  DIVISIONS,
  type Division,
  divisionOf,
  HEFENG,
  LIUPU,
  PROVINCE,
  QINGSHI,
  SECTOR,
  SONGPING,
  YUNSHAN,
  ZHULING,
} from './province.ts'
import { AS_OF, addDays, Draw, daysBetween, workday } from './random.ts'
import { type Beside, KEPT_LOW, type Pay, plantSpending, type Raise } from './spending-faults.ts'
import type { Year } from './year.ts'

/** One line of a payment voucher. */
export interface Payment {
  division: string
  year: number
  type: 5201 | 8202
  /** Drawn when all of a division's vouchers are in order. */
  no: string
  line: number
  vouched: string
  /** The bank's day; empty while it has not confirmed. */
  paid: string
  /** Fen. */
  amount: bigint
  payee: Party
  agency: string
  project: string
  func: string
  economic: string
  purpose: string
  /** The allotment's id as the voucher names it. */
  reference: string
  documentNumber: string
  /** Lines of one voucher stand together. */
  group?: object
  contract?: string
  /** How it was settled, where not by transfer. */
  settlement?: string
}

export interface Party {
  name: string
  account: string
  bank: string
}

/** Counties whose treasury sends voucher messages; all others send tables. */
export const MESSENGERS: readonly { division: string; encoding: 'gbk' | 'utf-8' }[] = [
  { division: YUNSHAN, encoding: 'gbk' },
  { division: QINGSHI, encoding: 'utf-8' },
]

const COMPANIES = {
  builders: [
    '宏远建筑工程有限公司',
    '路安路桥工程有限公司',
    '清泉水利工程有限公司',
    '众诚工程监理有限公司',
    '恒准勘测设计有限公司',
  ],
  farms: ['绿野种植专业合作社', '丰谷农资有限公司', '山里红家庭农场', '青禾农机服务专业合作社'],
  people: ['赵甲', '钱乙', '孙丙', '李丁', '周戊', '吴己', '郑庚', '王辛', '冯壬', '陈癸', '褚子', '卫丑'],
  agents: ['农村信用合作联社一卡通代发专户', '惠农银行一卡通代发专户'],
} as const

/** Accounts begin with 9999, as no bank's do. */
const account = (division: string, serial: number): string =>
  `9999${division.slice(0, 6)}${String(serial).padStart(9, '0')}`

function county(division: Division): Division {
  return division.level === 'township' ? divisionOf(division.administrative) : division
}

export function payeesOf(division: string, kind: keyof typeof COMPANIES): Party[] {
  const home = county(divisionOf(division))
  const base = { builders: 100, farms: 200, people: 300, agents: 400 }[kind]
  return COMPANIES[kind].map((name, index) => ({
    name: kind === 'people' ? name : `${home.name}${name}`,
    account: account(home.code, base + index),
    bank: kind === 'people' ? `${home.name}农村信用合作联社` : `${home.name}城关信用社`,
  }))
}

export const payerOf = (division: string): Party => ({
  name: `${divisionOf(division).name}财政国库支付中心零余额账户`,
  account: account(division, Number(division.slice(6)) * 1000 + 1),
  bank: `${county(divisionOf(division)).name}城关信用社`,
})

/** All payments of the year, ordinary ones and planted ones, in voucher order within each division. */
export function thePayments({ budget, faults, paid }: Year, draw: Draw): { payments: Payment[]; beside: Beside } {
  const payments: Payment[] = []
  const spending = budget.lines.filter(line => line.agency !== undefined)
  const left = new Map<Line, bigint>()
  const lineOf = (division: string, fund: string, nth = 0): Line =>
    spending.filter(line => line.division === division && line.fund.code === fund && line.year === 2018)[nth]!
  const low = new Map(KEPT_LOW.map(one => [lineOf(one.division, one.fund, one.nth), one.share]))

  const payBy =
    (draw: Draw): Pay =>
    (line, vouched, amount, purpose, payee, more = {}) => {
      const kind = SECTOR[line.fund.sector].payees
      const weekday = new Date(`${vouched}T00:00:00Z`).getUTCDay()
      const payment: Payment = {
        division: line.division,
        year: line.year,
        type: kind === 'builders' || kind === 'agents' ? 5201 : 8202,
        no: '',
        line: 1,
        vouched,
        paid: weekday < 5 && vouched < addDays(AS_OF, -1) ? addDays(vouched, draw.integer(0, 1)) : vouched,
        amount,
        payee,
        agency: line.agency!,
        project: line.project!.code,
        func: line.func!,
        economic: line.economic!,
        purpose,
        reference: line.id,
        documentNumber: line.doc.number,
        ...more,
      }
      payments.push(payment)
      return payment
    }
  const pay = payBy(draw)

  for (const line of spending) {
    const facts = SECTOR[line.fund.sector]
    const begin = addDays(line.doc.dated, 7)
    const end = line.year === 2017 ? '2017-11-28' : addDays(AS_OF, -4)
    const span = daysBetween(begin, end)
    const ordinary = paid.get(`${line.division}/${line.fund.code}/${line.year}`) ?? draw.integer(958, 985)
    const share = low.get(line) ?? ordinary
    const count = Math.max(2, Math.round(span / 21))
    const payees = payeesOf(line.division, facts.payees)
    const whole = (line.amount * BigInt(share)) / 1000n
    draw.split(whole, count, 100n).forEach((amount, index) => {
      const vouched = workday(addDays(begin, Math.floor((span * (index + draw.next() * 0.9)) / count)))
      const subject = nameFor(line.project!)
      if (facts.payees !== 'people') {
        const month = facts.payees === 'agents' ? `${vouched.slice(0, 4)}年${Number(vouched.slice(5, 7))}月` : ''
        const purpose = `${month || subject}${draw.pick(facts.purposes)}`
        pay(line, vouched, amount, purpose, draw.pick(payees))
        return
      }
      // People are paid several on one voucher.
      const group = {}
      const purpose = `${subject}${draw.pick(facts.purposes)}`
      const start = draw.integer(0, payees.length - 1)
      draw.split(amount, 2, 100n).forEach((part, nth) => {
        pay(line, vouched, part, purpose, payees[(start + nth) % payees.length]!, { group, line: nth + 1 })
      })
      const lines = payments.slice(-2)
      lines[1]!.paid = lines[0]!.paid
    })
    left.set(line, line.amount - whole)
  }

  const raise: Raise = (payment, rule, level, source, zh, en) => {
    // The key is completed when vouchers are numbered.
    faults.plant({ what: { zh, en }, source, where: payment, rule, level, subject: { kind: 'payment', key: '' } })
    return payment
  }
  plant({ budget, faults, paid }, payments, left, { lineOf, pay, raise })
  const beside = plantSpending({ budget, faults, paid }, lineOf, payBy(new Draw(20181220)), raise)
  return { payments: number(payments), beside }
}

const nameFor = (project: Project): string =>
  /[村镇乡]/.test(project.name) && !project.name.startsWith('关于') ? project.name : project.place

function plant(
  { budget }: Year,
  payments: Payment[],
  left: Map<Line, bigint>,
  { lineOf, pay, raise }: { lineOf: (division: string, fund: string, nth?: number) => Line; pay: Pay; raise: Raise },
): void {
  const builder = (division: string, index = 0): Party => payeesOf(division, 'builders')[index]!

  // E01: no such allotment, no allotment for the project, two that fit alike.
  const stray = lineOf(LIUPU, 'C8-08')
  const reception = pay(stray, '2018-09-12', 4_860_000n, '业务接待场地租赁款', builder(LIUPU, 4), {
    reference: `${LIUPU}201899999`,
    agency: '109001',
    project: '',
    func: '',
    documentNumber: '',
  })
  raise(reception, 'E06', 'yellow', 'DOMAIN §11 E06', '用途是业务接待', 'its purpose is a reception')
  raise(
    reception,
    'E01',
    'yellow',
    'DOMAIN §11 E01',
    '凭证所载指标不存在，单位也没有任何指标',
    'the allotment on the voucher does not exist, and the agency has none',
  )
  const library = budget.project(YUNSHAN, 'water', 30_000_000n)
  raise(
    pay(lineOf(YUNSHAN, 'C8-06'), '2018-10-17', 7_325_000n, `${library.name}前期勘测费`, builder(YUNSHAN, 4), {
      reference: '',
      project: library.code,
      documentNumber: '',
    }),
    'E01',
    'yellow',
    'DOMAIN §11 E01',
    '项目已入库，没有安排指标',
    'the project is in the library, and no allotment was arranged for it',
  )
  const shared = lineOf(QINGSHI, 'C8-01')
  raise(
    pay(shared, '2018-11-08', 5_150_000n, `${nameFor(shared.project!)}进度款`, builder(QINGSHI), {
      reference: '',
      documentNumber: '',
    }),
    'E01',
    'yellow',
    'DOMAIN §11 E01',
    '同一项目有两个来源的指标，凭证没有写明用哪一个',
    'the project has allotments from two sources, and the voucher does not say which',
  )

  // E02: the last voucher asks for more than is left.
  for (const [line, more] of [
    [lineOf(SONGPING, 'C8-01', 1), 2_000_000n],
    [lineOf(YUNSHAN, 'C8-06', 1), 1n],
  ] as const) {
    raise(
      pay(line, '2018-12-18', left.get(line)! + more, `${nameFor(line.project!)}结算款`, builder(line.division, 1)),
      'E02',
      'red',
      'DOMAIN §11 E02',
      more === 1n ? '支付超出指标余额一分钱' : '支付超出指标余额二万元',
      more === 1n
        ? 'paid one fen beyond what the allotment had left'
        : 'paid 20,000 yuan beyond what the allotment had left',
    )
  }

  // E08: the same payee, amount and purpose on the next day, three days later, and on the same day.
  for (const [line, day, days] of [
    [lineOf(HEFENG, 'A5-02'), '2018-09-05', 1],
    [lineOf(QINGSHI, 'C8-06', 1), '2018-10-16', 3],
    [lineOf(ZHULING, 'C8-03'), '2018-07-12', 0],
  ] as const) {
    const facts = SECTOR[line.fund.sector]
    const payee = payeesOf(line.division, facts.payees)[2]!
    const amount = (left.get(line)! / 300_000n) * 100_000n
    const purpose = `${nameFor(line.project!)}${facts.purposes[0]}`
    pay(line, day, amount, purpose, payee, { paid: day })
    const later = addDays(day, days)
    raise(
      pay(line, later, amount, purpose, payee, { paid: later }),
      'E08',
      'yellow',
      'DOMAIN §11 E08',
      days === 0
        ? '同一天向同一收款人以同样用途支付同样金额两次'
        : `${days} 天内向同一收款人以同样用途支付同样金额两次`,
      days === 0
        ? 'the same payee, amount and purpose twice on one day'
        : `the same payee, amount and purpose twice within ${days} days`,
    )
  }
  // Near misses: four days apart; and paid again after the bank had sent it back.
  const monthly = lineOf(HEFENG, 'C8-07')
  const agent = payeesOf(HEFENG, 'agents')[0]!
  for (const day of ['2018-11-05', '2018-11-09'])
    pay(monthly, day, 120_000n, '公益性岗位误工补助', agent, { paid: day })
  const returned = lineOf(HEFENG, 'C8-04')
  const farm = payeesOf(HEFENG, 'farms')[0]!
  for (const [day, sign] of [
    ['2018-08-21', 1n],
    ['2018-08-22', -1n],
    ['2018-08-23', 1n],
  ] as const)
    pay(returned, day, sign * 880_000n, `${nameFor(returned.project!)}种苗采购尾款`, farm, { paid: day })

  // E12: blank, symbols, letters.
  for (const [division, fund, purpose, zh, en] of [
    [YUNSHAN, 'C8-08', '', '用途空白', 'the purpose is blank'],
    [SONGPING, 'A5-02', '***', '用途只有符号', 'the purpose is symbols only'],
    [LIUPU, 'C8-04', 'fukuan01', '用途没有汉字', 'the purpose has no Chinese'],
  ] as const) {
    const payment = payments.find(one => one.division === division && one.reference === lineOf(division, fund).id)!
    payment.purpose = purpose
    raise(payment, 'E12', 'yellow', 'DOMAIN §2, 支付', zh, en)
  }

  // Sent to the bank, not yet confirmed: in transit, and nothing wrong with it.
  for (const line of [lineOf(YUNSHAN, 'C8-01'), lineOf(PROVINCE, 'A5-02'), lineOf(HEFENG, 'C8-03', 1)]) {
    const purpose = `${nameFor(line.project!)}${SECTOR[line.fund.sector].purposes[1]}`
    pay(line, '2018-12-19', 350_000n, purpose, payeesOf(line.division, SECTOR[line.fund.sector].payees)[0]!, {
      paid: '',
    })
  }
}

/** Voucher numbers run by division, year and type, in the order of days. */
function number(payments: Payment[]): Payment[] {
  const order = new Map(DIVISIONS.map((division, index) => [division.code, index]))
  const sorted = payments
    .map((payment, index) => ({ payment, index }))
    .sort(
      (a, b) =>
        order.get(a.payment.division)! - order.get(b.payment.division)! ||
        (a.payment.vouched < b.payment.vouched ? -1 : a.payment.vouched > b.payment.vouched ? 1 : a.index - b.index),
    )
    .map(({ payment }) => payment)
  const serials = new Map<string, number>()
  const groups = new Map<object, string>()
  for (const payment of sorted) {
    const known = payment.group && groups.get(payment.group)
    if (known) {
      payment.no = known
      continue
    }
    const key = `${payment.division} ${payment.year} ${payment.type}`
    const serial = (serials.get(key) ?? 0) + 1
    serials.set(key, serial)
    payment.no = `${payment.year}${payment.type}${String(serial).padStart(6, '0')}`
    if (payment.group) groups.set(payment.group, payment.no)
  }
  return sorted
}

export const keyOf = (payment: Payment): string => `${payment.type}-${payment.no}/${payment.line}`
