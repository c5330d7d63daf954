import type { Fen } from '../kernel/money.ts'
import type { SealedAccount } from '../payments/accounts.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { BankResult, ReadLine, ReadList } from './disbursement.ts'

/** Rows of one statement. */
const ROWS = 5000

/** What was sealed while rows were read: numbers to be stored once for each division, by fingerprint. */
export type Sealed = ReadonlyMap<string, SealedAccount>

const slices = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / ROWS) }, (_, n) => all.slice(n * ROWS, (n + 1) * ROWS))

const different = (values: readonly (string | null | undefined)[]): string[] =>
  [...new Set(values.filter((value): value is string => value !== null && value !== undefined))].sort()

/** The digest under which each number stands, or will stand, by fingerprint: while keys are rotated it is one of several. */
interface Standing {
  digests: Map<string, string>
  fresh: SealedAccount[]
}

async function standing(
  tx: Tx,
  table: 'account' | 'phone' | 'person',
  division: number,
  fingerprints: readonly string[],
  sealed: Sealed,
): Promise<Standing> {
  const numbers = fingerprints.flatMap(one => sealed.get(one) ?? [])
  const rows = await tx.query<{ fingerprint: string; digest: string }>(
    `select distinct on (w.f) w.f as fingerprint, encode(n.digest, 'hex') as digest from unnest($2::text[], $3::bytea[]) as w(f, m)
     join beneficiaries.${table} n on n.digest = w.m and n.division = $1 order by w.f, n.key_version desc`,
    [division, numbers.flatMap(one => one.matches.map(() => one.digest)), numbers.flatMap(one => one.matches)],
  )
  const digests = new Map(rows.map(row => [row.fingerprint, row.digest]))
  const fresh = numbers.filter(one => !digests.has(one.digest))
  for (const one of fresh) digests.set(one.digest, one.matches[0]!.toString('hex'))
  return { digests, fresh }
}

async function storeNumbers(
  tx: Tx,
  table: 'account' | 'phone',
  division: number,
  digests: readonly string[],
  sealed: Sealed,
): Promise<Standing['digests']> {
  const { digests: known, fresh } = await standing(tx, table, division, digests, sealed)
  await tx.query(
    `insert into beneficiaries.${table} (division, key_version, digest, ciphertext, masked)
     select $1, get_byte(c, 0), d, c, m from unnest($2::bytea[], $3::bytea[], $4::text[]) as n(d, c, m) on conflict do nothing`,
    [division, fresh.map(one => one.matches[0]), fresh.map(one => one.ciphertext), fresh.map(one => one.masked)],
  )
  return known
}

async function storePeople(
  tx: Tx,
  division: number,
  lines: readonly ReadLine[],
  sealed: Sealed,
): Promise<Standing['digests']> {
  const people = new Map(
    lines.flatMap(({ person }) => (person ? [[`${person.identity ?? ''} ${person.name}`, person] as const] : [])),
  )
  const ordered = [...people].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, person]) => person)
  const numbers = ordered.map(person => (person.identity === null ? undefined : sealed.get(person.identity)))
  const { digests } = await standing(tx, 'person', division, different(ordered.map(one => one.identity)), sealed)
  // One number may show several names: a name that is new stands under the digest that its number has already.
  await tx.query(
    `insert into beneficiaries.person (division, key_version, digest, ciphertext, masked, name)
     select $1, get_byte(c, 0), decode(d, 'hex'), c, m, n from unnest($2::text[], $3::bytea[], $4::text[], $5::text[]) as p(d, c, m, n)
     where not exists (select from beneficiaries.person k where k.division = $1 and k.digest = decode(d, 'hex') and k.name = n)
     on conflict do nothing`,
    [
      division,
      numbers.map(number => (number ? digests.get(number.digest) : null)),
      numbers.map(number => number?.ciphertext ?? null),
      numbers.map(number => number?.masked ?? null),
      ordered.map(person => person.name),
    ],
  )
  const enterprises = new Map(
    lines.flatMap(({ enterprise: one }) => (one ? [[`${one.code ?? ''} ${one.name}`, one] as const] : [])),
  )
  if (enterprises.size === 0) return digests
  const sorted = [...enterprises].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  await tx.query(
    `insert into beneficiaries.enterprise (division, code, name) select $1, c, n from unnest($2::text[], $3::text[]) as e(c, n) on conflict do nothing`,
    [division, sorted.map(one => one.code), sorted.map(one => one.name)],
  )
  return digests
}

/** Writes a list down; null where its number is known. */
export async function insertList(
  tx: Tx,
  importId: string,
  list: ReadList,
  sum: bigint,
  sealed: Sealed,
): Promise<bigint | null> {
  const made = await tx.maybe<{ id: bigint }>(
    `insert into beneficiaries.list (division, fiscal_year, source, list_no, voucher_type, voucher_no, rows, sum_fen, row_digest, import)
     values ($1, $2, $3, $4, $5, $6, $7, $8, decode($9, 'hex'), $10) on conflict on constraint list_once do nothing returning id`,
    [
      list.division,
      list.fiscalYear,
      list.source,
      list.listNo,
      list.voucherType,
      list.voucherNo,
      list.lines.length,
      sum,
      list.digest,
      importId,
    ],
  )
  if (!made) return null
  for (const lines of slices(list.lines)) await insertLines(tx, list.division, made.id, lines, sealed)
  await insertResults(tx, importId, list.division, made.id, list.lines)
  return made.id
}

async function insertLines(
  tx: Tx,
  division: number,
  list: bigint,
  lines: readonly ReadLine[],
  sealed: Sealed,
): Promise<void> {
  const accounts = await storeNumbers(tx, 'account', division, different(lines.map(line => line.account)), sealed)
  const phones = await storeNumbers(tx, 'phone', division, different(lines.map(line => line.phone)), sealed)
  const people = await storePeople(tx, division, lines, sealed)
  const under = (digests: Standing['digests'], number: string | null | undefined) =>
    number ? (digests.get(number) ?? null) : null
  const of = <K extends keyof ReadLine>(name: K) => lines.map(line => line[name])
  // By digest and name, or by name alone: an equality or a null test that the index answers.
  const person = `coalesce((select p.id from beneficiaries.person p where p.digest = decode(l.identity, 'hex') and p.name = l.person and p.division = $1 order by p.key_version desc limit 1),
      case when l.identity is null then (select p.id from beneficiaries.person p where p.digest is null and p.name = l.person and p.division = $1) end)`
  const enterprise = `coalesce((select e.id from beneficiaries.enterprise e where e.code = l.enterprise_code and e.name = l.enterprise and e.division = $1),
      case when l.enterprise_code is null then (select e.id from beneficiaries.enterprise e where e.code is null and e.name = l.enterprise and e.division = $1) end)`
  const number = (table: string) =>
    `(select n.id from beneficiaries.${table} n where n.digest = decode(l.${table}, 'hex') and n.division = $1 order by n.key_version desc limit 1)`
  await tx.query(
    `insert into beneficiaries.disbursement (division, list, line_no, detail_id, tracking_id, person, enterprise, account, phone, month, due_fen, amount_fen,
       by_household, town_code, town, village_code, village, bank, remark)
     select $1, $2, l.line_no, l.detail_id, l.tracking_id, ${person}, ${enterprise}, ${number('account')}, ${number('phone')}, l.month, l.due, l.fen,
       l.by_household, l.town_code, l.town, l.village_code, l.village, l.bank, l.remark
     from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::int[], $13::bigint[], $14::bigint[],
       $15::boolean[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[])
       as l(line_no, detail_id, tracking_id, identity, person, enterprise_code, enterprise, account, phone, month, due, fen,
         by_household, town_code, town, village_code, village, bank, remark) order by l.line_no`,
    [
      division,
      list,
      of('lineNo'),
      of('detailId'),
      of('trackingId'),
      lines.map(line => under(people, line.person?.identity)),
      lines.map(line => line.person?.name ?? null),
      lines.map(line => line.enterprise?.code ?? null),
      lines.map(line => line.enterprise?.name ?? null),
      lines.map(line => under(accounts, line.account)),
      lines.map(line => under(phones, line.phone)),
      of('month'),
      of('due'),
      of('fen'),
      of('byHousehold'),
      of('townCode'),
      of('town'),
      of('villageCode'),
      of('village'),
      of('bank'),
      of('remark'),
    ],
  )
}

/** Keeps what the bank did with rows of a list, once each. Returns how many were new. */
export async function insertResults(
  tx: Tx,
  importId: string,
  division: number,
  list: bigint,
  lines: readonly ReadLine[],
): Promise<number> {
  const said = lines.filter((line): line is ReadLine & { result: BankResult } => line.result !== null)
  if (said.length === 0) return 0
  const rows = await tx.query(
    `insert into beneficiaries.bank_result (division, disbursement, paid_on, paid_fen, agent_no, said, import)
     select $1, d.id, r.paid_on, r.fen, r.agent_no, r.said, $3
     from unnest($4::int[], $5::date[], $6::bigint[], $7::text[], $8::text[]) as r(line_no, paid_on, fen, agent_no, said)
     join beneficiaries.disbursement d on d.division = $1 and d.list = $2 and d.line_no = r.line_no
     order by d.id on conflict do nothing returning 1`,
    [
      division,
      list,
      importId,
      said.map(line => line.lineNo),
      said.map(line => line.result.paidOn),
      said.map(line => line.result.fen),
      said.map(line => line.result.agentNo),
      said.map(line => line.result.said),
    ],
  )
  return rows.length
}

export const knownList = (tx: Tx, list: ReadList): Promise<{ id: bigint; import: bigint; same: boolean }> =>
  tx.one(
    `select id, import, row_digest = decode($5, 'hex') as same from beneficiaries.list
     where list_no = $1 and division = $2 and fiscal_year = $3 and source = $4`,
    [list.listNo, list.division, list.fiscalYear, list.source, list.digest],
  )

/** Lines of vouchers as they are known, or staged by an import; `$1` is the import. */
const VOUCHER_LINES = `
  select p.division, p.fiscal_year, p.voucher_type, p.voucher_no, p.amount_fen from payments.payment p
  where p.voucher_no in (select l.voucher_no from beneficiaries.list l where l.import = $1) and p.amount_fen > 0
  union all
  select s.division, s.fiscal_year, s.voucher_type, s.voucher_no, s.amount_fen from payments.staged s
  where s.import = $1 and s.confirms is null and s.amount_fen > 0`

/** Vouchers whose lists, with those of this import, do not sum to them. */
export const listsThatDiffer = (
  tx: Tx,
  importId: string,
): Promise<{ voucher_no: string; lists: string; sum: Fen; voucher: Fen }[]> =>
  tx.query(
    `with mine as (select distinct division, fiscal_year, voucher_type, voucher_no from beneficiaries.list where import = $1),
     total as (
       select m.*, sum(l.sum_fen)::bigint as sum, string_agg(l.list_no, ', ' order by l.id) as lists
       from mine m join beneficiaries.list l on l.voucher_no = m.voucher_no and l.division = m.division and l.fiscal_year = m.fiscal_year
         and l.voucher_type is not distinct from m.voucher_type group by 1, 2, 3, 4),
     voucher as (
       select division, fiscal_year, voucher_type, voucher_no, sum(amount_fen)::bigint as fen from (${VOUCHER_LINES}) v group by 1, 2, 3, 4)
     select t.voucher_no, t.lists, t.sum, min(v.fen) as voucher
     from total t join voucher v on v.division = t.division and v.fiscal_year = t.fiscal_year and v.voucher_no = t.voucher_no
       and v.voucher_type = coalesce(t.voucher_type, v.voucher_type)
     group by t.voucher_no, t.lists, t.sum having not bool_or(v.fen = t.sum) order by 1`,
    [importId],
  )

/** Joins lists that wait to their vouchers: of the type that they name, else the one of their amount, else the first. */
export async function joinLists(tx: Tx): Promise<number> {
  const rows = await tx.query(
    `insert into beneficiaries.list_payment (division, list, payment)
     select l.division, l.id, v.payment
     from beneficiaries.list l
     cross join lateral (
       select min(p.id) as payment, p.voucher_type, sum(p.amount_fen) as fen from payments.payment p
       where p.voucher_no = l.voucher_no and p.division = l.division and p.fiscal_year = l.fiscal_year and p.amount_fen > 0
         and (l.voucher_type is null or p.voucher_type = l.voucher_type)
       group by p.voucher_type order by sum(p.amount_fen) = l.sum_fen desc, p.voucher_type limit 1) v
     where not exists (select from beneficiaries.list_payment j where j.division = l.division and j.list = l.id)
     order by l.division, l.id on conflict do nothing returning 1`,
  )
  return rows.length
}
