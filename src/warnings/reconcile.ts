import type { Tx } from '../platform/database/transaction.ts'
import type { Rule } from '../rules/rule.ts'

/**
 * Compares what a run found with what is known, in three statements over all divisions:
 *
 * - found and not known, or known to have ended and gone away since: a new warning, of the next episode;
 * - found and lit: the lamp may rise, never fall; evidence and amount are brought up to date;
 * - lit and not found: a bell goes out by itself; a yellow or red lamp stays lit until a person handles it, and the log says
 *   that the cause is gone (DOMAIN §3: a suspicion is verified, a violation corrected, neither by the passage of time).
 *
 * What a person has ended (normal, corrected) does not ring again while the same cause lasts, unless the lamp is graver
 * than the one that was judged. Rules that were not run to their end touch nothing.
 */

export interface Reconciled {
  raised: number
  out: number
  /** Lamps that grew graver. */
  risen: number
  /** Yellow and red lamps whose cause was not found any more. */
  causeGone: number
}

const RANK = (level: string): string => `array_position(array['bell', 'yellow', 'red'], ${level})`

/** One finding per cause: should a rule name one twice, the gravest counts. */
const FOUND = `found as materialized (
  select distinct on (division, rule, cause) * from warnings.finding
  where run = $1 order by division, rule, cause, ${RANK('level')} desc, amount_fen desc nulls last
)`

/** $1 run, $2 jsonb: per rule the figures that move by themselves, whose change is no event. */
const UPDATE = `with ${FOUND}, moving as materialized (
  select key as rule, array(select jsonb_array_elements_text(value)) as figures from jsonb_each($2::jsonb)
), changed as materialized (
  select w.division, w.id, f.evidence, f.amount_fen, f.fund, f.label, f.fiscal_year,
    case when w.status = 'open' and ${RANK('f.level')} > ${RANK('w.level')} then f.level else w.level end as level,
    w.status = 'open' and ${RANK('f.level')} > ${RANK('w.level')} as risen,
    w.gone_on is not null as back,
    f.evidence - m.figures is distinct from w.evidence - m.figures as told
  from found f
  join warnings.warning w on w.division = f.division and w.rule = f.rule and w.cause = f.cause and w.status in ('open', 'violation')
  join moving m on m.rule = f.rule
  where (w.evidence, w.amount_fen, w.label) is distinct from (f.evidence, f.amount_fen, f.label) or w.gone_on is not null
    or w.status = 'open' and ${RANK('f.level')} > ${RANK('w.level')}
), written as (
  update warnings.warning w set level = c.level, evidence = c.evidence, amount_fen = c.amount_fen, fund = c.fund, label = c.label,
    fiscal_year = c.fiscal_year, gone_on = null
  from changed c where w.division = c.division and w.id = c.id
), news as (
  select c.division, c.id, 1 as turn, 'cause-back' as kind, c.level, c.evidence from changed c where c.back
  union all select c.division, c.id, 2, 'level', c.level, c.evidence from changed c where c.risen
  union all select c.division, c.id, 3, 'evidence', c.level, c.evidence from changed c where c.told and not c.risen
), logged as (
  insert into warnings.event (division, warning, no, kind, level, evidence)
  select n.division, n.id,
    (select max(e.no) from warnings.event e where e.division = n.division and e.warning = n.id)
      + row_number() over (partition by n.division, n.id order by n.turn),
    n.kind, n.level, n.evidence
  from news n
)
select count(*) filter (where risen)::int as risen from changed`

/** $1 run, $2 day. */
const RAISE = `with ${FOUND}, latest as (
  select distinct on (w.division, w.rule, w.cause) w.division, w.rule, w.cause, w.episode, w.status, w.level, w.gone_on
  from warnings.warning w where w.rule in (select rule from found)
  order by w.division, w.rule, w.cause, w.episode desc
), raised as (
  insert into warnings.warning (division, rule, cause, episode, fiscal_year, level, status, subject_kind, subject, label, fund, amount_fen, evidence, raised_on)
  select f.division, f.rule, f.cause, coalesce(l.episode, 0) + 1, f.fiscal_year, f.level, 'open', f.subject_kind, f.subject, f.label, f.fund,
    f.amount_fen, f.evidence, $2
  from found f left join latest l on l.division = f.division and l.rule = f.rule and l.cause = f.cause
  where l.episode is null
    or l.status in ('out', 'normal', 'corrected') and (l.gone_on is not null or ${RANK('f.level')} > ${RANK('l.level')})
  returning division, id, level, evidence
), logged as (
  insert into warnings.event (division, warning, no, kind, level, evidence) select division, id, 1, 'raised', level, evidence from raised
)
select count(*)::int as raised from raised`

/** $1 run, $2 day, $3 the rules that were run to their end. */
const GONE = `with gone as materialized (
  select w.division, w.id, w.level, w.status from warnings.warning w
  where w.rule = any($3) and w.gone_on is null
    and not exists (select from warnings.finding f where f.run = $1 and f.division = w.division and f.rule = w.rule and f.cause = w.cause)
), written as (
  update warnings.warning w set gone_on = $2,
    status = case when g.status = 'open' and g.level = 'bell' then 'out' else w.status end,
    ended_on = case when g.status = 'open' and g.level = 'bell' then $2 else w.ended_on end
  from gone g where w.division = g.division and w.id = g.id
), logged as (
  insert into warnings.event (division, warning, no, kind, level)
  select g.division, g.id, (select max(e.no) + 1 from warnings.event e where e.division = g.division and e.warning = g.id),
    case when g.status = 'open' and g.level = 'bell' then 'out' else 'cause-gone' end, g.level
  from gone g where g.status in ('open', 'violation')
)
select count(*) filter (where status = 'open' and level = 'bell')::int as out,
  count(*) filter (where status = 'violation' or status = 'open' and level <> 'bell')::int as "causeGone" from gone`

/**
 * Brings the warnings in line with the findings of a run and empties the staging table of them.
 * @param ran the rules that were run to their end; the warnings of others are left alone
 */
export async function reconcile(tx: Tx, run: bigint, asOf: string, ran: readonly Rule[]): Promise<Reconciled> {
  const moving = Object.fromEntries(
    ran.map(rule => [
      rule.code,
      Object.entries(rule.figures).flatMap(([name, figure]) => (figure.moves ? [name] : [])),
    ]),
  )
  const { risen } = await tx.one<{ risen: number }>(UPDATE, [run, JSON.stringify(moving)])
  const { raised } = await tx.one<{ raised: number }>(RAISE, [run, asOf])
  const { out, causeGone } = await tx.one<{ out: number; causeGone: number }>(GONE, [
    run,
    asOf,
    ran.map(rule => rule.code),
  ])
  await tx.query('delete from warnings.finding where run = $1', [run])
  return { raised, out, risen, causeGone }
}
