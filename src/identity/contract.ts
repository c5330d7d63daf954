import { type Static, Type } from 'typebox'
import { APPLICATION_STATES, type ApplicationState } from './status.ts'

const Text = (maxLength: number, minLength = 1) => Type.String({ minLength, maxLength })
const Maybe = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const State = Type.Unsafe<ApplicationState>({ type: 'string', enum: [...APPLICATION_STATES] })
const Id = Type.String({ pattern: '^\\d{1,18}$' })

export const SignInBody = Type.Object({
  name: Text(60),
  password: Text(200),
  /** Of the authenticator, or a recovery code; asked for once name and password are right. */
  code: Type.Optional(Text(40)),
})
export const PasswordBody = Type.Object({ old: Type.String({ maxLength: 200 }), new: Type.String({ maxLength: 200 }) })
export const ActivationBody = Type.Object({ name: Text(60), code: Text(40), password: Text(200) })
export const CodeBody = Type.Object({ code: Text(40) })
export const DropFactorBody = Type.Object({ password: Text(200) })

/** A post held now: over what, and what it lets one do there. */
export const Duty = Type.Object({
  post: Type.String(),
  division: Maybe(Type.Object({ code: Type.String(), name: Type.String() })),
  office: Maybe(Type.String()),
  fund: Maybe(Type.String()),
  agency: Maybe(Type.String()),
  until: Maybe(Type.String()),
  /** Whose post it is, where the person only stands in for its holder. */
  standsFor: Type.Optional(Maybe(Type.String())),
})
export type Duty = Static<typeof Duty>

/** Who is signed in, what they may do, and where. */
export const Session = Type.Object({
  account: Type.String(),
  name: Type.String(),
  signInName: Type.String(),
  office: Maybe(Type.String()),
  duty: Maybe(Type.String()),
  /** Of all posts together. */
  permissions: Type.Array(Type.String()),
  duties: Type.Array(Duty),
  csrf: Type.String(),
  mustChange: Type.Boolean(),
  mustEnrol: Type.Boolean(),
  secondFactor: Type.Boolean(),
  passwordSetAt: Maybe(Type.String()),
  demo: Type.Boolean(),
  divisions: Type.Array(
    Type.Object({
      code: Type.String(),
      name: Type.String(),
      level: Type.String(),
      parent: Type.Union([Type.String(), Type.Null()]),
      /** Which of the duties reach it, by their places in `duties`. */
      duties: Type.Array(Type.Integer()),
    }),
  ),
  today: Type.String(),
  /** The fiscal years that have a book in the scope, latest first. */
  years: Type.Array(Type.Integer()),
})
export type Session = Static<typeof Session>

/** Said before anyone has signed in. */
export const SessionInfo = Type.Object({ demo: Type.Boolean() })
export type SessionInfo = Static<typeof SessionInfo>

export const NewFactor = Type.Object({ secret: Type.String(), svg: Type.String() })
export type NewFactor = Static<typeof NewFactor>
export const Codes = Type.Object({ codes: Type.Array(Type.String()) })

export const LiveSession = Type.Object({
  id: Type.String(),
  account: Type.String(),
  name: Type.String(),
  signInName: Type.String(),
  address: Maybe(Type.String()),
  agent: Maybe(Type.String()),
  way: Type.String(),
  createdAt: Type.Unsafe<never>({ type: 'string' }),
  seenAt: Type.Unsafe<never>({ type: 'string' }),
  current: Type.Boolean(),
})
export interface LiveSession extends Omit<Static<typeof LiveSession>, 'createdAt' | 'seenAt'> {
  createdAt: string
  seenAt: string
}
export const SessionList = Type.Object({ rows: Type.Array(LiveSession) })
export const SessionParams = Type.Object({ session: Id })

export const PolicyBody = Type.Object({
  passwordLength: Type.Integer({ minimum: 8, maximum: 64 }),
  passwordKinds: Type.Integer({ minimum: 2, maximum: 4 }),
  passwordDays: Maybe(Type.Integer({ minimum: 7, maximum: 730 })),
  formerPasswords: Type.Integer({ minimum: 1, maximum: 24 }),
  failuresAllowed: Type.Integer({ minimum: 3, maximum: 10 }),
  lockMinutes: Type.Integer({ minimum: 5, maximum: 1440 }),
  idleMinutes: Type.Integer({ minimum: 5, maximum: 240 }),
  sessionHours: Type.Integer({ minimum: 1, maximum: 24 }),
  secondFactorPosts: Type.Array(Text(40), { maxItems: 40 }),
})
export type PolicyBody = Static<typeof PolicyBody>

/** One person of a permission application, as it is filled in. */
export const ApplicationLineBody = Type.Object({
  kind: Type.Union([Type.Literal('open'), Type.Literal('change'), Type.Literal('revoke')]),
  officeName: Text(60),
  name: Text(40),
  number: Text(40),
  duty: Text(40),
  phone: Type.Optional(Type.String({ maxLength: 40 })),
  signInName: Text(60),
  post: Text(40),
  /** Nine digits; `0` for the whole installation; the application's own division where it is left out. */
  division: Type.Optional(Type.String({ maxLength: 12 })),
  office: Type.Optional(Type.String({ maxLength: 40 })),
  fund: Type.Optional(Type.String({ maxLength: 40 })),
  agency: Type.Optional(Type.String({ maxLength: 40 })),
  until: Type.Optional(Type.String({ maxLength: 20 })),
  remark: Type.Optional(Type.String({ maxLength: 200 })),
})
export type ApplicationLineBody = Static<typeof ApplicationLineBody>

export const ApplicationBody = Type.Object({
  requestKey: Text(80, 8),
  unit: Text(80),
  /** Codes, where the applying unit is an office of the bureau or an agency. */
  office: Type.Optional(Type.String({ maxLength: 40 })),
  agency: Type.Optional(Type.String({ maxLength: 40 })),
  lines: Type.Array(ApplicationLineBody, { minItems: 1, maxItems: 200 }),
})
export type ApplicationBody = Static<typeof ApplicationBody>

const Signed = Type.Object({ signer: Text(40), opinion: Text(200), on: Day })
export const FoundingBody = Type.Object({
  requestKey: Text(80, 8),
  unit: Text(80),
  lines: Type.Array(ApplicationLineBody, { minItems: 1, maxItems: 20 }),
  unitOpinion: Signed,
  departmentOpinion: Signed,
})
export type FoundingBody = Static<typeof FoundingBody>

export const OpinionBody = Type.Object({ agree: Type.Boolean(), opinion: Text(200) })
export const ResubmitBody = Type.Object({
  unit: Text(80),
  lines: Type.Array(ApplicationLineBody, { minItems: 1, maxItems: 200 }),
})

export const ApplicationParams = Type.Object({ division: Type.String(), application: Id })
export const ApplicationsQuery = Type.Object({
  state: Type.Optional(State),
  after: Type.Optional(Id),
})

const Hand = Maybe(Type.Object({ account: Type.String(), name: Type.String() }))
const Brief = {
  id: Type.String(),
  unit: Type.String(),
  appliedOn: Type.String(),
  state: State,
  filledBy: Hand,
  people: Type.Integer(),
  names: Type.String(),
}
export const ApplicationBrief = Type.Object(Brief)
export type ApplicationBrief = Static<typeof ApplicationBrief>
export const ApplicationPage = Type.Object({ rows: Type.Array(ApplicationBrief), next: Maybe(Type.String()) })

export const ApplicationLine = Type.Object({
  line: Type.Integer(),
  kind: Type.String(),
  officeName: Type.String(),
  name: Type.String(),
  numberMasked: Type.String(),
  duty: Type.String(),
  phoneMasked: Maybe(Type.String()),
  signInName: Type.String(),
  post: Type.String(),
  division: Maybe(Type.Object({ code: Type.String(), name: Type.String() })),
  office: Maybe(Type.Object({ code: Type.String(), name: Type.String() })),
  fund: Maybe(Type.Object({ code: Type.String(), name: Type.String() })),
  agency: Maybe(Type.Object({ code: Type.String(), name: Type.String() })),
  until: Maybe(Type.String()),
  remark: Maybe(Type.String()),
})
export type ApplicationLine = Static<typeof ApplicationLine>

export const Application = Type.Object({
  ...Brief,
  onPaper: Type.Boolean(),
  unitBy: Hand,
  unitOpinion: Maybe(Type.String()),
  unitOn: Maybe(Type.String()),
  departmentBy: Hand,
  departmentOpinion: Maybe(Type.String()),
  departmentOn: Maybe(Type.String()),
  executedBy: Hand,
  executedOn: Maybe(Type.String()),
  lines: Type.Array(ApplicationLine),
  events: Type.Array(
    Type.Object({
      no: Type.Integer(),
      step: Type.String(),
      name: Type.String(),
      opinion: Maybe(Type.String()),
      at: Type.Any(),
    }),
  ),
})
export type Application = Static<typeof Application>

export const Filled = Type.Object({ id: Type.String() })
/** One-time codes by which new people set their first password; told once. */
export const Executed = Type.Object({
  id: Type.String(),
  codes: Type.Array(Type.Object({ signInName: Type.String(), name: Type.String(), code: Type.String() })),
})
export type Executed = Static<typeof Executed>

export const PeopleQuery = Type.Object({
  division: Type.Optional(Type.String({ maxLength: 9 })),
  q: Type.Optional(Type.String({ maxLength: 60 })),
  state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('closed'), Type.Literal('locked')])),
  after: Type.Optional(Id),
})
export const PersonParams = Type.Object({ account: Id })
export const Person = Type.Object({
  account: Type.String(),
  name: Type.String(),
  signInName: Type.String(),
  office: Maybe(Type.String()),
  duty: Maybe(Type.String()),
  numberMasked: Maybe(Type.String()),
  phoneMasked: Maybe(Type.String()),
  secondFactor: Type.Boolean(),
  demo: Type.Boolean(),
  state: Type.Union([Type.Literal('open'), Type.Literal('waiting'), Type.Literal('locked'), Type.Literal('closed')]),
  posts: Type.Array(Duty),
})
export type Person = Static<typeof Person>
export const PeoplePage = Type.Object({ rows: Type.Array(Person), next: Maybe(Type.String()) })
export const PersonPage = Type.Object({
  person: Person,
  holdings: Type.Array(Type.Object({ ...Duty.properties, from: Maybe(Type.String()), ended: Type.Boolean() })),
  applications: Type.Array(
    Type.Object({
      division: Type.String(),
      id: Type.String(),
      kind: Type.String(),
      post: Type.String(),
      state: Type.String(),
      appliedOn: Type.String(),
    }),
  ),
})
export type PersonPage = Static<typeof PersonPage>
export const NewCode = Type.Object({ code: Type.String() })
export const PurposeQuery = Type.Object({ purpose: Text(100, 4) })
export const FormQuery = Type.Object({ purpose: Type.Optional(Text(100, 4)) })
export const Unmasked = Type.Object({ number: Maybe(Type.String()), phone: Maybe(Type.String()) })
const NullableText = Maybe(Type.String())
/** Keys by which other systems act; the key itself is shown once, when it is made. */
export const InterfaceKeyRow = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** Its first characters, to tell keys apart. */
  shown: Type.String(),
  account: Type.String(),
  person: Type.String(),
  post: Type.String(),
  endsAt: Type.String(),
  createdAt: Type.String(),
  revokedAt: NullableText,
  usedAt: NullableText,
  usedFrom: NullableText,
})
export type InterfaceKeyRow = Static<typeof InterfaceKeyRow>
export const InterfaceKeys = Type.Object({ rows: Type.Array(InterfaceKeyRow) })
export const InterfaceKeyBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  account: Type.String({ minLength: 1, maxLength: 60 }),
  post: Type.String({ minLength: 1, maxLength: 40 }),
  days: Type.Integer({ minimum: 1, maximum: 366 }),
})
export const InterfaceKeyMade = Type.Object({ id: Type.String(), key: Type.String(), endsAt: Type.String() })
