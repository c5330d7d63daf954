import { sm3 } from '../kernel/digest.ts'
import { streamRows } from '../platform/database/stream.ts'
import type { CheckOutcome, Difference, VerifyCheck } from '../platform/verify.ts'
import { sqlCheck } from '../platform/verify.ts'

// The chain's first link; the database's own text is in migrations/0006_ledger.sql, this one is written from STYLE's description of it.
const genesis = (division: number | string): Buffer => sm3(`fundwatch chain of division ${division}`)

/** Recomputes every batch's digest from its entries, streamed, with this program's own SM3. */
const digests: VerifyCheck = {
  code: 'digests',
  title: { zh: '记账批次摘要', en: 'digests of batches' },
  async run(tx) {
    const outcome: CheckOutcome = { checked: 0, differences: [], count: 0 }
    let key = ''
    let head = ''
    let stored = ''
    let lines: string[] = []
    const settle = () => {
      if (key === '') return
      outcome.checked++
      const digest = sm3(`${head}\n${lines.join('\n')}`).toString('hex')
      if (digest !== stored) differ(outcome, { place: `batch ${key}`, expected: digest, found: stored })
    }
    const rows = streamRows(
      tx,
      `select b.division, b.id, concat_ws('|', 'batch', b.division, b.id, b.form, b.fiscal_year, b.effective_on, coalesce(b.document::text, '-'),
         coalesce(b.request_key, '-'), coalesce(b.other_division::text, '-'), coalesce(b.other_batch::text, '-'), b.entries, b.actor,
         (extract(epoch from b.recorded_at) * 1000000)::bigint), encode(b.digest, 'hex'),
         e.line, e.debit_allotment, e.debit, e.credit_allotment, e.credit, e.amount_fen, e.corrects_batch, e.corrects_line
       from ledger.batch b left join ledger.entry e on e.division = b.division and e.batch = b.id order by b.division, b.id, e.line`,
    )
    for await (const chunk of rows) {
      for (const [division, batch, text, digest, ...entry] of chunk) {
        if (`${division}/${batch}` !== key) {
          settle()
          key = `${division}/${batch}`
          head = text ?? ''
          stored = digest ?? ''
          lines = []
        }
        if (entry[0] !== null) lines.push(entry.map(cell => cell ?? '-').join('|'))
      }
    }
    settle()
    return outcome
  },
}

/** Follows each division's chain from its first seal, and names the tail that is not sealed yet. */
const chain: VerifyCheck = {
  code: 'chain',
  title: { zh: '封存链', en: 'chain of seals' },
  async run(tx) {
    const outcome: CheckOutcome = { checked: 0, differences: [], count: 0 }
    let division = ''
    let previous: Buffer = Buffer.alloc(0)
    let expectedNo = 1
    const rows = streamRows(
      tx,
      `select s.division, s.no, encode(s.previous, 'hex'), encode(s.digest, 'hex'),
         (select string_agg(encode(b.digest, 'hex'), '' order by sb.position) from ledger.seal_batch sb
            join ledger.batch b on b.division = sb.division and b.id = sb.batch where sb.division = s.division and sb.no = s.no)
       from ledger.seal s order by s.division, s.no`,
    )
    for await (const chunk of rows) {
      for (const [d = '', no, before, digest, batches] of chunk) {
        if (d !== division) {
          division = d ?? ''
          previous = genesis(division)
          expectedNo = 1
        }
        outcome.checked++
        const place = `seal ${division}/${no}`
        if (Number(no) !== expectedNo) differ(outcome, { place, expected: `no ${expectedNo}`, found: `no ${no}` })
        if (before !== previous.toString('hex'))
          differ(outcome, { place, expected: previous.toString('hex'), found: before ?? '-' })
        const made = sm3(previous, Buffer.from(batches ?? '', 'hex'))
        if (made.toString('hex') !== digest)
          differ(outcome, { place, expected: made.toString('hex'), found: digest ?? '-' })
        previous = Buffer.from(digest ?? '', 'hex')
        expectedNo = Number(no) + 1
      }
    }
    const { waiting, lost } = await tx.one<{ waiting: bigint; lost: bigint }>(
      `select (select count(*) from ledger.unsealed) as waiting,
         (select count(*) from ledger.batch b where not exists (select from ledger.seal_batch s where s.division = b.division and s.batch = b.id)
            and not exists (select from ledger.unsealed u where u.division = b.division and u.batch = b.id)) as lost`,
    )
    if (lost > 0n)
      differ(outcome, { place: 'seals', expected: '0', found: `${lost} batches neither sealed nor waiting` })
    if (waiting > 0n)
      outcome.note = { zh: `另有 ${waiting} 个批次等待封存。`, en: `${waiting} batches wait for their seal.` }
    return outcome
  },
}

function differ(outcome: CheckOutcome, difference: Difference): void {
  outcome.count++
  if (outcome.differences.length < 1000) outcome.differences.push(difference)
}

/** What must hold in the ledger, recomputed from the entries alone. */
export const ledgerChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'balances',
    '余额与分录',
    'balances against entries',
    'select count(*) from ledger.entry',
    `with moved as (
       select division, allotment, account, sum(debit) as debit, sum(credit) as credit from (
         select division, debit_allotment as allotment, debit as account, amount_fen as debit, 0::bigint as credit from ledger.entry
         union all select division, credit_allotment, credit, 0, amount_fen from ledger.entry) m group by 1, 2, 3)
     select concat('balance ', coalesce(m.division, b.division), '/', coalesce(m.allotment, b.allotment), '/', coalesce(m.account, b.account)) as place,
       concat(coalesce(m.debit, 0), ' - ', coalesce(m.credit, 0)) as expected, concat(coalesce(b.debit_fen, 0), ' - ', coalesce(b.credit_fen, 0)) as found
     from moved m full join ledger.balance b on b.division = m.division and b.allotment = m.allotment and b.account = m.account
     where coalesce(m.debit, 0) <> coalesce(b.debit_fen, 0) or coalesce(m.credit, 0) <> coalesce(b.credit_fen, 0)`,
  ),
  sqlCheck(
    'corrections',
    '更正累计',
    'tallies of corrections',
    'select count(*) from ledger.corrected',
    // Both ways: a tally that was removed would let an entry be corrected a second time.
    `select concat('entry ', coalesce(c.division, s.division), '/', coalesce(c.batch, s.corrects_batch), '/', coalesce(c.line, s.corrects_line)) as place,
       coalesce(s.amount, 0) as expected, c.corrected_fen as found
     from ledger.corrected c full join (select division, corrects_batch, corrects_line, -sum(amount_fen) as amount from ledger.entry
       where corrects_batch is not null group by 1, 2, 3) s on (s.division, s.corrects_batch, s.corrects_line) = (c.division, c.batch, c.line)
     where coalesce(s.amount, 0) <> coalesce(c.corrected_fen, 0)`,
  ),
  digests,
  chain,
]
