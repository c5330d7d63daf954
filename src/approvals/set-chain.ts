import { POSTS } from '../identity/posts.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ChainBody } from './contract.ts'

/**
 * Sets who signs a form from a day on, by amount; what was in force ends the day before, and submissions that are under way keep the chain
 * that they began with. Refuses `chain-backdated`, `chain-form-unknown`, `chain-post-unknown`, `chain-post-cannot-sign`, `chain-amount-twice`.
 */
export async function setChain(
  { tx, clock, ...context }: Context,
  division: number,
  body: ChainBody,
  forms: readonly { form: string }[],
): Promise<void> {
  if (body.from < clock.today())
    refuse(
      'input',
      'chain-backdated',
      `启用日期 ${body.from} 已过：审批链只能自今日（${clock.today()}）起启用。`,
      `${body.from} has passed: a chain begins today (${clock.today()}) or later.`,
      { field: 'from', value: body.from },
    )
  if (!forms.some(one => one.form === body.form))
    refuse(
      'input',
      'chain-form-unknown',
      `没有“${body.form}”这种业务：请从列表中选择。`,
      `There is no form “${body.form}”: choose one of the list.`,
      { field: 'form', value: body.form },
    )
  const seen = new Set<string>()
  for (const [row, { fromFen, steps }] of body.chains.entries()) {
    const amount = String(BigInt(fromFen))
    if (seen.has(amount))
      refuse(
        'input',
        'chain-amount-twice',
        `第 ${row + 1} 条链的起始金额与前面重复：每档金额只设一条。`,
        `Chain ${row + 1} begins at the amount of another one: one chain for each amount.`,
        { row: row + 1, field: 'fromFen', value: fromFen },
      )
    seen.add(amount)
    for (const post of steps.flatMap(step => step.posts)) {
      if (!POSTS[post])
        refuse(
          'input',
          'chain-post-unknown',
          `没有岗位“${post}”：请从列表中选择。`,
          `There is no post “${post}”: choose one of the list.`,
          { row: row + 1, field: 'posts', value: post },
        )
      if (!POSTS[post].permissions.includes('approvals.sign'))
        refuse(
          'input',
          'chain-post-cannot-sign',
          `岗位“${POSTS[post].zh}”不能审批：请选其他岗位。`,
          `The post “${POSTS[post].en}” signs nothing: choose another.`,
          { row: row + 1, field: 'posts', value: post },
        )
    }
  }
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, $2))', [`chain ${body.form}`, division])
  const coming = [division, body.form, body.from]
  const before = await tx.query<{ fromFen: string; from: string; steps: unknown }>(
    `select c.from_fen::text as "fromFen", lower(c.valid)::text as from, (select jsonb_agg(jsonb_build_object('title', s.title, 'posts', s.posts) order by s.step)
       from approvals.chain_step s where s.division = c.division and s.chain = c.id) as steps
     from approvals.chain c where c.division = $1 and c.form = $2 and (upper(c.valid) is null or upper(c.valid) > $3::date) order by lower(c.valid), c.from_fen`,
    coming,
  )
  await tx.query(
    `delete from approvals.chain_step s using approvals.chain c where c.division = $1 and c.form = $2 and lower(c.valid) >= $3::date
       and s.division = c.division and s.chain = c.id and not exists (select from approvals.submission u where u.division = c.division and u.chain = c.id)`,
    coming,
  )
  await tx.query(
    `delete from approvals.chain c where c.division = $1 and c.form = $2 and lower(c.valid) >= $3::date
       and not exists (select from approvals.submission u where u.division = c.division and u.chain = c.id)`,
    coming,
  )
  // One that began this very day and has been used cannot be undone today.
  if (
    await tx.maybe(
      `select from approvals.chain where division = $1 and form = $2 and lower(valid) >= $3::date limit 1`,
      coming,
    )
  )
    refuse(
      'conflict',
      'chain-in-use',
      `自 ${body.from} 启用的审批链已有送审件：请改自次日起。`,
      `The chain in force since ${body.from} is in use already: let the new one begin a day later.`,
      { field: 'from', value: body.from },
    )
  await tx.query(
    `update approvals.chain set valid = daterange(lower(valid), $3::date) where division = $1 and form = $2 and (upper(valid) is null or upper(valid) > $3::date)`,
    coming,
  )
  for (const { fromFen, steps } of body.chains) {
    const { id } = await tx.one<{ id: bigint }>(
      `insert into approvals.chain (division, form, from_fen, valid, reason) values ($1, $2, $3, daterange($4::date, null), $5) returning id`,
      [division, body.form, fromFen, body.from, body.reason.trim()],
    )
    await tx.query(
      `insert into approvals.chain_step (division, chain, step, title, posts)
       select $1, $2, n, s->>'title', array(select jsonb_array_elements_text(s->'posts')) from jsonb_array_elements($3::jsonb) with ordinality as e(s, n)`,
      [division, id, JSON.stringify(steps)],
    )
  }
  await context.audit({
    division,
    action: body.chains.length > 0 ? 'approval-chain-set' : 'approval-chain-ended',
    subject: body.form,
    detail: { from: body.from, reason: body.reason.trim() },
    before: { chains: before },
    after: { chains: body.chains },
  })
}
