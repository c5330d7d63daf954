import { divisionsAbove } from '../divisions/store.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { MappingQueue } from './contract.ts'

/**
 * The funds of a division's own that name no superior and were not said to have none (未关联), those with most money of the year first.
 * A fund above of the very same name is proposed; a person decides.
 */
export async function mappingQueue(tx: Tx, division: number, year: number): Promise<MappingQueue> {
  const above = [...(await divisionsAbove(tx, division))]
  const eligible = await tx.query<{ id: string; label: string; level: string; name: string }>(
    `select f.id::text, coalesce(d.name, '') || ' ' || f.code || ' ' || f.name as label, f.level, f.name
     from funds.published_fund f left join divisions.published_latest d on d.division = f.division
     where f.division = any ($1::int[]) or (f.division = $2
       and array_position(array['central', 'province', 'city', 'county', 'township'], f.level)
         < array_position(array['central', 'province', 'city', 'county', 'township'], (select level from divisions.published_latest where division = $2)))
     order by array_position(array['central', 'province', 'city', 'county', 'township'], f.level) desc, f.code`,
    [above, division],
  )
  const rows = await tx.query<{
    id: string
    code: string
    name: string
    level: string
    catalogue: string
    registeredFen: string
  }>(
    `select f.id::text, f.code, f.name, f.level, c.name as catalogue, coalesce(m.fen, 0)::text as "registeredFen"
     from funds.fund f join funds.catalogue c on c.id = f.catalogue
     left join (select fund, sum(revenue_fen) as fen from allotments.published_line where division = $1 and fiscal_year = $2 group by 1) m on m.fund = f.id
     where f.division = $1 and f.superior is null and not f.local_only
       and array_position(array['central', 'province', 'city', 'county', 'township'], f.level)
         >= array_position(array['central', 'province', 'city', 'county', 'township'], (select level from divisions.published_latest where division = $1))
     order by coalesce(m.fen, 0) desc, f.code`,
    [division, year],
  )
  const counts = await tx.one<{ mapped: number; local: number }>(
    `select count(*) filter (where superior is not null)::int as mapped, count(*) filter (where local_only)::int as local from funds.fund where division = $1`,
    [division],
  )
  return {
    rows: rows.map(row => {
      const fits = eligible.filter(one => plain(one.name) === plain(row.name))
      return { ...row, proposed: fits.length === 1 ? { id: fits[0]!.id, label: fits[0]!.label } : null }
    }),
    eligible: eligible.map(({ id, label, level }) => ({ id, label, level })),
    mapped: counts.mapped,
    localOnly: counts.local,
  }
}

/** A name without what differs between levels only in writing. */
const plain = (name: string): string => name.replace(/[\s（）()“”"、，,]|^(中央|省级|市级|县级)/g, '')
