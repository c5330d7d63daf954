import type { Tx } from '../platform/database/transaction.ts'
import type { Fund, FundList, FundPage } from './contract.ts'

export const cataloguesOf = (tx: Tx, owners: readonly number[]): Promise<FundList['catalogues']> =>
  tx.query<never>(
    `select c.id::text, c.name, jsonb_build_object('code', d.code, 'name', d.name) as division, count(f.id)::int as count,
       (select e.document_number from base.edition e where e.id = c.edition) as issued
     from funds.catalogue c join divisions.published_division d on d.division = c.division
     left join funds.fund f on f.catalogue = c.id
     where c.division = any ($1::int[]) group by c.id, d.code, d.name, d.level
     order by array_position(array['central', 'province', 'city', 'county', 'township'], d.level), c.id`,
    [owners],
  )

export interface FundRowsFilter {
  owners: readonly number[]
  catalogue?: number | undefined
  q?: string | undefined
  fund?: number | undefined
}

/**
 * Funds with one division's money of one year under each, summed from the ledger's balances. Account numbers are those of
 * the chart [seed 4]: 4001 registered or received, 1001 not yet assigned, 500201 own, 500202 and 500203 passed down or across, 5101 planned,
 * 5102 in transit, 5201 paid.
 */
export async function fundRows(tx: Tx, division: number, year: number, filter: FundRowsFilter): Promise<Fund[]> {
  return tx.query<never>(
    `with money as (
       select l.fund,
         sum(b.balance_fen) filter (where b.account = 4001) as registered,
         sum(b.balance_fen) filter (where b.account in (5001, 500201, 500202, 500203, 5101, 5102, 5201)) as assigned,
         sum(b.balance_fen) filter (where b.account in (500201, 5101, 5102, 5201)) as own,
         sum(b.balance_fen) filter (where b.account in (500202, 500203)) as passed,
         sum(b.balance_fen) filter (where b.account = 5201) as paid
       from allotments.published_line l
       join ledger.published_balance b on b.division = l.division and b.allotment = l.id
       where l.division = $1 and l.fiscal_year = $2 group by l.fund
     )
     select f.id::text, f.code, coalesce(v.name, f.name) as name, f.level, f.catalogue::text, f.division = $1 as own, f.poverty, f.secret,
       f.owner_office as "ownerOffice", case when v.edition is null then f.included else v.included end as included,
       case when v.edition is null then f.excepted else v.excepted end as excepted, f.parent::text, f.ended_from as "endedFrom",
       case when s.id is not null
         then jsonb_build_object('id', s.id::text, 'code', s.code, 'name', s.name, 'divisionName', coalesce(sd.name, '')) end as superior,
       case when o.id is not null then jsonb_build_object('code', o.code, 'name', o.name) end as office,
       coalesce(m.registered, 0)::text as "registeredFen", coalesce(m.assigned, 0)::text as "assignedFen",
       coalesce(m.own, 0)::text as "ownFen", coalesce(m.passed, 0)::text as "passedFen", coalesce(m.paid, 0)::text as "paidFen"
     from funds.fund f
     left join money m on m.fund = f.id
     -- As the edition in force that year called it.
     left join lateral (select n.edition, n.name, n.included, n.excepted from funds.published_fund_name n where n.fund = f.id and n.first_year <= $2
       order by n.first_year desc, n.edition desc limit 1) v on true
     left join funds.fund s on s.id = f.superior
     left join divisions.published_division sd on sd.division = s.division
     left join funds.fund_office fo on fo.division = $1 and fo.fund = f.id and fo.valid @> platform.today()
     left join divisions.published_office o on o.division = $1 and o.id = fo.office
     where case when $3::int is not null then f.id = $3 else f.division = any ($4::int[]) or m.fund is not null end
       and ($5::int is null or f.catalogue = $5)
       and ($6::text is null or f.name ilike $6 or f.code ilike $6)
     order by array_position(array['central', 'province', 'city', 'county', 'township'], f.level), f.catalogue, f.code`,
    [division, year, filter.fund ?? null, filter.owners, filter.catalogue ?? null, likeness(filter.q)],
  )
}

const likeness = (q: string | undefined): string | null =>
  q?.trim() ? `%${q.trim().replace(/[\\%_]/g, found => `\\${found}`)}%` : null

export const lowerFunds = (tx: Tx, fund: number): Promise<FundPage['lower']> =>
  tx.query<never>(
    `select f.id::text, f.code, f.name, jsonb_build_object('code', d.code, 'name', d.name) as division
     from funds.published_fund f join divisions.published_division d on d.division = f.division
     where f.superior = $1 order by d.code, f.code limit 1000`,
    [fund],
  )

export const subItems = (tx: Tx, fund: number): Promise<FundPage['subItems']> =>
  tx.query<never>('select id::text, code, name from funds.published_fund where parent = $1 order by code', [fund])

export const permittedSubjects = (tx: Tx, fund: number, year: number): Promise<FundPage['subjects']> =>
  tx.query<never>(
    `select p.code, (select s.name from funds.subject s where s.kind = 'function' and s.code = p.code and s.fiscal_year <= $2
       order by s.fiscal_year desc limit 1) as name
     from funds.permitted_subject p where p.fund = $1 order by p.code`,
    [fund, year],
  )

export const superiorCandidates = (
  tx: Tx,
  division: number,
  fund: number,
  above: readonly number[],
): Promise<FundPage['eligible']> =>
  tx.query<never>(
    `select s.id::text, s.code, s.name, d.name as "divisionName"
     from funds.published_fund s join divisions.published_division d on d.division = s.division, funds.published_fund f
     where f.id = $2 and s.id <> f.id and (s.division = any ($3::int[]) or (s.division = $1
       and array_position(array['central', 'province', 'city', 'county', 'township'], s.level)
         < array_position(array['central', 'province', 'city', 'county', 'township'], f.level)))
     order by d.code, s.code`,
    [division, fund, above],
  )

export const officesOfFund = (tx: Tx, division: number, fund: number): Promise<FundPage['offices']> =>
  tx.query<never>(
    `select o.code, o.name, lower(fo.valid) as "from", upper(fo.valid) as "to"
     from funds.fund_office fo join divisions.published_office o on o.division = fo.division and o.id = fo.office
     where fo.division = $1 and fo.fund = $2 order by fo.valid`,
    [division, fund],
  )
