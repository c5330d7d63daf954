import type { Fen } from '../kernel/money.ts'
import { yuan } from '../kernel/money.ts'
import { FAULTS_LISTED, type FaultList } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { SealedAccount } from './accounts.ts'
import type { Party, ReadPayment } from './payment.ts'
import { bounds, type Slice, within } from './slice.ts'

export const STAGED_COLUMNS = [
  'import',
  'row_no',
  'division',
  'fiscal_year',
  'voucher_type',
  'voucher_no',
  'line_no',
  'row_digest',
  'vouched_on',
  'paid_on',
  'amount_fen',
  'paid_fen',
  'payer',
  'payee',
  'paid_to',
  'agent_no',
  'application',
  'elements',
  'economic_subject',
  'settlement',
  'pay_type',
  'purpose',
  'contract_no',
] as const

const KEY = ['division', 'fiscal_year', 'voucher_type', 'voucher_no', 'line_no'] as const
const sameKey = (a: string, b: string): string => KEY.map(column => `${a}.${column} = ${b}.${column}`).join(' and ')

export async function stageAccounts(tx: Tx, importId: string, accounts: readonly SealedAccount[]): Promise<void> {
  if (accounts.length === 0) return
  await tx.query(
    `insert into payments.staged_account (import, digest, ciphertext, masked, matches)
     select $1, decode(d, 'hex'), c, m, array(select decode(x, 'hex') from string_to_table(h, ' ') x)
     from unnest($2::text[], $3::bytea[], $4::text[], $5::text[]) as a(d, c, m, h) on conflict do nothing`,
    [
      importId,
      accounts.map(account => account.digest),
      accounts.map(account => account.ciphertext),
      accounts.map(account => account.masked),
      accounts.map(account => account.matches.map(match => match.toString('hex')).join(' ')),
    ],
  )
}

/** A payer or payee of a division, as it is staged once. */
export type StagedParty = Party & { division: number }

export async function stageParties(
  tx: Tx,
  importId: string,
  parties: readonly { no: number; thing: StagedParty }[],
): Promise<void> {
  if (parties.length === 0) return
  await tx.query(
    `insert into payments.staged_party (import, no, division, digest, name, bank)
     select $1, no, division, decode(digest, 'hex'), name, bank
     from unnest($2::int[], $3::int[], $4::text[], $5::text[], $6::text[]) as p(no, division, digest, name, bank)`,
    [
      importId,
      parties.map(({ no }) => no),
      parties.map(({ thing }) => thing.division),
      parties.map(({ thing }) => thing.accountDigest),
      parties.map(({ thing }) => thing.name),
      parties.map(({ thing }) => thing.bank),
    ],
  )
}

/** What a payment is matched by. */
export type Elements = Pick<
  ReadPayment,
  'division' | 'fiscalYear' | 'agencyCode' | 'projectCode' | 'allotmentRef' | 'documentNumber' | 'functionSubject'
>

export async function stageElements(
  tx: Tx,
  importId: string,
  elements: readonly { no: number; thing: Elements }[],
): Promise<void> {
  if (elements.length === 0) return
  const of = <K extends keyof Elements>(name: K) => elements.map(({ thing }) => thing[name])
  await tx.query(
    `insert into payments.staged_elements (import, no, division, fiscal_year, agency_code, project_code, allotment_ref, document_number, function_subject)
     select $1, * from unnest($2::int[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])`,
    [
      importId,
      elements.map(({ no }) => no),
      of('division'),
      of('fiscalYear'),
      of('agencyCode'),
      of('projectCode'),
      of('allotmentRef'),
      of('documentNumber'),
      of('functionSubject'),
    ],
  )
}

/** Which payments the refunds of a file say that they take back. */
export async function stageOriginals(tx: Tx, importId: string, refunds: readonly ReadPayment[]): Promise<void> {
  if (refunds.length === 0) return
  const of = <K extends keyof ReadPayment>(name: K) => refunds.map(refund => refund[name])
  await tx.query(
    `insert into payments.staged_original (import, row_no, division, fiscal_year, voucher_type, voucher_no, line_no, vouched_on, original_type, original_no, original_on)
     select $1, * from unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::text[], $7::int[], $8::date[], $9::int[], $10::text[], $11::date[])
     on conflict do nothing`,
    [
      importId,
      of('row'),
      of('division'),
      of('fiscalYear'),
      of('voucherType'),
      of('voucherNo'),
      of('lineNo'),
      of('vouchedOn'),
      refunds.map(({ original }) => original!.type),
      refunds.map(({ original }) => original!.no),
      refunds.map(({ original }) => original!.on),
    ],
  )
}

/**
 * Lines whose voucher number and line stand in the same file again: the same content is dropped, what the bank filled in is kept, and
 * another content is a fault (`voucher-repeated`).
 * @returns how many were dropped
 */
export async function dropRepeats(tx: Tx, importId: string, faults: FaultList): Promise<number> {
  // One aggregation over the whole file, in memory that is bounded by the server's own setting for it.
  await tx.query(`set local work_mem = '64MB'`)
  const twins = `twin as materialized (
      select ${KEY.join(', ')} from payments.staged where import = $1 group by ${KEY.join(', ')} having count(*) > 1),
    line as materialized (
      select s.ctid as at, s.row_no, s.voucher_no, s.row_digest, s.amount_fen, row_number() over w as nth,
        first_value(s.row_digest) over w as first_digest, first_value(s.row_no) over w as first_row, first_value(s.amount_fen) over w as first_fen,
        s.row_digest <> first_value(s.row_digest) over w
          or (s.paid_on, s.paid_fen) <> (first_value(s.paid_on) over w, first_value(s.paid_fen) over w) as differs
      from twin t join payments.staged s on s.import = $1 and ${sameKey('s', 't')}
      window w as (partition by ${KEY.map(column => `s.${column}`).join(', ')} order by s.paid_on is null, s.row_no, s.ctid))`
  const { dropped, different } = await tx.one<{ dropped: bigint; different: bigint }>(
    `with ${twins}, gone as (
       delete from payments.staged s using line l where s.ctid = l.at and l.nth > 1 and l.differs is not true returning 1)
     select (select count(*) from gone) as dropped, (select count(*) from line where differs) as different`,
    [importId],
  )
  if (different > 0n) {
    const rows = await tx.query<{
      row_no: number
      voucher_no: string
      first_row: number
      amount_fen: Fen
      first_fen: Fen
    }>(
      `with ${twins} select row_no, voucher_no, first_row, amount_fen, first_fen from line where differs
       order by row_no limit ${FAULTS_LISTED}`,
      [importId],
    )
    for (const row of rows) {
      const amounts = row.amount_fen === row.first_fen ? null : [yuan(row.first_fen), yuan(row.amount_fen)]
      faults.add({
        code: 'voucher-repeated',
        row: row.row_no,
        field: 'PAY_CERT_NO',
        value: row.voucher_no,
        zh: `第 ${row.row_no} 行支付凭证号“${row.voucher_no}”与第 ${row.first_row} 行相同，内容不同${amounts ? `（金额 ${amounts[0]} 和 ${amounts[1]}）` : ''}；请核对后只留正确的一行，一张凭证多条明细的请填明细序号。`,
        en: `Row ${row.row_no}, voucher number "${row.voucher_no}": it stands in row ${row.first_row} too, with another content${amounts ? ` (amounts ${amounts[0]} and ${amounts[1]})` : ''}; keep the right one, or number the lines of one voucher.`,
      })
    }
    faults.count += Number(different) - rows.length
  }
  return Number(dropped)
}

/**
 * Held from the comparison with what is known to the commit: of two imports at once the second sees what the first has staged or
 * stored, and neither waits for the other in a ring.
 */
export const compareAlone = (tx: Tx): Promise<unknown> => tx.query('select pg_advisory_xact_lock(1885957235)')

/** Staged lines `s` beside payments `p` of the same number; what the bank did stands in `c` or in `p` itself. */
const STORED = `payments.staged s join payments.payment p on ${sameKey('s', 'p')}
  left join payments.confirmation c on c.division = p.division and c.payment = p.id`
/** The same for what another import has staged and is about to store. */
const UNDERWAY = `payments.staged s join payments.staged p on p.import <> s.import and ${sameKey('s', 'p')} left join payments.confirmation c on false`
const SAME = `s.row_digest = p.row_digest and (s.paid_on is null or (s.paid_on, s.paid_fen) = (coalesce(c.paid_on, p.paid_on), coalesce(c.paid_fen, p.amount_fen)))`
/** The line says what the bank did, and nobody has said it before. */
const ADDS = `s.row_digest = p.row_digest and s.paid_on is not null and p.paid_on is null and c.payment is null`
const WITHIN = 'abs(s.paid_fen) <= abs(p.amount_fen) and sign(s.paid_fen) = sign(p.amount_fen)'

/**
 * Lines that are known already, or staged by another import that is under way: those that say the same as a payment are dropped from
 * staging; those that add what the bank did since are marked as confirmations and stay. Others are faults: `voucher-changed`,
 * `confirmation-changed` (the bank says another thing than before), `confirmation-exceeds` (it paid more than the voucher says).
 * @returns how many were dropped
 */
export async function dropKnown(tx: Tx, importId: string, faults: FaultList): Promise<number> {
  await compareAlone(tx)
  const { dropped } = await tx.one<{ dropped: bigint }>(
    `with known as (select s.ctid as at, p.id, ${SAME} as same, ${ADDS} and ${WITHIN} as confirms from ${STORED} where s.import = $1 and s.row_digest = p.row_digest),
     gone as (delete from payments.staged s using known k where s.ctid = k.at and k.same returning 1),
     marked as (update payments.staged s set confirms = k.id from known k where s.ctid = k.at and k.confirms)
     select count(*) as dropped from gone`,
    [importId],
  )
  const { rivals } = await tx.one<{ rivals: boolean }>(
    'select exists (select from payments.staged where import < $1) or exists (select from payments.staged where import > $1) as rivals',
    [importId],
  )
  await findChanged(tx, importId, rivals, faults)
  return Number(dropped)
}

/**
 * Marks lines of a slice that add what the bank did to a voucher which another import has stored since they were compared.
 * The voucher itself is passed over when the slice is inserted.
 */
export const markConfirming = (tx: Tx, importId: string, slice: Slice): Promise<unknown> =>
  tx.query(
    `update payments.staged w set confirms = k.id from (select s.ctid as at, p.id from ${STORED} where ${within} and p.import <> s.import and ${ADDS} and ${WITHIN}) k
     where w.ctid = k.at`,
    bounds(importId, slice),
  )

/** Adds a fault for each staged line that says another thing than what is stored, or than what a rival has staged. */
async function findChanged(tx: Tx, importId: string, rivals: boolean, faults: FaultList): Promise<void> {
  const changedFrom = (compared: string): string =>
    `select s.row_no, s.voucher_no, s.amount_fen, p.amount_fen as was_fen, s.paid_on::text, s.paid_fen,
       coalesce(c.paid_on, p.paid_on)::text as was_paid_on, coalesce(c.paid_fen, p.amount_fen) as was_paid_fen, p.import,
       s.row_digest = p.row_digest as same_voucher
     from ${compared} where s.import = $1 and (${SAME} or ${ADDS} and ${WITHIN}) is not true`
  // What a rival has stored stands in its staging still.
  const changed = rivals
    ? `select distinct on (row_no) * from (${changedFrom(STORED)} union all ${changedFrom(UNDERWAY)}) either order by row_no`
    : `${changedFrom(STORED)} order by s.row_no`
  const rows = await tx.query<{
    row_no: number
    voucher_no: string
    amount_fen: Fen
    was_fen: Fen
    paid_on: string | null
    paid_fen: Fen | null
    was_paid_on: string | null
    was_paid_fen: Fen
    import: bigint
    same_voucher: boolean
  }>(`${changed} limit ${FAULTS_LISTED}`, [importId])
  for (const row of rows) {
    const at = { row: row.row_no, field: 'PAY_CERT_NO', value: row.voucher_no }
    const zh = `第 ${row.row_no} 行支付凭证“${row.voucher_no}”`
    const en = `Row ${row.row_no}, voucher "${row.voucher_no}"`
    if (!row.same_voucher) {
      const amounts = row.amount_fen === row.was_fen ? null : [yuan(row.was_fen), yuan(row.amount_fen)]
      faults.add({
        ...at,
        code: 'voucher-changed',
        zh: `${zh}已在第 ${row.import} 次导入中入库，内容与这次不同${amounts ? `（入库金额 ${amounts[0]}，本次 ${amounts[1]}）` : ''}；已入库的支付不能改写，请核对凭证号，确有差错请用退款或更正凭证。`,
        en: `${en}: import ${row.import} took it with another content${amounts ? ` (amount ${amounts[0]}, now ${amounts[1]})` : ''}; a payment is never overwritten: check the number, or send a refund or correction voucher.`,
      })
    } else if (row.was_paid_on === null)
      faults.add({
        ...at,
        code: 'confirmation-exceeds',
        zh: `${zh}银行回填的支付金额 ${yuan(row.paid_fen!)} 元超过凭证金额 ${yuan(row.was_fen)} 元：请与代理银行核对后重新导出。`,
        en: `${en}: the bank says it paid ${yuan(row.paid_fen!)} yuan, more than the voucher's ${yuan(row.was_fen)}; check with the bank and export again.`,
      })
    else
      faults.add({
        ...at,
        code: 'confirmation-changed',
        zh: `${zh}的银行回填已入库（${row.was_paid_on} 支付 ${yuan(row.was_paid_fen)} 元），与这次（${row.paid_on} 支付 ${yuan(row.paid_fen!)} 元）不同；银行回填不能改写，请核对，确有差错请用退款凭证。`,
        en: `${en}: what the bank filled in is known (${yuan(row.was_paid_fen)} yuan on ${row.was_paid_on}) and differs from this (${yuan(row.paid_fen!)} yuan on ${row.paid_on}); it is never overwritten: check it, or send a refund voucher.`,
      })
  }
  if (rows.length === FAULTS_LISTED) {
    const { all } = await tx.one<{ all: bigint }>(`select count(*) as all from (${changed}) c`, [importId])
    faults.count += Number(all) - rows.length
  }
}

/** A day of one division's year, and how many staged lines it has. */
export interface StagedDay {
  division: number
  fiscalYear: number
  vouchedOn: string
  lines: number
}

/** The days that an import has staged, in posting order. */
export const stagedDays = (tx: Tx, importId: string): Promise<StagedDay[]> =>
  tx.query<never>(
    `select division, fiscal_year as "fiscalYear", vouched_on as "vouchedOn", count(*)::int as lines from payments.staged
     where import = $1 group by 1, 2, 3 order by 1, 2, 3`,
    [importId],
  )

export async function clearStaged(tx: Tx, importId: string): Promise<void> {
  await tx.query('delete from payments.staged where import = $1', [importId])
  for (const table of ['staged_account', 'staged_party', 'staged_elements', 'staged_original', 'posted_slice'])
    await tx.query(`delete from payments.${table} where import = $1`, [importId])
}
