import { PARAMETER_MARK } from './load-catalogue.ts'
import { columnOf } from './parameters.ts'
import type { ParameterType, RowRule, Rule, SetRule } from './rule.ts'

/**
 * Composes what a scan runs. All SQL text comes from files of this repository; every value that anyone may set is bound:
 * $1 the parameters of all divisions, $2 what single divisions set otherwise, both jsonb.
 */

const SQL_TYPES: Record<ParameterType, string> = {
  int: 'int',
  number: 'numeric',
  numbers: 'numeric[]',
  codes: 'text[]',
  level: 'text',
}

/** One row per division in scope, one typed column per parameter: read once, joined by every rule. */
function parameterTable(rules: readonly Rule[]): string {
  const columns = rules.flatMap(rule => [
    `"${columnOf(rule.code, 'active')}" boolean`,
    ...rule.parameters.map(one => `"${columnOf(rule.code, one.name)}" ${SQL_TYPES[one.type]}`),
  ])
  return `parameter as materialized (
  select in_scope.division, own.*
  from divisions.scope_division in_scope
  cross join lateral jsonb_to_record($1::jsonb || coalesce($2::jsonb -> in_scope.division::text, '{}')) as own(${columns.join(', ')})
  where in_scope.scope = platform.scope() and in_scope.division > 0
)`
}

const bind = (rule: Rule, sql: string): string =>
  sql.replace(PARAMETER_MARK, (_, name: string) => `parameter."${columnOf(rule.code, name)}"`)

/**
 * One pass over a subject view for all its rules. Per row only the conditions are computed; amount and evidence are for
 * what rings: a row for which nothing does is passed over before its rules are laid out as rows of their own. Arrays, for their expressions
 * are made ready once a scan; those of VALUES are made ready anew for every row.
 */
export function rowScan(rules: readonly RowRule[]): string {
  const [{ subject } = { subject: '' }] = rules
  const judged = rules.map(rule => {
    const spared = rule.timeliness ? ' and not s.back_entry' : ''
    return `(case when parameter."${columnOf(rule.code, 'active')}"${spared} and (${bind(rule, rule.sql.when)}
) then (${bind(rule, rule.sql.level)}
) end)`
  })
  const each = (part: 'amount' | 'evidence'): string =>
    rules.map(rule => `when '${rule.code}' then (${bind(rule, rule.sql[part])}\n)`).join('\n')
  return `with ${parameterTable(rules)}
select judged.rule, s.division, s.subject as cause, s.fiscal_year, judged.level, s.subject, s.label, s.fund,
  (case judged.rule ${each('amount')} end)::bigint as amount_fen,
  (case judged.rule ${each('evidence')} end)::text as evidence
from rules.subject_${subject} s
join parameter on parameter.division = s.division
cross join lateral unnest(array[${rules.map(rule => `'${rule.code}'`).join(', ')}], array[${judged.join(',\n')}]) as judged(rule, level)
where coalesce(${judged.join(',\n')}) is not null and judged.level is not null`
}

/** A set rule joins `parameter` itself and names its own cause; switched-off divisions are left out here. */
export function setScan(rule: SetRule): string {
  return `with ${parameterTable([rule])}, found as (
${bind(rule, rule.sql.select)}
)
select '${rule.code}' as rule, found.division, found.cause, found.fiscal_year, found.level, found.subject, found.label, found.fund,
  found.amount_fen::bigint as amount_fen, found.evidence::text as evidence
from found join parameter switch on switch.division = found.division
where switch."${columnOf(rule.code, 'active')}" and found.level is not null`
}

export interface Scan {
  rules: readonly Rule[]
  sql: string
}

/** Rules of one pass: more of them are divided, so that two connections have as much to do. */
const FUSED = 4

/** The scans of a run: one per subject view and few rules, one per set rule. */
export function scansOf(rules: readonly Rule[]): Scan[] {
  const bySubject = new Map<string, RowRule[]>()
  for (const rule of rules)
    if (rule.kind === 'row') bySubject.set(rule.subject, [...(bySubject.get(rule.subject) ?? []), rule])
  return [
    ...[...bySubject.values()].flatMap(fused =>
      Array.from({ length: Math.ceil(fused.length / FUSED) }, (_, n) => {
        const few = fused.slice(n * FUSED, (n + 1) * FUSED)
        return { rules: few, sql: rowScan(few) }
      }),
    ),
    ...rules.flatMap(rule => (rule.kind === 'set' ? [{ rules: [rule], sql: setScan(rule) }] : [])),
  ]
}

/** The same rules, each in a scan of its own: how the guilty one is found. */
export const oneByOne = (scan: Scan): Scan[] => scan.rules.flatMap(rule => scansOf([rule]))
