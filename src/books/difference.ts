import { yuan } from '../kernel/money.ts'
import { refuse, type Sentence } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { AccountName, Change, ViewDifference } from './contract.ts'
import { accountsOf, movedOf } from './store.ts'

const CHANGES_SHOWN = 500

type Found = Omit<Change, 'said' | 'effects'> & { effects: { account: number; fen: number | string }[] }

/**
 * What changed in a division's year between two moments of knowledge, in words and figures: which documents were added or corrected, by
 * whom, and what each did to each account. `until` null: everything posted so far. Refuses `moments-reversed`.
 */
export async function difference(
  tx: Tx,
  division: number,
  year: number,
  asked: { from: string | null; to: string | null; known: string; until: string | null },
  options: { whole?: boolean } = {},
): Promise<ViewDifference> {
  const { reversed } = await tx.one<{ reversed: boolean }>('select coalesce($1::timestamptz > $2, false) as reversed', [
    asked.known,
    asked.until,
  ])
  if (reversed)
    refuse(
      'input',
      'moments-reversed',
      '第一个时点晚于第二个：请对调。',
      'The first moment is later than the second: swap them.',
      { field: 'known', value: asked.known },
    )
  const period = { from: asked.from, to: asked.to }
  const accounts = await accountsOf(tx, year)
  const at = async (known: string | null) =>
    new Map(
      (await movedOf(tx, [division], year, { ...period, known }, ['account'])).map(row => [
        row.account,
        row.debit - row.credit,
      ]),
    )
  const before = await at(asked.known)
  const after = await at(asked.until)
  const figures = accounts.flatMap(account => {
    const sign = account.side === 'D' ? 1n : -1n
    const [was, is] = [sign * (before.get(account.code) ?? 0n), sign * (after.get(account.code) ?? 0n)]
    return was === 0n && is === 0n
      ? []
      : [{ account: account.code, beforeFen: String(was), afterFen: String(is), changeFen: String(is - was) }]
  })
  const found = await tx.query<Found & Record<string, unknown>>(CHANGES, [
    division,
    year,
    asked.from,
    asked.to,
    asked.known,
    asked.until,
    options.whole ? null : CHANGES_SHOWN + 1,
  ])
  const listed = options.whole ? found : found.slice(0, CHANGES_SHOWN)
  return {
    accounts,
    figures,
    changes: listed.map(one => {
      const change = { ...one, effects: one.effects.map(({ account, fen }) => ({ account, fen: String(fen) })) }
      return { ...change, said: sentenceOf(change, accounts) }
    }),
    whole: found.length === listed.length,
  }
}

const CHANGES = `
  with new as (
    select k.batch, k.sealed_at from books.known_batch k
      where k.division = $1 and k.fiscal_year = $2 and k.sealed_at > $5 and k.sealed_at <= coalesce($6::timestamptz, 'infinity')
        and k.effective_on >= coalesce($3::date, '-infinity') and k.effective_on <= coalesce($4::date, 'infinity')
    union all
    select b.id, null from ledger.published_unsealed u join ledger.published_batch b on b.division = u.division and b.id = u.batch
      where $6::timestamptz is null and u.division = $1 and b.fiscal_year = $2
        and b.effective_on >= coalesce($3::date, '-infinity') and b.effective_on <= coalesce($4::date, 'infinity')
  ), change as (
    select row_number() over (order by min(b.id)) as n, b.document, b.form, b.actor, b.effective_on, min(n.sealed_at) as known_at,
      sum(b.entries)::int as entries, array_agg(b.id) as batches
    from new n join ledger.published_batch b on b.division = $1 and b.id = n.batch
    group by b.document, b.form, b.actor, b.effective_on order by 1 limit $7
  )
  select case when d.id is not null then jsonb_build_object('number', d.number, 'title', d.title) end as document, c.form,
    jsonb_build_object('zh', f.name, 'en', f.english) as "formName", case when c.actor = 0 then '' else coalesce(p.name, '#' || c.actor) end as actor,
    c.effective_on as "effectiveOn", c.known_at as "knownAt", c.entries, x.effects
  from change c
  join ledger.published_form f on f.code = c.form
  left join ledger.published_document d on d.division = $1 and d.id = c.document
  left join identity.published_person p on p.id = c.actor
  cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('account', account, 'fen', fen::text) order by account) filter (where fen <> 0), '[]') as effects from (
      select s.account, sum(case a.side when 'D' then s.fen else -s.fen end) as fen
      from unnest(c.batches) u(batch) join ledger.published_entry_alone e on e.division = $1 and e.batch = u.batch
      cross join lateral (values (e.debit, e.amount_fen), (e.credit, -e.amount_fen)) s(account, fen)
      join ledger.account a on a.code = s.account group by 1) s) x
  order by c.n`

function sentenceOf(change: Omit<Change, 'said'>, accounts: readonly AccountName[]): Sentence {
  const signed = (fen: string) => `${fen.startsWith('-') ? '' : '+'}${yuan(BigInt(fen))}`
  const name = (code: number) => accounts.find(account => account.code === code)
  const { document, entries } = change
  const zh = change.effects.map(one => `${name(one.account)?.zh ?? one.account} ${signed(one.fen)}`).join('，')
  const en = change.effects.map(one => `${name(one.account)?.en ?? one.account} ${signed(one.fen)}`).join(', ')
  return {
    zh: `${change.actor || '系统'}${document ? `以${document.number}《${document.title}》` : ''}登记“${change.formName.zh}”，业务日期 ${change.effectiveOn}，${entries} 条分录：${zh || '各科目净额不变'}${zh ? '（元）' : ''}。`,
    en: `${change.actor || 'The system'} registered “${change.formName.en}”${document ? ` by ${document.number}, ${document.title}` : ''}, effective ${change.effectiveOn}, ${entries} ${entries === 1 ? 'entry' : 'entries'}: ${en || 'no account changed in sum'}${en ? ' (yuan)' : ''}.`,
  }
}
