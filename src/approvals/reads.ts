import { POSTS } from '../identity/posts.ts'
import { holdingsOf } from '../identity/store.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { RouteBook } from '../platform/http/define-route.ts'
import type {
  ApprovalWork,
  Chain,
  Colleague,
  Delegation,
  Handover,
  HandoverBrief,
  SubmissionBrief,
  SubmissionPage,
} from './contract.ts'
import { HANDOVER_ROLES } from './contract.ts'
import { namesIn } from './named.ts'
import { signingPosts } from './sign.ts'
import { signing } from './status.ts'
import { type SubmissionRow, signaturesOf, stepsOf } from './store.ts'
import type { Content } from './submission.ts'

const PAGE = 50

const BRIEF = `s.id::text as id, s.form, s.amount_fen::text as "amountFen", m.name as maker, f.name as "makerFor", s.state, s.round, s.step,
  (select count(*)::int from approvals.chain_step c where c.division = s.division and c.chain = s.chain) as steps,
  (select c.title from approvals.chain_step c where c.division = s.division and c.chain = s.chain and c.step = s.step) as "stepTitle",
  s.made_on::text as "madeOn"`
const FROM = `from approvals.submission s join identity.account m on m.id = s.maker
  left join identity.account f on f.id = s.maker_for and s.maker_for <> s.maker`

// The same as `signing` in status.ts, over a list: the page of each asks that again.
const WAITS_FOR = `s.state = 'waiting' and $2::bigint not in (s.maker, s.maker_for)
  and not exists (select from approvals.signature g where g.division = s.division and g.submission = s.id and g.round = s.round and $2 in (g.signer, g.signs_for))
  and exists (select from approvals.chain_step c
    join unnest($3::text[], $4::bigint[], $5::int[], $6::int[], $7::int[]) as p(post, stands_for, office, fund, agency) on p.post = any (c.posts)
    where c.division = s.division and c.chain = s.chain and c.step = s.step
      and (p.office is null or p.office = s.office) and (p.fund is null or p.fund = s.fund) and (p.agency is null or p.agency = s.agency)
      and (p.stands_for is null or (p.stands_for not in (s.maker, s.maker_for) and not exists (select from approvals.signature g
        where g.division = s.division and g.submission = s.id and g.round = s.round and p.stands_for in (g.signer, g.signs_for)))))`

async function postsHere({ tx, actor }: Context, division: number): Promise<unknown[]> {
  const held = (await holdingsOf(tx, BigInt(actor.id), division)).filter(one => one.covers)
  return [
    held.map(one => one.post),
    held.map(one => one.standsFor ?? null),
    held.map(one => one.office),
    held.map(one => one.fund),
    held.map(one => one.agency),
  ]
}

const titled = (book: RouteBook, form: string) =>
  book.forms.find(one => one.form === form)?.title ?? { zh: form, en: form }

export async function listSubmissions(
  context: Context,
  division: number,
  query: { show?: string | undefined; state?: string | undefined; after?: string | undefined },
  book: RouteBook,
): Promise<{ rows: SubmissionBrief[]; next: string | null }> {
  const show = query.show ?? 'all'
  const rows = await context.tx.query<SubmissionBrief & { id: string }>(
    `select ${BRIEF} ${FROM} where s.division = $1 and ($8::text is null or s.state = $8) and ($9::bigint is null or s.id < $9)
       and case $10 when 'mine' then s.maker = $2 when 'sign' then ${WAITS_FOR} else true end
     order by s.id desc limit ${PAGE + 1}`,
    [
      division,
      context.actor.id,
      ...(await postsHere(context, division)),
      query.state ?? null,
      query.after ?? null,
      show,
    ],
  )
  const page = rows.slice(0, PAGE).map(row => ({ ...row, title: titled(book, row.form) }))
  return { rows: page, next: rows.length > PAGE ? page.at(-1)!.id : null }
}

/** What waits for the reader's own hand in a division: by their posts, and those that they stand in for. */
export async function approvalWork(context: Context, division: number): Promise<ApprovalWork> {
  return context.tx.one<never>(
    `select (select count(*)::int from approvals.submission s where s.division = $1 and ${WAITS_FOR}) as "toSign",
       (select count(*)::int from approvals.submission s where s.division = $1 and s.maker = $2 and s.state = 'returned') as returned,
       (select count(*)::int from approvals.handover h where h.division = $1 and h.state = 'open' and $2 in (h.giver, h.taker, h.witness)
          and not exists (select from approvals.handover_signature g where g.division = h.division and g.handover = h.id and g.signer = $2)) as handovers`,
    [division, context.actor.id, ...(await postsHere(context, division))],
  )
}

export async function submissionPage(
  context: Context,
  division: number,
  id: string,
  book: RouteBook,
): Promise<SubmissionPage> {
  const { tx, actor } = context
  const row = await tx.maybe<
    SubmissionBrief &
      Omit<SubmissionRow, 'id' | 'state' | 'digest' | 'content'> & {
        content: string
        digest: string
        look: Record<string, unknown>
        faults: SubmissionPage['faults']
        batch: string | null
        makerId: string
        makerForId: string
      }
  >(
    `select ${BRIEF}, s.route, s.path, s.content, encode(s.digest, 'hex') as digest, s.file_name, s.look, s.faults, s.batch::text as batch, s.chain, s.office,
       s.fund, s.agency, s.division, s.maker::text as "makerId", s.maker_for::text as "makerForId"
     ${FROM} where s.division = $1 and s.id = $2`,
    [division, id],
  )
  if (!row)
    refuse('missing', 'submission-missing', `没有送审件 ${id}。`, `There is no submission ${id}.`, { value: id })
  const chain = await stepsOf(tx, division, row.chain)
  const signed = (await signaturesOf(tx, division, BigInt(id))).filter(one => one.round === row.round)
  const verdict = signing(
    {
      state: row.state,
      maker: row.makerId,
      makerFor: row.makerForId,
      posts: chain.find(one => one.step === row.step)?.posts ?? [],
      signed: signed.map(one => ({ signer: String(one.signer), signsFor: String(one.signs_for) })),
    },
    String(actor.id),
    await signingPosts(context, row),
  )
  const signatures = await tx.query<SubmissionPage['signatures'][number]>(
    `select g.round, g.step, a.name as signer, f.name as "signsFor", g.agreed, g.opinion, g.signed_on::text as "signedOn" from approvals.signature g
     join identity.account a on a.id = g.signer left join identity.account f on f.id = g.signs_for and g.signs_for <> g.signer
     where g.division = $1 and g.submission = $2 order by g.round, g.step`,
    [division, id],
  )
  const events = await tx.query<SubmissionPage['events'][number]>(
    `select e.no, e.kind, a.name, f.name as "standsFor", e.note, e.recorded_at as at from approvals.event e
     left join identity.account a on a.id = e.actor left join identity.account f on f.id = e.stands_for
     where e.division = $1 and e.submission = $2 order by e.no`,
    [division, id],
  )
  const standsFor = 'with' in verdict ? verdict.with.standsFor : null
  const holder =
    standsFor === null
      ? null
      : ((await tx.maybe<{ name: string }>('select name from identity.account where id = $1', [standsFor]))?.name ??
        null)
  const { query, body } = JSON.parse(row.content) as Content
  const { id: number, form, amountFen, maker, makerFor, state, round, step, steps, stepTitle, madeOn } = row
  return {
    ...{ id: number, form, amountFen, maker, makerFor, state, round, step, steps, stepTitle, madeOn },
    title: titled(book, form),
    method: row.route.split(' ')[0] ?? 'POST',
    path: row.path,
    isMine: Number(row.makerId) === actor.id,
    fileName: row.file_name,
    content: { query, body },
    names: await namesIn(tx, division, body),
    digest: row.digest,
    look: row.look,
    faults: row.faults,
    batch: row.batch,
    chain,
    signatures,
    events,
    ...('with' in verdict ? { signsFor: holder, why: null } : { why: verdict.why }),
  }
}

export const listChains = (context: Context, division: number): Promise<Chain[]> =>
  context.tx.query<never>(
    `select c.id::text as id, c.form, c.from_fen::text as "fromFen", lower(c.valid)::text as from, (upper(c.valid) - 1)::text as until, c.reason,
       coalesce(a.name, '系统') as "setBy",
       (select jsonb_agg(jsonb_build_object('step', s.step, 'title', s.title, 'posts', s.posts) order by s.step) from approvals.chain_step s
         where s.division = c.division and s.chain = c.id) as steps
     from approvals.chain c left join identity.account a on a.id = c.actor
     where c.division = $1 order by (upper(c.valid) is null or upper(c.valid) > platform.today()) desc, c.form, lower(c.valid) desc, c.from_fen`,
    [division],
  )

/** Who signed what a document or its batches came from. */
export const signedFor = (context: Context, division: number, document: string) =>
  context.tx.query<never>(
    `select submission::text as submission, batch::text as batch, form, maker, step, title, signer, signs_for as "signsFor", opinion, signed_on::text as "signedOn"
     from approvals.published_signed where division = $1 and document = $2 order by submission, step limit 200`,
    [division, document],
  )

export const listDelegations = (context: Context, division: number): Promise<Delegation[]> =>
  context.tx.query<never>(
    `select d.id::text as id, h.post, a.name as holder, b.name as delegate, lower(d.valid)::text as from, (upper(d.valid) - 1)::text as until, d.reason,
       coalesce(c.name, '系统') as "arrangedBy", $2::bigint in (d.holder, d.delegate) as "isMine",
       case when d.ended_at is not null then 'ended' when upper(d.valid) <= platform.today() or h.ended_at is not null then 'over'
         when lower(d.valid) > platform.today() then 'to-come' else 'in-force' end as state
     from approvals.delegation d join identity.holding h on h.id = d.holding join identity.account a on a.id = d.holder
     join identity.account b on b.id = d.delegate left join identity.account c on c.id = d.arranged_by
     where d.division = $1 order by d.id desc limit 200`,
    [division, context.actor.id],
  )

/** People with posts of business that reach a division, with the posts that they hold in it itself. */
export async function colleagues({ tx }: Context, division: number): Promise<Colleague[]> {
  const rows = await tx.query<{ account: string; name: string; id: string; post: string; own: boolean }>(
    `select h.account::text as account, h.name, h.id::text as id, h.post, h.division = $1 as own from identity.published_holding h
     where h.kind = 'business' and h.ended_at is null and h.valid @> platform.today()
       and exists (select from divisions.scope_division s where s.scope = h.division and s.division = $1) order by h.name, h.account, h.id limit 2000`,
    [division],
  )
  const people = new Map<string, Colleague>()
  for (const { account, name, id, post, own } of rows) {
    const known = people.get(account) ?? { account, name, holdings: [] }
    if (own && POSTS[post]) known.holdings.push({ id, post })
    people.set(account, known)
  }
  return [...people.values()]
}

const HANDOVER = `h.id::text as id, g.name as giver, t.name as taker, w.name as witness, h.state, h.made_on::text as "madeOn", h.done_on::text as "doneOn",
  (select count(*)::int from approvals.handover_signature s where s.division = h.division and s.handover = h.id) as signed`
const HANDOVERS = `from approvals.handover h join identity.account g on g.id = h.giver join identity.account t on t.id = h.taker join identity.account w on w.id = h.witness`

export const listHandovers = (context: Context, division: number): Promise<HandoverBrief[]> =>
  context.tx.query<never>(
    `select ${HANDOVER}, jsonb_array_length(h.items) as items ${HANDOVERS} where h.division = $1 order by h.id desc limit 200`,
    [division],
  )

export async function handoverPage({ tx, actor }: Context, division: number, id: string): Promise<Handover> {
  const row = await tx.maybe<Handover & { people: Record<string, string> }>(
    `select ${HANDOVER}, h.reason, h.items, encode(h.digest, 'hex') as digest,
       array(select o.post from identity.holding o where o.id = any (h.holdings) order by o.id) as posts,
       jsonb_build_object('giver', h.giver::text, 'taker', h.taker::text, 'witness', h.witness::text) as people,
       coalesce((select jsonb_agg(jsonb_build_object('role', s.role, 'name', a.name, 'signedOn', s.signed_on) order by s.recorded_at)
         from approvals.handover_signature s join identity.account a on a.id = s.signer where s.division = h.division and s.handover = h.id), '[]') as signatures
     ${HANDOVERS} where h.division = $1 and h.id = $2`,
    [division, id],
  )
  if (!row) refuse('missing', 'handover-missing', `没有交接 ${id}。`, `There is no handover ${id}.`, { value: id })
  const { people, ...rest } = row
  const role = HANDOVER_ROLES.find(one => people[one] === String(actor.id)) ?? null
  const isSigned = row.signatures.some(one => one.role === role)
  return { ...rest, toSign: row.state === 'open' && !isSigned ? role : null, isMine: role !== null }
}
