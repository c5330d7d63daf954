import { sm3 } from '../kernel/digest.ts'
import { streamLines, streamRows } from '../platform/database/stream.ts'
import { type CheckOutcome, differ, sqlCheck, type VerifyCheck } from '../platform/verify.ts'

// The chain's first link; the database's own text is in migrations/0006_ledger.sql, this one is written from STYLE's description of it.
const genesis = (division: number | string): Buffer => sm3(`fundwatch chain of division ${division}`)

/** How many batches are looked at together; what is held in memory does not grow with the ledger. */
const BATCHES_AT_ONCE = 20_000

interface Head {
  id: string
  text: string
  digest: string
}

/** The divisions that a table holds rows of, found by hopping along its key; not from the list of divisions, which may lack one. */
const divisionsOf = (table: string): string => `
  with recursive hop as (
    (select division from ${table} order by division limit 1)
    union all select (select t.division from ${table} t where t.division > hop.division order by t.division limit 1) from hop where hop.division is not null)
  select division from hop where division is not null`

/** Recomputes every batch's digest from its header and entries, streamed, with this program's own SM3. */
const digests: VerifyCheck = {
  code: 'digests',
  title: { zh: '记账批次摘要', en: 'digests of batches' },
  async run(tx) {
    const outcome: CheckOutcome = { checked: 0, differences: [], count: 0 }
    const divisions = await tx.query<{ division: number }>(
      `select division from (${divisionsOf('ledger.batch')}) b union select division from (${divisionsOf('ledger.entry')}) e order by division`,
    )
    for (const { division } of divisions) {
      for (let after = '0', more = true; more; ) {
        const heads = await tx.query<Head>(
          `select b.id::text, concat_ws('|', 'batch', b.division, b.id, b.form, b.fiscal_year, b.effective_on, coalesce(b.document::text, '-'),
             coalesce(b.request_key, '-'), coalesce(b.other_division::text, '-'), coalesce(b.other_batch::text, '-'), b.entries, b.actor,
             (extract(epoch from b.recorded_at) * 1000000)::bigint) as text, encode(b.digest, 'hex') as digest
           from ledger.batch b where b.division = $1 and b.id > $2 order by b.id limit ${BATCHES_AT_ONCE}`,
          [division, after],
        )
        more = heads.length === BATCHES_AT_ONCE
        const through = heads.at(-1)?.id
        const range = `batch > ${after}${more ? ` and batch <= ${through}` : ''}`
        await digestsOf(
          division,
          heads,
          streamLines(
            tx,
            `select batch, line, debit_allotment, debit, credit_allotment, credit, amount_fen, corrects_batch, corrects_line, payment
             from ledger.entry where division = ${division} and ${range} order by batch, line`,
          ),
          outcome,
        )
        after = through ?? after
      }
    }
    return outcome
  },
}

/**
 * One walk along headers and entries, both by batch. An entry's line is, from its second cell on, the very text that the digest is taken
 * over, so that its bytes are moved and never read.
 */
async function digestsOf(
  division: number,
  heads: readonly Head[],
  pieces: AsyncIterable<Buffer>,
  outcome: CheckOutcome,
): Promise<void> {
  let next = 0
  let batch = ''
  let text = Buffer.allocUnsafe(65_536)
  let used = 0
  const settle = (head: Head, entries: Buffer): void => {
    outcome.checked++
    const digest = sm3(head.text, entries).toString('hex')
    if (digest !== head.digest)
      differ(outcome, { place: `batch ${division}/${head.id}`, expected: digest, found: head.digest })
  }
  const NONE = Buffer.from('\n')
  const close = (): void => {
    if (batch === '') return
    for (let head = heads[next]; head && BigInt(head.id) < BigInt(batch); head = heads[++next]) settle(head, NONE)
    if (heads[next]?.id === batch) settle(heads[next++]!, text.subarray(0, used))
    else differ(outcome, { place: `batch ${division}/${batch}`, expected: 'a batch', found: 'entries without one' })
  }
  for await (const bytes of pieces) {
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(10, at)
      const cell = bytes.indexOf(124, at)
      if (cell - at !== batch.length || bytes.toString('latin1', at, cell) !== batch) {
        close()
        batch = bytes.toString('latin1', at, cell)
        used = 0
      }
      // A line end, and what follows the batch's number.
      if (used + end - cell > text.length) text = Buffer.concat([text], text.length * 2 + end - cell)
      text[used] = 10
      bytes.copy(text, used + 1, cell + 1, end)
      used += end - cell
      at = end + 1
    }
  }
  close()
  for (; next < heads.length; next++) settle(heads[next]!, NONE)
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

/** What must hold in the ledger, recomputed from the entries alone. */
export const ledgerChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'balances',
    '余额与分录',
    'balances against entries',
    'select count(*) from ledger.entry',
    // Division by division: what is gathered is one division's balances, however many there are. What stands is taken off what was
    // moved, so that only what differs is left.
    `select concat('balance ', d.division, '/', x.allotment, '/', x.account) as place,
       concat(coalesce(b.debit_fen, 0) + x.debit, ' - ', coalesce(b.credit_fen, 0) + x.credit) as expected,
       concat(coalesce(b.debit_fen, 0), ' - ', coalesce(b.credit_fen, 0)) as found
     from (select division from (${divisionsOf('ledger.entry')}) e union select division from (${divisionsOf('ledger.balance')}) s) d
     cross join lateral (
       select allotment, account, sum(debit) as debit, sum(credit) as credit from (
         select debit_allotment as allotment, debit as account, amount_fen as debit, 0::bigint as credit from ledger.entry where division = d.division
         union all select credit_allotment, credit, 0, amount_fen from ledger.entry where division = d.division
         union all select allotment, account, -debit_fen, -credit_fen from ledger.balance where division = d.division) m
       group by 1, 2 having sum(debit) <> 0 or sum(credit) <> 0) x
     left join ledger.balance b on b.division = d.division and b.allotment = x.allotment and b.account = x.account`,
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
