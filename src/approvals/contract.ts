import { type Static, Type } from 'typebox'
import { FaultSchema, nullable, oneOf } from '../kernel/schema.ts'
import { SUBMISSION_STATES, type SubmissionState } from './status.ts'

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Id = Type.String({ pattern: '^\\d{1,18}$' })
const Fen = Type.String({ pattern: '^\\d{1,16}$' })
const State = Type.Unsafe<SubmissionState>({ type: 'string', enum: [...SUBMISSION_STATES] })

export const SubmissionParams = Type.Object({ division: Type.String(), submission: Id })
export const SubmissionsQuery = Type.Object({
  /** `sign`: waits for the reader; `mine`: the reader's own; else all. */
  show: Type.Optional(Type.Union([Type.Literal('sign'), Type.Literal('mine'), Type.Literal('all')])),
  state: Type.Optional(State),
  after: Type.Optional(Id),
})
export const SignBody = Type.Object({
  round: Type.Integer({ minimum: 1 }),
  step: Type.Integer({ minimum: 1, maximum: 9 }),
  agree: Type.Boolean(),
  opinion: Text(400),
})

/** A name in both languages; our own sentences and the posts have them. */
const Named = Type.Object({
  zh: Type.String(),
  en: Type.String(),
})

export const SubmissionBrief = Type.Object({
  id: Type.String(),
  form: Type.String(),
  title: Named,
  amountFen: nullable(Type.String()),
  maker: Type.String(),
  makerFor: nullable(Type.String()),
  state: State,
  round: Type.Integer(),
  step: Type.Integer(),
  steps: Type.Integer(),
  stepTitle: nullable(Type.String()),
  madeOn: Type.String(),
})
export type SubmissionBrief = Static<typeof SubmissionBrief>

export const SubmissionPage = Type.Object({
  ...SubmissionBrief.properties,
  /** Where the maker sends the mended content: method and address below `/api/v1`. */
  method: Type.String(),
  path: Type.String(),
  isMine: Type.Boolean(),
  fileName: nullable(Type.String()),
  content: Type.Object({ query: Type.Record(Type.String(), Type.Unknown()), body: Type.Unknown() }),
  /** What the numbers in it stand for, by `field:number`. */
  names: Type.Record(Type.String(), Type.String()),
  digest: Type.String(),
  look: Type.Record(Type.String(), Type.Unknown()),
  faults: Type.Array(FaultSchema),
  batch: nullable(Type.String()),
  chain: Type.Array(Type.Object({ step: Type.Integer(), title: Type.String(), posts: Type.Array(Type.String()) })),
  signatures: Type.Array(
    Type.Object({
      round: Type.Integer(),
      step: Type.Integer(),
      signer: Type.String(),
      signsFor: nullable(Type.String()),
      agreed: Type.Boolean(),
      opinion: Type.String(),
      signedOn: Type.String(),
    }),
  ),
  events: Type.Array(
    Type.Object({
      no: Type.Integer(),
      kind: Type.String(),
      name: Type.String(),
      standsFor: nullable(Type.String()),
      note: nullable(Type.String()),
      at: Type.String(),
    }),
  ),
  /** In whose place the reader would sign; null for themselves. Absent where they may not, and `why` says why. */
  signsFor: Type.Optional(nullable(Type.String())),
  why: nullable(Type.Object({ ...Named.properties, code: Type.String() })),
})
export type SubmissionPage = Static<typeof SubmissionPage>

export const ApprovalWork = Type.Object({
  toSign: Type.Integer(),
  returned: Type.Integer(),
  handovers: Type.Integer(),
})
export type ApprovalWork = Static<typeof ApprovalWork>

export const ChainBody = Type.Object({
  form: Type.String({ pattern: '^[a-z]+[a-z.-]*$', maxLength: 80 }),
  from: Day,
  reason: Text(200),
  /** By amount, from which on; none: the form needs no signature from that day on. */
  chains: Type.Array(
    Type.Object({
      fromFen: Fen,
      steps: Type.Array(Type.Object({ title: Text(40), posts: Type.Array(Text(40), { minItems: 1, maxItems: 9 }) }), {
        minItems: 1,
        maxItems: 9,
      }),
    }),
    { maxItems: 9 },
  ),
})
export type ChainBody = Static<typeof ChainBody>

export const Chain = Type.Object({
  id: Type.String(),
  form: Type.String(),
  fromFen: Type.String(),
  from: Type.String(),
  until: nullable(Type.String()),
  reason: Type.String(),
  setBy: Type.String(),
  steps: Type.Array(Type.Object({ step: Type.Integer(), title: Type.String(), posts: Type.Array(Type.String()) })),
})
export type Chain = Static<typeof Chain>

export const ChainsPage = Type.Object({
  forms: Type.Array(Type.Object({ form: Type.String(), title: Named })),
  rows: Type.Array(Chain),
})
export type ChainsPage = Static<typeof ChainsPage>

export const DelegationBody = Type.Object({
  holding: Id,
  delegate: Id,
  from: Day,
  until: Day,
  reason: Text(200),
})
export type DelegationBody = Static<typeof DelegationBody>
export const DelegationParams = Type.Object({ division: Type.String(), delegation: Id })

export const Delegation = Type.Object({
  id: Type.String(),
  post: Type.String(),
  holder: Type.String(),
  delegate: Type.String(),
  from: Type.String(),
  until: Type.String(),
  reason: Type.String(),
  arrangedBy: Type.String(),
  state: oneOf(['to-come', 'in-force', 'over', 'ended']),
  isMine: Type.Boolean(),
})
export type Delegation = Static<typeof Delegation>

/** Who could give, take or stand in here: people with posts of business that reach the division. */
export const Colleague = Type.Object({
  account: Type.String(),
  name: Type.String(),
  holdings: Type.Array(Type.Object({ id: Type.String(), post: Type.String() })),
})
export type Colleague = Static<typeof Colleague>

export const HandoverBody = Type.Object({
  giver: Id,
  taker: Id,
  witness: Id,
  holdings: Type.Array(Id, { minItems: 1, maxItems: 20 }),
  reason: Text(200),
  requestKey: Text(80),
})
export type HandoverBody = Static<typeof HandoverBody>
export const HandoverParams = Type.Object({ division: Type.String(), handover: Id })

export const HANDOVER_ROLES = ['giver', 'taker', 'witness'] as const
export type HandoverRole = (typeof HANDOVER_ROLES)[number]

/** One thing that is open when posts change hands. */
export const OpenItem = Type.Object({
  kind: oneOf(['submission', 'to-sign', 'warning', 'payment', 'transfer', 'delegation']),
  id: Type.String(),
  what: Type.String(),
  amountFen: nullable(Type.String()),
})
export type OpenItem = Static<typeof OpenItem>

export const HandoverBrief = Type.Object({
  id: Type.String(),
  giver: Type.String(),
  taker: Type.String(),
  witness: Type.String(),
  state: oneOf(['open', 'done', 'dropped']),
  madeOn: Type.String(),
  doneOn: nullable(Type.String()),
  items: Type.Integer(),
  signed: Type.Integer(),
})
export type HandoverBrief = Static<typeof HandoverBrief>

export const Handover = Type.Object({
  ...Type.Omit(HandoverBrief, ['items']).properties,
  reason: Type.String(),
  posts: Type.Array(Type.String()),
  items: Type.Array(OpenItem),
  digest: Type.String(),
  signatures: Type.Array(Type.Object({ role: oneOf(HANDOVER_ROLES), name: Type.String(), signedOn: Type.String() })),
  /** The reader's role that has not signed yet. */
  toSign: nullable(oneOf(HANDOVER_ROLES)),
  isMine: Type.Boolean(),
})
export type Handover = Static<typeof Handover>

export const SubmissionsAnswer = Type.Object({ rows: Type.Array(SubmissionBrief), next: nullable(Type.String()) })
/** What the form itself answers when it is looked at. */
export const LookAnswer = Type.Unsafe<unknown>({ type: 'object' })
export const SignedAnswer = Type.Object({ state: State, step: Type.Integer() })
/** A signature under a document that was carried out. */
export const SignedFor = Type.Object({
  submission: Type.String(),
  batch: nullable(Type.String()),
  form: Type.String(),
  maker: Type.String(),
  step: Type.Integer(),
  title: Type.String(),
  signer: Type.String(),
  signsFor: nullable(Type.String()),
  opinion: Type.String(),
  signedOn: Type.String(),
})
/** What was begun: a delegation, a handover. */
export const Begun = Type.Object({ id: Type.String() })
export const HandoverSigned = Type.Object({ state: Type.String() })
