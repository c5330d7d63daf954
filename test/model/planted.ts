/**
 * What an owner of the database could change past the program, and which checks of `fundwatch verify` must name it: what was changed, the
 * statement, the checks. Each is taken back after it was looked at. The ledger is that of the random orders.
 */
const LAST = '(select division, max(batch) from ledger.entry group by 1 order by 1 limit 1)'
/** The first of some rows by key, for an update of that one alone. */
const first = (columns: string, from: string): string =>
  `(${columns}) = (select ${columns} from ${from} order by 1, 2 limit 1)`
const entryOf = (form: string, where = 'true'): string =>
  `(division, batch, line) = (select e.division, e.batch, e.line from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
     where b.form = '${form}' and ${where} order by e.batch, e.line limit 1)`

export const PLANTED: readonly (readonly [what: string, change: string, codes: readonly string[]])[] = [
  [
    'an entry’s amount',
    `update ledger.entry set amount_fen = amount_fen + 1 where (division, batch) = ${LAST} and line = 1 and amount_fen > 0 or
     (division, batch, line) = (select division, batch, line from ledger.entry where amount_fen > 0 order by batch limit 1)`,
    ['balances', 'digests'],
  ],
  [
    'an entry’s account',
    `update ledger.entry set debit = 5102 where (division, batch, line) = (select division, batch, line from ledger.entry where debit = 5201 order by batch limit 1)`,
    ['balances', 'digests'],
  ],
  [
    'a balance',
    `update ledger.balance set debit_fen = debit_fen + 1 where (division, allotment, account) = (select division, allotment, account from ledger.balance where side = 'D' order by allotment limit 1)`,
    ['balances', 'trees'],
  ],
  [
    'both sides of a balance',
    `update ledger.balance set debit_fen = debit_fen + 1, credit_fen = credit_fen + 1 where (division, allotment, account) = (select division, allotment, account from ledger.balance order by allotment limit 1)`,
    ['balances'],
  ],
  [
    'a batch’s digest',
    `update ledger.batch set digest = public.digest('other', 'sm3') where id = (select min(id) from ledger.batch)`,
    ['digests', 'chain'],
  ],
  [
    'a batch’s day',
    `update ledger.batch set effective_on = effective_on + 1 where id = (select min(id) from ledger.batch)`,
    ['digests'],
  ],
  [
    'a batch’s author',
    `update ledger.batch set actor = actor + 1 where id = (select min(id) from ledger.batch)`,
    ['digests'],
  ],
  [
    'a seal',
    `update ledger.seal set digest = public.digest('other', 'sm3') where (division, no) = (select division, min(no) from ledger.seal group by 1 order by 1 limit 1)`,
    ['chain'],
  ],
  [
    'a seal’s link',
    `update ledger.seal set previous = public.digest('other', 'sm3') where (division, no) = (select division, max(no) from ledger.seal group by 1 order by 1 limit 1)`,
    ['chain'],
  ],
  [
    'the order of sealed batches',
    `update ledger.seal_batch set position = 1000000 where (division, no, position) = (select division, no, 1 from ledger.seal_batch where position = 2 order by 1, 2 limit 1)`,
    ['chain'],
  ],
  [
    'a batch put back among the unsealed',
    `with gone as (delete from ledger.seal_batch where (division, batch) = (select division, batch from ledger.seal_batch order by 1, 2 limit 1) returning division, batch)
     insert into ledger.unsealed select * from gone`,
    ['chain'],
  ],
  [
    'a tally of corrections',
    `update ledger.corrected set corrected_fen = corrected_fen - 1 where (division, batch, line) = (select division, batch, line from ledger.corrected where corrected_fen > 0 order by batch limit 1)`,
    ['corrections'],
  ],
  [
    'a tally of corrections that is gone',
    `delete from ledger.corrected where (division, batch, line) = (select division, batch, line from ledger.corrected where corrected_fen > 0 order by batch limit 1)`,
    ['corrections'],
  ],
  [
    'what a transfer sent',
    `update ledger.transfer set sent_fen = sent_fen + 1 where id = (select min(id) from ledger.transfer where sender is not null)`,
    ['interlock'],
  ],
  [
    'what was taken of a transfer',
    `update ledger.transfer set taken_fen = taken_fen - 1 where id = (select min(id) from ledger.transfer where taken_fen > 0)`,
    ['interlock'],
  ],
  [
    'a transfer that is gone',
    `delete from ledger.transfer where id = (select min(id) from ledger.transfer t where sender is not null and sent_fen > 0 and not exists (select from allotments.allotment a where a.division = t.division and a.transfer = t.id))`,
    ['interlock'],
  ],
  [
    'a line’s path',
    `update allotments.allotment set path = array[id] where id = (select min(id) from allotments.allotment where source is not null)`,
    ['lineage'],
  ],
  [
    'a transfer’s path',
    `update ledger.transfer set path = path || 0::bigint where id = (select min(id) from ledger.transfer t where sender is not null and not exists (select from allotments.allotment a where a.division = t.division and a.transfer = t.id))`,
    ['lineage'],
  ],
  [
    'where a withdrawal went back to',
    `update ledger.entry e set debit_allotment = (select min(id) from allotments.allotment a where a.division = e.division) where ${entryOf('withdraw', 'e.debit = 5001')}`,
    ['reductions', 'balances', 'digests'],
  ],
  [
    'what a recall asked for',
    `update allotments.recall set asked_fen = asked_fen + 1 where ${first('division, id', 'allotments.recall')}`,
    ['recalls'],
  ],
  [
    'a claim',
    `update allotments.recoverable set amount_fen = amount_fen + 1 where ${first('division, id', 'allotments.recoverable')}`,
    ['recoverables'],
  ],
  [
    'one side of a hand-over',
    `delete from allotments.hand_over where ${first('division, batch', 'allotments.hand_over')}`,
    ['hand-overs'],
  ],
  [
    'an amount that was taken over',
    `update ledger.entry set amount_fen = amount_fen + 1 where ${entryOf('take-over')}`,
    ['hand-overs', 'balances', 'digests', 'interlock'],
  ],
  ['who may integrate', `delete from divisions.declaration where kind = 'integrating'`, ['integration']],
  [
    'an amount that was carried',
    `update ledger.entry set amount_fen = amount_fen + 1 where ${entryOf('carry', 'e.credit = 4001')}`,
    ['carry-over', 'balances', 'digests'],
  ],
  [
    'a book that was closed',
    `update ledger.book set closed_on = null where ${first('division, fiscal_year', 'ledger.book where closed_on is not null')}`,
    ['books'],
  ],
  [
    'when a batch was known',
    `update books.known_batch set sealed_at = sealed_at + interval '1 day' where ${first('division, batch', 'books.known_batch')}`,
    ['known-batches'],
  ],
  [
    'a month’s turnover',
    `update books.turnover set debit_fen = debit_fen + 1 where ctid = (select ctid from books.turnover where debit_fen > 0 limit 1)`,
    ['turnover'],
  ],
]

/** Checks whose faults are planted where their facts are at home: the file, and what it runs there. */
export const PLANTED_ELSEWHERE: Readonly<Record<string, readonly [file: string, word: string]>> = {
  'account-use': ['src/payments/watch/watch.test.ts', 'verify finds a use that does not'],
  'allotment-references': ['src/allotments/references.test.ts', 'allotment-references'],
  'audit-chain': ['src/audit/audit.test.ts', 'auditChecks'],
  'audit-entries': ['src/audit/audit.test.ts', 'auditChecks'],
  'disbursement-lists': ['src/beneficiaries/disbursements.test.ts', 'beneficiaryChecks'],
  joinings: ['src/allotments/coming-in.test.ts', 'joiningChecks'],
  'payment-references': ['src/payments/verify.test.ts', 'paymentChecks'],
  payments: ['src/payments/verify.test.ts', 'paymentChecks'],
  releases: ['src/releases/releases.test.ts', 'verify knows every snapshot'],
}
