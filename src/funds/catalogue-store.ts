import type { Tx } from '../platform/database/transaction.ts'
import type { EditionChanges } from './contract.ts'

/** The catalogues of a division that are issued and locked: name → document. */
export const issuedCatalogues = async (tx: Tx, division: number): Promise<Map<string, string>> =>
  new Map(
    (
      await tx.query<{ name: string; document: string }>(
        'select c.name, e.document_number as document from funds.catalogue c join base.edition e on e.id = c.edition where c.division = $1',
        [division],
      )
    ).map(row => [row.name, row.document]),
  )

export const catalogueById = (tx: Tx, id: number): Promise<{ division: number; name: string } | undefined> =>
  tx.maybe<never>('select division, name from funds.catalogue where id = $1', [id])

/** What a catalogue holds, a line each, in the order of codes: what an edition of it is digested from. */
export const catalogueLines = async (tx: Tx, catalogue: number): Promise<string[]> =>
  (
    await tx.query<{ line: string }>(
      `select jsonb_build_array(f.code, f.name, f.level, p.code, f.owner_office, f.poverty, f.secret, f.included, f.excepted)::text as line
       from funds.fund f left join funds.fund p on p.id = f.parent where f.catalogue = $1 and f.ended_from is null order by f.code`,
      [catalogue],
    )
  ).map(row => row.line)

/** Locks a catalogue under an edition, and keeps what it holds for the edition's years. */
export async function lockCatalogue(tx: Tx, catalogue: number, edition: number): Promise<void> {
  await tx.query('update funds.catalogue set edition = $2 where id = $1', [catalogue, edition])
  await tx.query(
    `insert into funds.edition_fund (edition, fund, code, name, level, owner_office, poverty, included, excepted)
     select $2, id, code, name, level, owner_office, poverty, included, excepted from funds.fund where catalogue = $1 and ended_from is null`,
    [catalogue, edition],
  )
}

/** The catalogue of a division by its name. */
export const catalogueNamed = (tx: Tx, division: number, name: string): Promise<{ id: number } | undefined> =>
  tx.maybe<never>('select id from funds.catalogue where division = $1 and name = $2', [division, name])

/** Says from which fiscal year on a catalogue no longer holds some of its funds (null: that it holds them again). */
export const endFunds = (tx: Tx, catalogue: number, codes: readonly string[], from: number | null): Promise<unknown> =>
  tx.query(
    'update funds.fund set ended_from = $3 where catalogue = $1 and code = any ($2) and ended_from is distinct from $3',
    [catalogue, codes, from],
  )

/** What an edition of a catalogue changed against the one before it, by code: what is new, what reads otherwise, what is held no more. */
export const editionChanges = (tx: Tx, edition: number): Promise<EditionChanges['rows']> =>
  tx.query<never>(
    `with one as (select * from base.edition where id = $1 and kind = 'catalogue'),
     before as (select e.id from base.edition e join one on e.issuer is not distinct from one.issuer and e.kind = one.kind and e.name = one.name
       where (e.first_year, e.id) < (one.first_year, one.id) order by e.first_year desc, e.id desc limit 1),
     now as (select f.* from funds.edition_fund f join one on one.id = f.edition),
     old as (select f.* from funds.edition_fund f join before on before.id = f.edition)
     select coalesce(n.code, o.code) as code, coalesce(n.name, o.name) as name,
       case when o.fund is null then 'added' when n.fund is null then 'ended'
         when (n.code, n.name, n.level, n.poverty) is distinct from (o.code, o.name, o.level, o.poverty)
           or (n.owner_office, n.included, n.excepted) is distinct from (o.owner_office, o.included, o.excepted) then 'changed' else 'kept' end as change,
       case when n.name <> o.name then o.name end as "nameBefore",
       array_remove(array[case when n.level <> o.level then 'level' end, case when n.poverty <> o.poverty then 'poverty' end,
         case when n.owner_office is distinct from o.owner_office then 'ownerOffice' end, case when n.included is distinct from o.included then 'included' end,
         case when n.excepted is distinct from o.excepted then 'excepted' end], null) as fields
     from now n full join old o on o.fund = n.fund order by 3, 1`,
    [edition],
  )
