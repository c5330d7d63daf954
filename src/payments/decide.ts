import { displayMoney, type Fen, fen, split } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Decided } from './contract.ts'
import { keepHabit } from './habit.ts'
import { postWaiting } from './post-waiting.ts'

export interface DecisionInput {
  division: number
  payments: readonly bigint[]
  /** Without amounts the payment is split in proportion to what each line has left, or was issued where none has anything left. */
  parts: readonly { allotment: bigint; amount?: Fen }[]
  reason: string
  habit: boolean
  requestKey: string
}

interface Subject {
  id: bigint
  fiscal_year: number
  voucher: string
  amount_fen: bigint
  allotment: bigint | null
  waits: boolean
  elements: string
  agency_code: string | null
  decided_by: string | null
  decided_at: Date | null
}

/**
 * A person decides to which line waiting payments belong, or how a payment is split over several. Recorded, never overwritten; posted at once
 * where there is room, else the payments wait with their reason: a lack of balance refuses nothing. The same request key again answers
 * what the first made.
 * Refuses `payment-missing`, `payment-decided`, `elements-differ`, `bulk-one-line`, `line-twice`, `line-not-own-spending`, `parts-incomplete`,
 * `part-not-positive`, `parts-do-not-sum`, `habit-one-line`.
 */
export async function decide(context: Context, input: DecisionInput): Promise<Decided> {
  const { tx } = context
  const { division } = input
  // Whoever decides at the same moment waits here, and then finds the payment decided.
  await tx.query('select pg_advisory_xact_lock(1885958519, $1)', [division])
  const before = await tx.maybe<{ id: bigint }>(
    'select id from payments.decision where division = $1 and request_key = $2',
    [division, input.requestKey],
  )
  if (before) return outcome(context, division, before.id)
  const ids = [...new Set(input.payments)].sort((a, b) => (a < b ? -1 : 1))
  const subjects = await subjectsOf(context, division, ids)
  const first = subjects[0]!
  const lines = await linesOf(context, division, first, input.parts)
  const amounts = amountsOf(input, subjects, lines)
  if (input.habit && (input.parts.length > 1 || first.agency_code === null))
    refuse(
      'input',
      'habit-one-line',
      '只有写明单位并归入一笔指标的支付才能记为惯例：请取消“记为惯例”。',
      'Only payments that state their agency and belong to one line make a rule of thumb: leave it out.',
      { field: 'habit' },
    )
  const { id } = await tx.one<{ id: bigint }>(
    'insert into payments.decision (division, request_key, reason) values ($1, $2, $3) returning id',
    [division, input.requestKey, input.reason],
  )
  const parts = subjects.flatMap((subject, at) =>
    amounts[at]!.map((amount, index) => ({ payment: subject.id, allotment: lines[index]!.id, amount })).filter(
      part => part.amount > 0n,
    ),
  )
  await tx.query(
    `with part as (select * from unnest($3::bigint[], $4::bigint[], $5::bigint[]) as s(payment, allotment, amount)),
       main as (select distinct on (payment) payment, allotment, count(*) over (partition by payment) as parts from part order by payment, amount desc, allotment),
       kept as (insert into payments.decision_part select $1, $2, payment, allotment, amount from part),
       standing as (insert into payments.standing_decision select $1, payment, $2 from main),
       piece as (insert into payments.part select $1, s.payment, s.allotment, s.amount from part s join main m on m.payment = s.payment where m.parts > 1)
     update payments.payment p set allotment = a.id, fund = a.fund, project = coalesce(a.project, p.project), match = 'by-person',
       match_score = null, match_differs = null
     from main m join allotments.allotment a on a.division = $1 and a.id = m.allotment where p.division = $1 and p.id = m.payment`,
    [division, id, parts.map(part => part.payment), parts.map(part => part.allotment), parts.map(part => part.amount)],
  )
  if (input.habit) await keepHabit(tx, division, id, first.id, lines[0]!.id)
  await context.audit({
    division,
    action: 'payments-matched',
    subject: `decision ${id}`,
    detail: { payments: ids.length, lines: lines.length, habit: input.habit, reason: input.reason },
  })
  await postWaiting(context, division, first.fiscal_year)
  return outcome(context, division, id)
}

async function outcome({ tx }: Context, division: number, decision: bigint): Promise<Decided> {
  const counts = await tx.one<{ payments: number; waiting: number }>(
    `select count(*)::int as payments, count(u.payment)::int as waiting
     from (select distinct payment from payments.decision_part where division = $1 and decision = $2) d
     left join payments.unposted u on u.division = $1 and u.payment = d.payment`,
    [division, decision],
  )
  return { decision: String(decision), ...counts }
}

async function subjectsOf({ tx }: Context, division: number, ids: readonly bigint[]): Promise<Subject[]> {
  const subjects: Subject[] = await tx.query<never>(
    `select p.id, p.fiscal_year, concat(p.voucher_no, '-', p.line_no) as voucher, p.amount_fen, p.allotment, u.payment is not null as waits, p.agency_code,
       concat_ws('|', p.fiscal_year, coalesce(p.agency_code, ''), coalesce(p.project_code, ''), coalesce(p.function_subject, ''),
         coalesce(p.document_number, ''), coalesce(p.allotment_ref, '')) as elements, coalesce(a.name, '-') as decided_by, d.recorded_at as decided_at
     from payments.payment p left join payments.unposted u on u.division = p.division and u.payment = p.id
     left join payments.standing_decision s on s.division = p.division and s.payment = p.id
     left join payments.decision d on d.division = s.division and d.id = s.decision
     left join identity.account a on a.id = d.actor
     where p.division = $1 and p.id = any ($2::bigint[]) order by p.id`,
    [division, ids],
  )
  if (subjects.length < ids.length)
    refuse('missing', 'payment-missing', '没有这笔支付。', 'There is no such payment.', {
      value: String(ids.find(id => !subjects.some(subject => subject.id === id))),
    })
  const taken = subjects.find(subject => subject.allotment !== null || !subject.waits)
  if (taken?.decided_at)
    refuse(
      'conflict',
      'payment-decided',
      `支付 ${taken.voucher} 已由 ${taken.decided_by} 指定了指标：如有不妥，请先撤回该指定。`,
      `Payment ${taken.voucher} was already decided by ${taken.decided_by}: if that is wrong, take it back first.`,
      { value: taken.voucher },
    )
  if (taken)
    refuse(
      'conflict',
      'payment-decided',
      `支付 ${taken.voucher} 已匹配到指标，不在待办之列：请刷新页面。`,
      `Payment ${taken.voucher} has found its line meanwhile and waits for nobody: reload the page.`,
      { value: taken.voucher },
    )
  const other = subjects.find(subject => subject.elements !== subjects[0]!.elements)
  if (other)
    refuse(
      'input',
      'elements-differ',
      `支付 ${other.voucher} 写明的要素与其他各笔不同：请分别指定。`,
      `Payment ${other.voucher} states other elements than the rest: decide it by itself.`,
      { field: 'payments', value: other.voucher },
    )
  return subjects
}

interface Line {
  id: bigint
  left: bigint
  amount_fen: bigint
}

async function linesOf(
  { tx }: Context,
  division: number,
  subject: Subject,
  parts: DecisionInput['parts'],
): Promise<Line[]> {
  const wanted = parts.map(part => part.allotment)
  const twice = wanted.find((id, index) => wanted.indexOf(id) !== index)
  if (twice !== undefined)
    refuse(
      'input',
      'line-twice',
      '同一条指标写了两次：请合并为一行。',
      'One line of authority is named twice: make it one part.',
      { field: 'parts', value: String(twice) },
    )
  const lines: Line[] = await tx.query<never>(
    `select a.id, a.amount_fen, greatest(0, coalesce((select sum(b.debit_fen - b.credit_fen) from ledger.balance b
       where b.division = a.division and b.allotment = a.id and b.account in (500201, 5101)), 0))::bigint as left
     from unnest($3::bigint[]) with ordinality as w(id, n) join allotments.allotment a on a.division = $1 and a.id = w.id
     where a.fiscal_year = $2 and a.form = 'refine' order by n`,
    [division, subject.fiscal_year, wanted],
  )
  const missing = wanted.find(id => !lines.some(line => line.id === id))
  if (missing !== undefined)
    refuse(
      'input',
      'line-not-own-spending',
      `第 ${wanted.indexOf(missing) + 1} 行的指标不是本区划 ${subject.fiscal_year} 年细化到单位的支出指标：请从候选中另选。`,
      `Part ${wanted.indexOf(missing) + 1} names no line of own spending of this division in ${subject.fiscal_year}: choose another candidate.`,
      { field: 'parts', value: String(missing) },
    )
  return lines
}

/** How much of each payment belongs to each line, without sign. */
function amountsOf(input: DecisionInput, subjects: readonly Subject[], lines: readonly Line[]): Fen[][] {
  const magnitudes = subjects.map(({ amount_fen }) => fen(amount_fen < 0n ? -amount_fen : amount_fen))
  const given = input.parts.filter(part => part.amount !== undefined)
  if (given.length > 0 && given.length < input.parts.length)
    refuse(
      'input',
      'parts-incomplete',
      '拆分金额须逐行填写，或全部留空按可用余额比例拆分。',
      'Give every line its amount, or none, to split in proportion to what is left.',
      { field: 'parts' },
    )
  if (subjects.length > 1 && (lines.length > 1 || given.length > 0))
    refuse(
      'input',
      'bulk-one-line',
      '一次指定多笔支付时只能归入一笔指标，且不填金额：需要拆分的请单独指定。',
      'Several payments at once go to one line, without amounts: decide a payment by itself to split it.',
      { field: 'parts' },
    )
  if (given.length === 0) {
    const left = lines.map(line => line.left)
    const weights = left.some(one => one > 0n) ? left : lines.map(line => line.amount_fen)
    return magnitudes.map(amount => (lines.length === 1 ? [amount] : split(amount, weights)))
  }
  const amounts = given.map(part => part.amount!)
  const none = amounts.findIndex(amount => amount <= 0n)
  if (none >= 0)
    refuse('input', 'part-not-positive', '拆分金额应大于零。', 'The amount of a part must be above zero.', {
      row: none + 1,
      field: 'amountFen',
      value: String(amounts[none]),
    })
  const sum = amounts.reduce((total, amount) => total + amount, 0n)
  if (sum !== magnitudes[0])
    refuse(
      'input',
      'parts-do-not-sum',
      `各行合计 ${displayMoney(sum)} 元，与支付金额 ${displayMoney(magnitudes[0]!)} 元不符：请改正。`,
      `The parts come to ${displayMoney(sum)} yuan, the payment to ${displayMoney(magnitudes[0]!)} yuan: correct them.`,
      { field: 'parts', value: displayMoney(sum) },
    )
  return [amounts]
}
