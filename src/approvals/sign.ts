import { holdingsOf } from '../identity/store.ts'
import { Refusal, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { perform } from './carry-out.ts'
import { type SigningPost, type SubmissionState, signing } from './status.ts'
import {
  addEvent,
  insertSignature,
  moveSubmission,
  type SubmissionRow,
  signaturesOf,
  stepsOf,
  submissionForUpdate,
} from './store.ts'
import { jsonOf } from './submission.ts'

export interface SignInput {
  /** Which signature the signer saw waiting: a retry, or a rival's, is known by it. */
  round: number
  step: number
  agree: boolean
  opinion: string
}

/** The posts that a person could sign a submission with: held or stood in for today, over its division, office, fund and agency. */
export async function signingPosts(
  context: Context,
  of: Pick<SubmissionRow, 'division' | 'office' | 'fund' | 'agency'>,
): Promise<SigningPost[]> {
  const held = await holdingsOf(context.tx, BigInt(context.actor.id), of.division)
  return held
    .filter(
      one =>
        one.covers &&
        (one.office === null || one.office === of.office) &&
        (one.fund === null || one.fund === of.fund) &&
        (one.agency === null || one.agency === of.agency),
    )
    .map(one => ({ post: one.post, standsFor: one.standsFor ? String(one.standsFor) : null }))
}

const locked = async (context: Context, division: number, id: string): Promise<SubmissionRow> =>
  (await submissionForUpdate(context.tx, division, id)) ??
  refuse('missing', 'submission-missing', `没有送审件 ${id}。`, `There is no submission ${id}.`, { value: id })

/**
 * Signs the step that waits, or sends the submission back. The last signature carries the act out in the same transaction; an act that is
 * refused by then (its money has gone, say) goes back to its maker with the sentence, and that is remembered. Refuses
 * `submission-missing`, `submission-moved`, `submission-state`, `maker-is-checker`, `signed-already`, `not-the-step`.
 */
export async function sign(
  context: Context,
  asked: { refuseAfterCommit(refusal: Refusal): unknown },
  division: number,
  id: string,
  input: SignInput,
): Promise<{ state: SubmissionState; step: number }> {
  const { tx, actor } = context
  const row = await locked(context, division, id)
  const signatures = await signaturesOf(tx, division, row.id)
  const there = signatures.find(one => one.round === input.round && one.step === input.step)
  if (there && Number(there.signer) === actor.id) return { state: row.state, step: row.step }
  if (there || row.round !== input.round || row.step !== input.step)
    refuse(
      'conflict',
      'submission-moved',
      `送审件 ${id} 已有变化（他人已签字或已退回）：请刷新后再看。`,
      `Submission ${id} has moved on (signed by somebody else, or sent back): reload and look again.`,
      { value: id },
    )
  const steps = await stepsOf(tx, division, row.chain)
  const current = steps.find(one => one.step === row.step)
  const verdict = signing(
    {
      state: row.state,
      maker: String(row.maker),
      makerFor: String(row.maker_for),
      posts: current?.posts ?? [],
      signed: signatures
        .filter(one => one.round === row.round)
        .map(one => ({ signer: String(one.signer), signsFor: String(one.signs_for) })),
    },
    String(actor.id),
    await signingPosts(context, row),
  )
  if ('why' in verdict)
    throw new Refusal(verdict.why.code === 'submission-state' ? 'conflict' : 'forbidden', [verdict.why])
  const signsFor = verdict.with.standsFor === null ? actor.id : BigInt(verdict.with.standsFor)
  const standsFor = verdict.with.standsFor === null ? null : signsFor
  const opinion = input.opinion.trim()
  await insertSignature(tx, row, { signer: actor.id, signsFor, agreed: input.agree, opinion })
  await addEvent(tx, division, row.id, input.agree ? 'signed' : 'returned', {
    standsFor,
    digest: row.digest,
    note: opinion,
  })
  await context.audit({
    division,
    action: input.agree ? 'submission-signed' : 'submission-returned',
    subject: id,
    detail: {
      step: row.step,
      round: row.round,
      title: current?.title,
      ...(standsFor ? { standsFor: Number(standsFor) } : {}),
    },
  })
  if (!input.agree) {
    await moveSubmission(tx, division, row.id, { state: 'returned' })
    return { state: 'returned', step: row.step }
  }
  if (row.step < (steps.at(-1)?.step ?? 0)) {
    await moveSubmission(tx, division, row.id, { state: 'waiting', step: row.step + 1 })
    await context.announce('approvals.waiting', { division, submission: id })
    return { state: 'waiting', step: row.step + 1 }
  }
  const signers = signatures.filter(one => one.round === row.round).map(one => Number(one.signer))
  const hands = { submission: id, maker: Number(row.maker), signers: [...signers, actor.id] }
  await tx.query('savepoint carry_out')
  try {
    const answer = (await perform(context, asked, row, { hands })) as Record<string, unknown> | undefined
    const text = (name: string) => (typeof answer?.[name] === 'string' ? (answer[name] as string) : null)
    await moveSubmission(tx, division, row.id, {
      state: 'carried-out',
      answer: jsonOf(answer),
      batch: text('batch'),
      document: text('document'),
    })
    await addEvent(tx, division, row.id, 'carried-out')
    await context.audit({
      division,
      action: 'submission-carried-out',
      subject: id,
      detail: { form: row.form, ...hands },
    })
    return { state: 'carried-out', step: row.step }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await tx.query('rollback to savepoint carry_out')
    await moveSubmission(tx, division, row.id, { state: 'returned', faults: error.faults.slice(0, 100) })
    await addEvent(tx, division, row.id, 'refused', { note: error.faults[0]?.zh ?? null })
    await context.audit({
      division,
      action: 'submission-refused',
      subject: id,
      detail: { codes: [...new Set(error.faults.map(fault => fault.code))].slice(0, 20) },
    })
    asked.refuseAfterCommit(error)
    return { state: 'returned', step: row.step }
  }
}

/** Takes a submission back: by its maker, while it waits or after it came back. Refuses `submission-state`, `submission-not-yours`. */
export async function withdraw(context: Context, division: number, id: string): Promise<void> {
  const row = await locked(context, division, id)
  if (Number(row.maker) !== context.actor.id)
    refuse(
      'forbidden',
      'submission-not-yours',
      `送审件 ${id} 由他人经办：只有经办人可以撤回。`,
      `Submission ${id} was made by somebody else: only its maker withdraws it.`,
      { value: id },
    )
  if (row.state === 'withdrawn') return
  if (row.state === 'carried-out')
    refuse(
      'conflict',
      'submission-state',
      `送审件 ${id} 已办结，不能撤回：请用红字更正。`,
      `Submission ${id} has been carried out: correct it in red letters instead.`,
      { value: id },
    )
  await moveSubmission(context.tx, division, row.id, { state: 'withdrawn' })
  await addEvent(context.tx, division, row.id, 'withdrawn')
  await context.audit({ division, action: 'submission-withdrawn', subject: id })
}

/** What a submission would do now: runs it as its maker and undoes it. Refuses what the form refuses. */
export async function lookNow(context: Context, asked: unknown, division: number, id: string): Promise<unknown> {
  const row = await locked(context, division, id)
  await context.tx.query('savepoint look')
  const looked = await perform(context, asked, row, { looking: true })
  await context.tx.query('rollback to savepoint look')
  return looked
}
