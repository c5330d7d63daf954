import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Asked, ChainedAct, Intercept } from '../platform/http/define-route.ts'
import {
  addEvent,
  chainFor,
  insertSubmission,
  mendSubmission,
  moveSubmission,
  type NewSubmission,
  type SubmissionRow,
  submissionByKey,
} from './store.ts'
import { amountOf, digestOf, jsonOf } from './submission.ts'

type Request = Asked<Record<string, string>, Record<string, unknown>, unknown>

const ENDED = new Set(['carried-out', 'withdrawn'])

const said = (id: bigint, state: string) => ({ id: String(id), state })

/**
 * Holds an act back where a chain of approval is in force for its form and amount: checks it by running and undoing it, and keeps it as a
 * submission. The same request key mends a submission that came back, and answers one that is waiting or carried out. Refuses what the form
 * itself refuses, `submission-waiting`, `submission-ended`, `submission-not-yours`.
 */
export const intercept: Intercept = async (context, act, given) => {
  const asked = given as unknown as Request
  const { tx } = context
  const { division } = asked
  if (division === 0) return null
  // What keeps keys of its own is told again by its header.
  const stated =
    (asked.body as { requestKey?: string } | undefined)?.requestKey ??
    (act.route.keepsKeys ? (asked.idempotencyKey ?? undefined) : undefined)
  const amount = amountOf(act.route.body, asked.body)
  const chain = await chainFor(tx, division, act.form, amount)
  if (!chain && !stated) return null
  const route = `${act.route.method} ${act.route.path}`
  const content = jsonOf({ params: asked.params, query: asked.query, body: asked.body })
  const file = chain && act.route.upload ? await bytesOf(asked) : null
  const digest = digestOf(route, content, file)
  let key = stated ?? `content:${context.actor.id}:${digest.toString('hex')}`
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, $2))', [key, division])
  let known = await submissionByKey(tx, division, key)
  // Without a key the same words may be meant anew once the earlier ones have ended.
  for (let n = 2; stated === undefined && known && ENDED.has(known.state); n++) {
    key = `content:${context.actor.id}:${digest.toString('hex')}:${n}`
    known = await submissionByKey(tx, division, key)
  }
  if (known) {
    const answer = knownAnswer(context, known, digest)
    if (answer) return answer
  }
  if (!chain) {
    // The chain has ended meanwhile: what came back for mending needs no signature any more.
    if (known) {
      await moveSubmission(tx, division, known.id, { state: 'withdrawn' })
      await addEvent(tx, division, known.id, 'withdrawn')
    }
    return null
  }
  const looked = await look(context, act, asked)
  const kept = file && !known ? await context.files.keepAny(tx, division, asked.upload.fileName, file) : null
  const narrowed = context.actor.narrowing?.length === 1 ? context.actor.narrowing[0] : undefined
  const made: NewSubmission = {
    form: act.form,
    route,
    path: act.path,
    content,
    digest,
    file: kept?.id ?? null,
    fileName: kept?.name ?? null,
    amount,
    chain: chain.id,
    office: narrowed?.office ?? null,
    fund: narrowed?.fund ?? null,
    agency: narrowed?.agency ?? null,
    look: jsonOf(looked),
  }
  const standsFor = context.actor.standsFor ?? null
  let id: bigint
  if (known) {
    id = known.id
    await mendSubmission(tx, division, id, made)
  } else {
    const maker = context.actor.id
    id = await insertSubmission(tx, division, { ...made, maker, makerFor: standsFor ?? maker, key })
  }
  await addEvent(tx, division, id, known ? 'mended' : 'submitted', { standsFor, digest })
  await context.audit({
    division,
    action: known ? 'submission-mended' : 'submission-made',
    subject: String(id),
    detail: { form: act.form, digest: digest.toString('hex') },
  })
  await context.announce('approvals.waiting', { division, submission: String(id) })
  const submission = said(id, 'waiting')
  if (act.route.upload) return { submission }
  const answer = looked as Record<string, unknown> | undefined
  return {
    ...answer,
    ...(answer && 'batch' in answer ? { batch: null } : {}),
    ...(answer && 'document' in answer ? { document: null } : {}),
    submission,
  }
}

/** What a request that is known already is answered; null where it came back and is handed in again. */
function knownAnswer(context: Context, known: SubmissionRow, digest: Buffer): Record<string, unknown> | null {
  const at = { value: String(known.id) }
  if (Number(known.maker) !== context.actor.id)
    refuse(
      'forbidden',
      'submission-not-yours',
      `送审件 ${known.id} 由他人经办：只有经办人可以修改。`,
      `Submission ${known.id} was made by somebody else: only its maker mends it.`,
      at,
    )
  if (known.state === 'carried-out') return { ...known.answer, submission: said(known.id, known.state) }
  if (known.state === 'withdrawn')
    refuse(
      'conflict',
      'submission-ended',
      `送审件 ${known.id} 已撤回：请重新填写一张新的业务单。`,
      `Submission ${known.id} was withdrawn: fill in a new form.`,
      at,
    )
  if (known.state === 'returned') return null
  if (known.digest.equals(digest)) return { submission: said(known.id, known.state) }
  return refuse(
    'conflict',
    'submission-waiting',
    `送审件 ${known.id} 正在审批，内容不能改动：请先撤回，或等待退回。`,
    `Submission ${known.id} is being signed and cannot change: withdraw it first, or wait until it comes back.`,
    at,
  )
}

/** Runs an act and undoes it: every check of the posting, and what it would have done. */
export async function look(context: Context, { route }: Pick<ChainedAct, 'route'>, asked: unknown): Promise<unknown> {
  await context.tx.query('savepoint look')
  const handle = route.approvalCheck ?? route.handle
  const looked = await handle(context, asked as Asked<never, never, never>)
  await context.tx.query('rollback to savepoint look')
  return looked
}

async function bytesOf(asked: Request): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of asked.upload.open()) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
