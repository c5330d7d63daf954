import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { EditionView, Template } from './contract.ts'
import type { EditionHead, EditionKind } from './edition.ts'

export const mayIssue = async (tx: Tx, issuer: number | null): Promise<boolean> =>
  (await tx.one<{ may: boolean }>('select base.may_issue($1) as may', [issuer])).may

export const editionsLike = (
  tx: Tx,
  of: { issuer: number | null; kind: EditionKind; name: string },
): Promise<{ firstYear: number; content: Buffer; document: string; dated: string }[]> =>
  tx.query<never>(
    `select first_year as "firstYear", content, document_number as document, document_dated::text as dated from base.edition
     where issuer is not distinct from $1 and kind = $2 and (kind in ('chart', 'orders', 'subjects') or name = $3) order by first_year desc, id desc`,
    [of.issuer, of.kind, of.name],
  )

export async function insertEdition(
  tx: Tx,
  one: {
    issuer: number | null
    kind: EditionKind
    name: string
    head: EditionHead
    lines: readonly string[]
    number: string
    content: Buffer
  },
): Promise<number> {
  const { head } = one
  const { id } = await tx.one<{ id: number }>(
    `insert into base.edition (issuer, kind, name, first_year, last_year, document_number, document_title, document_dated, lines, content)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
    [
      one.issuer,
      one.kind,
      one.name,
      head.firstYear,
      head.lastYear,
      one.number,
      head.document.title,
      head.document.dated,
      one.lines.length,
      one.content,
    ],
  )
  return id
}

/**
 * What has been issued to a division: by the ministry, by itself, and by those above it; the latest first. An edition is in force in a year
 * when the year lies in it and no later one of the same issuer, kind and name begins by then; of two that begin in one year the later.
 */
export const editionsFor = (tx: Tx, division: number, year: number): Promise<EditionView[]> =>
  tx.query<never>(
    `select e.id, e.kind, e.name, case when d.division is null then null else jsonb_build_object('code', d.code, 'name', d.name) end as issuer,
       e.first_year as "firstYear", e.last_year as "lastYear",
       jsonb_build_object('number', e.document_number, 'title', e.document_title, 'dated', e.document_dated) as document,
       e.lines, e.issued_at::text as "issuedAt", encode(e.content, 'hex') as digest, coalesce(e.issuer = $1, false) as own,
       $2 >= e.first_year and $2 <= coalesce(e.last_year, 9999) and not exists (select from base.edition n
         where n.issuer is not distinct from e.issuer and n.kind = e.kind and (n.name = e.name or n.kind in ('chart', 'orders', 'subjects'))
           and (n.first_year, n.id) > (e.first_year, e.id) and n.first_year <= $2) as "inForce"
     from base.edition e left join divisions.published_latest d on d.division = e.issuer
     where e.issuer is null or e.issuer = $1 or exists (select from divisions.scope_division s where s.scope = e.issuer and s.division = $1)
     order by e.first_year desc, e.id desc`,
    [division, year],
  )

/** Templates that a division may use in a year: issued to it, and its own. */
export const templatesFor = (tx: Tx, division: number, year: number): Promise<Template[]> =>
  tx.query<never>(
    `select t.id, t.code, t.name, case when d.division is null then null else jsonb_build_object('code', d.code, 'name', d.name) end as owner,
       t.first_year as "firstYear", t.last_year as "lastYear", t.edition is not null as locked, coalesce(t.division = $1, false) as own,
       (select coalesce(jsonb_agg(jsonb_build_object('element', f.element, 'title', f.title, 'required', f.required) order by f.position), '[]')
          from base.template_field f where f.template = t.id) as fields
     from base.template t left join divisions.published_latest d on d.division = t.division
     where (t.division is null or t.division = $1
         or (t.edition is not null and exists (select from divisions.scope_division s where s.scope = t.division and s.division = $1)))
       and $2 >= t.first_year and $2 <= coalesce(t.last_year, 9999)
       and not exists (select from base.template n where n.code = t.code and n.division is not distinct from t.division
         and n.first_year > t.first_year and n.first_year <= $2)
     order by t.edition is null, t.code`,
    [division, year],
  )

export interface TemplateFile {
  code: string
  name: string
  fields: { position: number; element: string; title: string; required: boolean }[]
}

/** Codes of templates that were issued, by whom. */
export const issuedTemplates = (tx: Tx): Promise<{ code: string; division: number | null }[]> =>
  tx.query<never>('select distinct code, division from base.template where edition is not null')

/** Writes templates: an edition's are new beside those before; a division's own of the same code and year is replaced. */
export async function putTemplates(
  tx: Tx,
  of: { division: number | null; edition: number | null; firstYear: number; lastYear: number | null },
  templates: readonly TemplateFile[],
): Promise<void> {
  if (of.edition === null)
    await tx.query(
      'delete from base.template where edition is null and division = $1 and first_year = $2 and code = any ($3)',
      [of.division, of.firstYear, templates.map(one => one.code)],
    )
  for (const template of templates) {
    const { id } = await tx.one<{ id: number }>(
      'insert into base.template (division, code, name, first_year, last_year, edition) values ($1, $2, $3, $4, $5, $6) returning id',
      [of.division, template.code, template.name, of.firstYear, of.lastYear, of.edition],
    )
    await insertRows(
      tx,
      'base.template_field',
      { template: 'int', position: 'smallint', element: 'text', title: 'text', required: 'boolean' },
      template.fields.map(field => ({ template: id, ...field })),
    )
  }
}
