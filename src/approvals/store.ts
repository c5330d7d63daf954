import type { Tx } from '../platform/database/transaction.ts'
import type { SubmissionState } from './status.ts'

export interface ChainRow {
  id: bigint
  form: string
  from_fen: bigint
}

/** The chain in force today for an amount; for none the one of the largest amounts. */
export const chainFor = (
  tx: Tx,
  division: number,
  form: string,
  amount: bigint | null,
): Promise<ChainRow | undefined> =>
  tx.maybe<never>(
    `select id, form, from_fen from approvals.chain where division = $1 and form = $2 and valid @> platform.today()
       and ($3::bigint is null or from_fen <= $3) order by from_fen desc limit 1`,
    [division, form, amount],
  )

export interface SubmissionRow {
  division: number
  id: bigint
  form: string
  route: string
  path: string
  content: string
  digest: Buffer
  file: string | null
  file_name: string | null
  chain: bigint
  maker: bigint
  maker_for: bigint
  office: number | null
  fund: number | null
  agency: number | null
  state: SubmissionState
  round: number
  step: number
  answer: Record<string, unknown> | null
  request_key: string
}

const ROW = `select division, id, form, route, path, content, digest, file, file_name, chain, maker, maker_for, office, fund, agency, state, round,
  step, answer, request_key from approvals.submission`

/** Locked until the transaction ends: of two signatures at once the second sees the first. */
export const submissionForUpdate = (
  tx: Tx,
  division: number,
  id: string | bigint,
): Promise<SubmissionRow | undefined> =>
  tx.maybe<never>(`${ROW} where division = $1 and id = $2 for update`, [division, id])

export const submissionByKey = (tx: Tx, division: number, key: string): Promise<SubmissionRow | undefined> =>
  tx.maybe<never>(`${ROW} where division = $1 and request_key = $2 for update`, [division, key])

export interface NewSubmission {
  form: string
  route: string
  path: string
  content: string
  digest: Buffer
  file: string | null
  fileName: string | null
  amount: bigint | null
  chain: bigint
  office: number | null
  fund: number | null
  agency: number | null
  look: string
}

export const insertSubmission = async (
  tx: Tx,
  division: number,
  made: NewSubmission & { maker: number; makerFor: number; key: string },
): Promise<bigint> =>
  (
    await tx.one<{ id: bigint }>(
      `insert into approvals.submission (division, form, route, path, content, digest, file, file_name, amount_fen, chain, office, fund, agency, look,
         maker, maker_for, request_key)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) returning id`,
      [division, ...columns(made), made.maker, made.makerFor, made.key],
    )
  ).id

const columns = (made: NewSubmission): unknown[] => [
  made.form,
  made.route,
  made.path,
  made.content,
  made.digest,
  made.file,
  made.fileName,
  made.amount,
  made.chain,
  made.office,
  made.fund,
  made.agency,
  made.look,
]

/** Handed in again: what changed, a new round, the first step. */
export async function mendSubmission(tx: Tx, division: number, id: bigint, made: NewSubmission): Promise<void> {
  await tx.query(
    `update approvals.submission set path = $3, content = $4, digest = $5, amount_fen = $6, chain = $7, look = $8, state = 'waiting', faults = '[]',
       round = round + 1, step = 1 where division = $1 and id = $2`,
    [division, id, made.path, made.content, made.digest, made.amount, made.chain, made.look],
  )
}

/** Where a submission stands now; a key that was only its content's digest is given free when it ends. */
export async function moveSubmission(
  tx: Tx,
  division: number,
  id: bigint,
  to: {
    state: SubmissionState
    step?: number
    faults?: unknown
    answer?: string
    batch?: string | null
    document?: string | null
  },
): Promise<void> {
  await tx.query(
    `update approvals.submission s set state = $3, step = coalesce($4, step), faults = coalesce($5::jsonb, faults), answer = coalesce($6::jsonb, answer),
       batch = coalesce($7::bigint, batch),
       document = coalesce($8::bigint, (select b.document from ledger.batch b where b.division = $1 and b.id = $7::bigint), document),
       request_key = case when $3 in ('withdrawn', 'carried-out') and request_key like 'content:%' then request_key || '#' || id else request_key end
     where division = $1 and id = $2`,
    [
      division,
      id,
      to.state,
      to.step ?? null,
      to.faults === undefined ? null : JSON.stringify(to.faults),
      to.answer ?? null,
      to.batch ?? null,
      to.document ?? null,
    ],
  )
}

export const stepsOf = (
  tx: Tx,
  division: number,
  chain: bigint,
): Promise<{ step: number; title: string; posts: string[] }[]> =>
  tx.query<never>(
    'select step, title, posts from approvals.chain_step where division = $1 and chain = $2 order by step',
    [division, chain],
  )

export interface SignatureRow {
  round: number
  step: number
  signer: bigint
  signs_for: bigint
  agreed: boolean
}

export const signaturesOf = (tx: Tx, division: number, submission: bigint): Promise<SignatureRow[]> =>
  tx.query<never>(
    'select round, step, signer, signs_for, agreed from approvals.signature where division = $1 and submission = $2 order by round, step',
    [division, submission],
  )

export async function insertSignature(
  tx: Tx,
  of: SubmissionRow,
  by: { signer: number; signsFor: bigint | number; agreed: boolean; opinion: string },
): Promise<void> {
  await tx.query(
    `insert into approvals.signature (division, submission, round, step, maker, maker_for, signer, signs_for, agreed, opinion, digest)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      of.division,
      of.id,
      of.round,
      of.step,
      of.maker,
      of.maker_for,
      by.signer,
      by.signsFor,
      by.agreed,
      by.opinion,
      of.digest,
    ],
  )
}

export async function addEvent(
  tx: Tx,
  division: number,
  submission: bigint,
  kind: string,
  more: { standsFor?: bigint | number | null; digest?: Buffer; note?: string | null } = {},
): Promise<void> {
  await tx.query(
    `insert into approvals.event (division, submission, no, kind, stands_for, digest, note)
     select $1, $2, coalesce(max(no), 0) + 1, $3, $4, $5, $6 from approvals.event where division = $1 and submission = $2`,
    [division, submission, kind, more.standsFor ?? null, more.digest ?? null, more.note ?? null],
  )
}

export const accountName = async (tx: Tx, account: bigint): Promise<string> =>
  (await tx.maybe<{ name: string }>('select name from identity.account where id = $1', [account]))?.name ??
  String(account)

/** Says to the database on whose behalf the rest of the transaction works. */
export async function workAs(tx: Tx, as: { scope: number; id: number; narrowing?: unknown }): Promise<void> {
  await tx.query(
    `select set_config('fundwatch.scope', $1, true), set_config('fundwatch.actor', $2, true), set_config('fundwatch.narrowing', $3, true)`,
    [String(as.scope), String(as.id), as.narrowing ? JSON.stringify(as.narrowing) : ''],
  )
}
