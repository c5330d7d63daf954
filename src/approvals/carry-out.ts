import { Readable } from 'node:stream'
import { actorOn, granting, type Holding } from '../identity/standing.ts'
import { holdingsOf, scopeOfRoots } from '../identity/store.ts'
import type { Actor } from '../kernel/actor.ts'
import { sm3 } from '../kernel/digest.ts'
import type { Permission } from '../kernel/permission.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Asked, Route, Upload, Visitor } from '../platform/http/define-route.ts'
import { accountName, type SubmissionRow, workAs } from './store.ts'
import { type Content, digestOf } from './submission.ts'

type Anything = Asked<never, never, never>

/**
 * Runs a submission's own handler as its maker, on the posts that the maker has today, within the transaction that is open; the
 * transaction stands on the signer again afterwards. Refuses `maker-without-post`, `submission-changed`, and what the handler refuses.
 */
export async function perform(
  context: Context,
  given: unknown,
  row: SubmissionRow,
  more: { looking?: boolean; hands?: Record<string, unknown> } = {},
): Promise<unknown> {
  const asked = given as Anything
  const route = asked.routes.of(row.route)
  if (!route)
    refuse(
      'conflict',
      'submission-form-gone',
      `系统里已没有“${row.form}”这种业务：请退回送审件。`,
      `There is no such form “${row.form}” any more: send the submission back.`,
      { value: row.form },
    )
  const upload = row.file ? await context.files.read(context.tx, row.division, row.file) : null
  if (!digestOf(row.route, row.content, upload?.content ?? null).equals(row.digest))
    refuse(
      'conflict',
      'submission-changed',
      `送审件 ${row.id} 的内容与签字时不同：请退回并报告审计管理员。`,
      `Submission ${row.id} differs from what was signed: send it back and tell the audit administrator.`,
      { value: String(row.id) },
    )
  const { params, query, body } = JSON.parse(row.content) as Content
  const signer = context.actor
  const maker = await makerOf(context, row, route)
  const acting: Context = {
    ...context,
    actor: maker.actor,
    audit: act => context.audit({ ...act, detail: { ...act.detail, ...more.hands } }),
  }
  const file: Upload | null = upload && {
    fileName: row.file_name ?? upload.name,
    size: upload.bytes,
    sm3: sm3(upload.content),
    open: () => Readable.from([upload.content]),
  }
  const request = Object.create(asked, {
    params: { value: params },
    query: { value: query },
    body: { value: body },
    visitor: { value: maker },
    token: { value: null },
    idempotencyKey: { value: route.keepsKeys ? row.request_key : null },
    ...(file ? { upload: { value: file } } : {}),
  }) as Anything
  const handle = (more.looking && route.approvalCheck) || route.handle
  await workAs(context.tx, maker.actor)
  const answer = await handle(acting, request)
  await workAs(context.tx, signer)
  return answer
}

/** The maker as a visitor, standing on what they hold today: who has left, or no longer stands in, starts nothing any more. */
async function makerOf(context: Context, row: SubmissionRow, route: Route): Promise<Visitor> {
  const { tx, actor: signer } = context
  // Posts lie in scopes of their own; the door looks at them in the same way.
  await workAs(tx, { scope: 0, id: signer.id })
  const held = await holdingsOf(tx, row.maker, row.division)
  const name = await accountName(tx, row.maker)
  const actorFor = async (permission: Permission | 'public' | 'signed-in'): Promise<Actor | null> => {
    const grants = granting(held, permission).filter(
      one => one.covers && (route.permission === 'signed-in' || isTheirs(one, row)),
    )
    if (grants.length === 0) return null
    const roots = grants.map(one => one.division)
    return actorOn({ account: row.maker, name }, held, grants, await scopeOfRoots(tx, roots), true)
  }
  const actor = await actorFor(route.permission)
  await workAs(tx, signer)
  if (!actor)
    refuse(
      'conflict',
      'maker-without-post',
      `经办人“${name}”已没有办理这项业务的岗位：请退回，或先办交接。`,
      `The maker, “${name}”, no longer holds a post for this: send it back, or have the post handed over first.`,
      { value: name },
    )
  return {
    actor,
    csrf: '',
    mustChange: false,
    mustEnrol: false,
    granted: true,
    division: { id: row.division, inScope: true },
    standing: actorFor,
  }
}

const isTheirs = (one: Holding, row: SubmissionRow): boolean =>
  row.maker_for === row.maker ? !one.standsFor : one.standsFor === row.maker_for
