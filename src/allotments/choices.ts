import { storedNumber } from '../kernel/document-number.ts'
import { groupBy } from '../kernel/group-by.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { TAKES } from './allotment.ts'
import type { Choice, ChoicesAnswer, Resolution } from './answers.ts'
import type { ChoiceKind } from './contract.ts'

/** The most that one look at a list gives; who needs another types on. Small lists come whole, so that pinyin finds in them too. */
const SHOWN = { source: 60, transfer: 200, project: 300, other: 1000 } as const
/** How many likely ones are offered for a text that is nobody's exact name, and for how many texts. */
const NEAR = 8
const NEAR_TEXTS = 200

export interface ChoiceContext {
  division: number
  year: number
  /** The form that the choice is for: source lines are those that it may take from. */
  form: string | null
}

interface Base {
  /** A select of id, code, name, also (another exact key), about, left_fen, place (what to order by). */
  sql: string
  values: unknown[]
}

/** Which lines each form takes from, and the accounts (SQL) on which that money stands. */
const TAKEN: Record<string, { from: readonly string[]; accounts: string; only?: string }> = {
  ...Object.fromEntries(
    Object.entries(TAKES).flatMap(([form, takes]) =>
      takes ? [[form, { from: takes.from, accounts: String(takes.account) }]] : [],
    ),
  ),
  cut: {
    from: ['register', 'add', 'assign'],
    accounts: `case when a.form = 'assign' then 5001 else 1001 end`,
    only: `(a.form <> 'assign' or exists (select from allotments.allotment s where s.division = a.division and s.id = a.source and s.form in ('register', 'add')))`,
  },
  withdraw: { from: ['refine'], accounts: '500201, 5101' },
  virement: { from: ['refine'], accounts: '500201, 5101' },
}

const subjects =
  (kind: string) =>
  (of: ChoiceContext): Base => ({
    // The list of the year, or the last one before it.
    sql: `select code as id, code, name, null as also, null as about, null::bigint as left_fen, code as place from funds.published_subject
    where kind = $1 and fiscal_year = (select max(fiscal_year) from funds.published_subject where kind = $1 and fiscal_year <= $2)`,
    values: [kind, of.year],
  })

const units =
  (unit: 'agency' | 'office') =>
  (of: ChoiceContext): Base => ({
    sql: `select id::text, code, name, null as also, null as about, null::bigint as left_fen, code as place
    from divisions.published_${unit} where division = $1`,
    values: [of.division],
  })

const BASES: Record<ChoiceKind, (of: ChoiceContext) => Base> = {
  agency: units('agency'),
  office: units('office'),
  functionSubject: subjects('function'),
  economicSubject: subjects('government-economic'),
  division: of => ({
    sql: `select code as id, code, name, case when code like '%000' then left(code, 6) end as also, null as about, null::bigint as left_fen, code as place
      from divisions.published_division where administrative_parent = $1 or fiscal_parent = $1`,
    values: [of.division],
  }),
  // The secret ones are not for choosing: their detail is refused.
  fund: of => ({
    sql: `select f.id::text, f.code, f.name, null as also, d.name as about, null::bigint as left_fen,
        array_position(array['central', 'province', 'city', 'county', 'township'], f.level) || f.code as place
      from funds.published_fund f left join divisions.published_division d on d.division = f.division
      where not f.secret and (f.ended_from is null or f.ended_from > $2) and (f.division = $1 or f.division in (
        select scope from divisions.scope_division where division = $1 and scope <> 0))`,
    values: [of.division, of.year],
  }),
  project: of => ({
    sql: `select p.id::text, p.code, p.name, null as also, g.name as about, null::bigint as left_fen, p.code as place
      from projects.published_project p left join divisions.published_agency g on g.division = p.division and g.id = p.agency
      where p.division = $1 and $2 between p.first_year and p.last_year`,
    values: [of.division, of.year],
  }),
  transfer: of => ({
    sql: `select t.id::text, t.document_number as code, f.name, t.external_id as also,
        concat_ws(' · ', s.name, nullif(t.document_title, '')) as about, t.in_transit_fen as left_fen, to_char(t.document_dated, 'J') || lpad(t.id::text, 19, '0') as place
      from ledger.published_transfer t join funds.published_fund f on f.id = t.fund
      left join divisions.published_division s on s.division = t.sender
      where t.division = $1 and t.fiscal_year = $2 and t.in_transit_fen > 0`,
    values: [of.division, of.year],
  }),
  source: of => {
    const form = of.form ?? ''
    // A form may be called as an object's own properties are (`constructor`).
    const taken = (Object.hasOwn(TAKEN, form) ? TAKEN[form] : undefined) ?? { from: [], accounts: '0' }
    return {
      sql: `select a.id::text, d.number as code, f.name, a.external_id as also,
          concat_ws(' · ', g.name, p.name, coalesce(nullif(a.note, ''), nullif(d.title, ''))) as about, b.left_fen, lpad(a.id::text, 19, '0') as place
        from allotments.allotment a
        join ledger.published_document d on d.division = a.division and d.id = a.document
        join funds.published_fund f on f.id = a.fund
        left join divisions.published_agency g on g.division = a.division and g.id = a.agency
        left join projects.published_project p on p.division = a.division and p.id = a.project
        join lateral (select coalesce(sum(b.balance_fen), 0)::bigint as left_fen from ledger.published_balance b
          where b.division = a.division and b.allotment = a.id and b.account in (${taken.accounts})) b on b.left_fen > 0
        where a.fiscal_year = $2 and a.division = $1 and a.form = any ($3)${taken.only ? ` and ${taken.only}` : ''}`,
      values: [of.division, of.year, taken.from],
    }
  },
}

const SHAPE = `id, code, name, about, left_fen::text as "leftFen"`

/**
 * What a form may choose from: found by any part of number, name, or what stands beside it; lines and transfers latest first, only those
 * with something left. `more` says that there are others: narrower words find them. `only` names one by its id.
 */
export async function listChoices(
  tx: Tx,
  kind: ChoiceKind,
  of: ChoiceContext & { q?: string | undefined; only?: string | undefined },
): Promise<ChoicesAnswer> {
  const { sql, values } = BASES[kind](of)
  const limit = kind in SHOWN ? SHOWN[kind as keyof typeof SHOWN] : SHOWN.other
  const at = values.length
  // Every word must be found somewhere, in any order.
  const words = (of.q ?? '').trim().split(/\s+/).filter(Boolean).slice(0, 6)
  const found = words.map(
    (_, index) =>
      `and (code ilike $${at + 2 + index} or name ilike $${at + 2 + index} or about ilike $${at + 2 + index})`,
  )
  const rows = await tx.query<Choice & Record<string, unknown>>(
    `select ${SHAPE} from (${sql}) c where ($${at + 1}::text is null or id = $${at + 1}) ${found.join(' ')}
     order by place${kind === 'source' || kind === 'transfer' ? ' desc' : ''} limit ${limit + 1}`,
    [...values, of.only ?? null, ...words.map(likeOf)],
  )
  return { rows: rows.slice(0, limit), more: rows.length > limit }
}

const likeOf = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** Blanks and the dash between code and name carry nothing: `101001 水利局` is `101001-水利局`. */
const bare = (text: string): string => text.replace(/[\s\u3000]+|(?<=\d)[-_—－:：](?=\D)/g, '')

/**
 * Looks many texts up at once, as people paste them: a code, a name, or both together. One that is exactly somebody's is `one`; several
 * of the same name are offered, and where nobody is called so, those that are called nearly so.
 */
export async function resolveChoices(
  tx: Tx,
  kind: ChoiceKind,
  of: ChoiceContext,
  texts: readonly string[],
): Promise<Resolution[]> {
  const { sql, values } = BASES[kind](of)
  const numbered = kind === 'source' || kind === 'transfer'
  const asked = new Map([...new Set(texts)].map(text => [text, numbered ? storedNumber(text) : bare(text)]))
  const keys = [...new Set(asked.values())].filter(key => key !== '')
  const at = values.length + 1
  const exact = await tx.query<Choice & { key: string }>(
    `select distinct on (k.key, c.place) k.key, ${SHAPE} from (${sql}) c
     cross join lateral (values (c.code), (c.also), (regexp_replace(c.name, '\\s', '', 'g')), (c.code || regexp_replace(c.name, '\\s', '', 'g'))) as k(key)
     where k.key = any ($${at}::text[]) order by k.key, c.place`,
    [...values, keys],
  )
  const known = new Set(exact.map(row => row.key))
  const near = await tx.query<Choice & { key: string }>(
    `with c as materialized (${sql})
     select a.key, n.* from unnest($${at}::text[]) as a(key) cross join lateral (
       select ${SHAPE} from c where strpos(c.name, a.key) > 0 or strpos(c.code, a.key) > 0 or (length(c.name) > 1 and strpos(a.key, c.name) > 0)
       order by abs(length(c.name) - length(a.key)), c.place limit ${NEAR}) n`,
    [...values, keys.filter(key => !known.has(key)).slice(0, NEAR_TEXTS)],
  )
  const same = groupBy(exact, row => row.key)
  const like = groupBy(near, row => row.key)
  return [...asked].map(([text, key]): Resolution => {
    const [found, likely] = [same.get(key), like.get(key)]
    if (found) return { text, match: found.length === 1 ? 'one' : 'several', choices: found.slice(0, 50).map(shown) }
    return { text, match: likely ? 'near' : 'none', choices: (likely ?? []).map(shown) }
  })
}

const shown = ({ id, code, name, about, leftFen }: Choice): Choice => ({ id, code, name, about, leftFen })
