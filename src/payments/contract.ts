import { type Static, Type } from 'typebox'

const Nullable = <S extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Object>>(schema: S) =>
  Type.Union([schema, Type.Null()])
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Fen = Type.String({ description: 'fen, a whole number as text' })
const Named = Type.Object({ code: Type.String(), name: Type.String() })
const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(values.map(one => Type.Literal(one))))

/** How a payment found its allotment. */
export const MATCHES = ['by-id', 'by-elements', 'by-original', 'by-person', 'by-habit', 'ambiguous', 'none'] as const
/** Why a payment is kept but not in the ledger (yet). */
export const UNPOSTED_REASONS = [
  'no-allotment',
  'ambiguous',
  'beyond-available',
  'not-paid',
  'book-locked',
  'book-provisional',
  'refund-exceeds',
] as const
export const PaymentMatch = oneOf(MATCHES)
export const Unposted = oneOf(UNPOSTED_REASONS)

/** One line of a payment voucher; `unposted` says why it is not in the ledger. Accounts are masked. */
export const Payment = Type.Object({
  id: Type.String(),
  voucherType: Type.Number(),
  voucherNo: Type.String(),
  lineNo: Type.Number(),
  fiscalYear: Type.Number(),
  vouchedOn: Type.String(),
  paidOn: Nullable(Type.String()),
  amountFen: Fen,
  payee: Type.Union([
    Type.Object({ id: Type.String(), name: Type.String(), account: Nullable(Type.String()) }),
    Type.Null(),
  ]),
  agency: Type.Union([Named, Type.Null()]),
  project: Type.Union([Type.Object({ id: Type.String(), code: Type.String(), name: Type.String() }), Type.Null()]),
  allotment: Type.Union([Type.Object({ id: Type.String(), documentNumber: Type.String(), fund: Named }), Type.Null()]),
  purpose: Nullable(Type.String()),
  match: PaymentMatch,
  unposted: Type.Union([Unposted, Type.Null()]),
})
export type Payment = Static<typeof Payment>

/** Sums of all lines that the filters let through, not of the page. `complete` is false where more than 100,000 were found. */
export const PaymentTotals = Type.Object({
  count: Type.String(),
  amountFen: Fen,
  postedFen: Fen,
  unpostedFen: Fen,
  complete: Type.Boolean(),
})
export type PaymentTotals = Static<typeof PaymentTotals>

export const PaymentPage = Type.Object({
  rows: Type.Array(Payment),
  next: Type.Union([Type.String(), Type.Null()]),
  totals: PaymentTotals,
})

const Id = Type.String({ pattern: '^\\d{1,18}$' })
export const PaymentQuery = Type.Object({
  year: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })),
  /** The beginning of a voucher number, or a part of a payee's name. */
  q: Type.Optional(Type.String({ maxLength: 60 })),
  match: Type.Optional(PaymentMatch),
  reason: Type.Optional(Unposted),
  allotment: Type.Optional(Id),
  project: Type.Optional(Id),
  payee: Type.Optional(Id),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  after: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}~\\d{1,18}$' })),
})
export type PaymentQuery = Static<typeof PaymentQuery>
/** The list's filters, and the form of the file. */
export const PaymentExportQuery = Type.Object({
  ...Type.Omit(PaymentQuery, ['after']).properties,
  file: Type.Union([Type.Literal('csv'), Type.Literal('xlsx')]),
})

export const PaymentParams = Type.Object({ division: Type.String(), payment: Id })

/** One payment with all that it hangs on: the line's whole path, what was posted, who paid whom, and its warnings. */
export const PaymentDetail = Type.Intersect([
  Payment,
  Type.Object({
    import: Type.String(),
    payer: Type.Union([
      Type.Object({ name: Type.String(), account: Nullable(Type.String()), bank: Nullable(Type.String()) }),
      Type.Null(),
    ]),
    payeeBank: Nullable(Type.String()),
    functionSubject: Type.Union([Named, Type.Null()]),
    economicSubject: Type.Union([Named, Type.Null()]),
    settlement: Nullable(Type.String()),
    payType: Nullable(Type.String()),
    contractNo: Nullable(Type.String()),
    /** As the voucher states them, matched or not. */
    stated: Type.Object({
      agencyCode: Nullable(Type.String()),
      projectCode: Nullable(Type.String()),
      allotmentRef: Nullable(Type.String()),
      documentNumber: Nullable(Type.String()),
    }),
    /** From the line's root down to the line itself, as far as the reader's scope goes. */
    path: Type.Array(
      Type.Object({
        id: Type.String(),
        division: Named,
        form: Type.String(),
        documentNumber: Type.String(),
        amountFen: Fen,
      }),
    ),
    postings: Type.Array(
      Type.Object({
        batch: Type.String(),
        line: Type.Number(),
        form: Type.String(),
        /** The year of the book: of a refund of a closed year, the one that was open. */
        fiscalYear: Type.Number(),
        effectiveOn: Type.String(),
        allotment: Type.String(),
        debit: Type.Number(),
        credit: Type.Number(),
        amountFen: Fen,
      }),
    ),
    warnings: Type.Array(
      Type.Object({
        id: Type.String(),
        rule: Type.String(),
        level: Type.String(),
        status: Type.String(),
        raisedOn: Type.String(),
      }),
    ),
  }),
])
export type PaymentDetail = Static<typeof PaymentDetail>

/** What a payment states and lines are looked for by; null where it states nothing. */
const Elements = Type.Object({
  agencyCode: Nullable(Type.String()),
  agencyName: Nullable(Type.String()),
  projectCode: Nullable(Type.String()),
  projectName: Nullable(Type.String()),
  functionSubject: Nullable(Type.String()),
  documentNumber: Nullable(Type.String()),
  allotmentRef: Nullable(Type.String()),
})
export type Elements = Static<typeof Elements>

/** Payments without a line that state the same elements; `first` is the earliest of them. */
export const MatchingGroup = Type.Intersect([
  Elements,
  Type.Object({
    first: Type.String(),
    match: PaymentMatch,
    takenBack: Type.Boolean(),
    count: Type.Number(),
    amountFen: Fen,
    firstOn: Type.String(),
    lastOn: Type.String(),
  }),
])
export type MatchingGroup = Static<typeof MatchingGroup>
export const MatchingQueue = Type.Object({
  rows: Type.Array(MatchingGroup),
  payments: Type.Number(),
  amountFen: Fen,
  complete: Type.Boolean(),
})
export type MatchingQueue = Static<typeof MatchingQueue>
export const MatchingQuery = Type.Object({ year: Type.Integer({ minimum: 1994, maximum: 2100 }) })

const Agreement = Type.Union([Type.Literal('agrees'), Type.Literal('differs'), Type.Literal('unstated')])
export const Candidate = Type.Object({
  allotment: Type.String(),
  documentNumber: Type.String(),
  fund: Named,
  agency: Type.Union([Named, Type.Null()]),
  project: Type.Union([Named, Type.Null()]),
  functionSubject: Nullable(Type.String()),
  /** Of 100; null where the payment states nothing that could be compared. */
  score: Type.Union([Type.Number(), Type.Null()]),
  agrees: Type.Object({ agency: Agreement, project: Agreement, functionSubject: Agreement, documentNumber: Agreement }),
  amountFen: Fen,
  ownFen: Fen,
  planFen: Fen,
  paidFen: Fen,
})
export type Candidate = Static<typeof Candidate>

export const MatchingCase = Type.Object({
  elements: Elements,
  match: PaymentMatch,
  fiscalYear: Type.Number(),
  /** The payment asked for first, then others that state the same. */
  payments: Type.Array(
    Type.Object({
      id: Type.String(),
      voucherNo: Type.String(),
      lineNo: Type.Number(),
      vouchedOn: Type.String(),
      paidOn: Nullable(Type.String()),
      amountFen: Fen,
      payeeName: Nullable(Type.String()),
      purpose: Nullable(Type.String()),
    }),
  ),
  alike: Type.Number(),
  candidates: Type.Array(Candidate),
})
export type MatchingCase = Static<typeof MatchingCase>
export const CandidateQuery = Type.Object({ q: Type.Optional(Type.String({ maxLength: 60 })) })

const RequestKey = Type.String({ minLength: 8, maxLength: 80 })
const Why = Type.String({ minLength: 1, maxLength: 500 })
export const DecideBody = Type.Object({
  payments: Type.Array(Id, { minItems: 1, maxItems: 500 }),
  /** One line; or, of a single payment, several: each with its amount, or all without, which splits in proportion to what each has left. */
  parts: Type.Array(Type.Object({ allotment: Id, amountFen: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })) }), {
    minItems: 1,
    maxItems: 50,
  }),
  reason: Why,
  /** Payments that state the same go to the same line from now on. */
  habit: Type.Optional(Type.Boolean()),
  requestKey: RequestKey,
})
export const Decided = Type.Object({ decision: Type.String(), payments: Type.Number(), waiting: Type.Number() })
export type Decided = Static<typeof Decided>
export const TakeBackMatchBody = Type.Object({ reason: Why, requestKey: RequestKey })
export const TakenBack = Type.Object({ undoing: Type.String(), batch: Nullable(Type.String()) })
export type TakenBack = Static<typeof TakenBack>
export const EndHabitBody = Type.Object({ reason: Why, requestKey: Type.Optional(RequestKey) })

/** What was decided and taken back of one payment, newest first; and how it was split, while that stands. */
export const MatchHistory = Type.Object({
  score: Type.Union([Type.Number(), Type.Null()]),
  differs: Type.Array(Type.String()),
  parts: Type.Array(Type.Object({ allotment: Type.String(), documentNumber: Type.String(), amountFen: Fen })),
  events: Type.Array(
    Type.Object({
      kind: Type.Union([Type.Literal('decided'), Type.Literal('taken-back')]),
      reason: Type.String(),
      actor: Type.String(),
      at: Type.String(),
      batch: Nullable(Type.String()),
      parts: Type.Array(Type.Object({ allotment: Type.String(), documentNumber: Type.String(), amountFen: Fen })),
    }),
  ),
})
export type MatchHistory = Static<typeof MatchHistory>

export const HabitList = Type.Object({
  rows: Type.Array(
    Type.Object({
      id: Type.String(),
      agencyCode: Type.String(),
      projectCode: Type.String(),
      functionSubject: Type.String(),
      documentNumber: Type.String(),
      allotment: Type.String(),
      allotmentNumber: Type.String(),
      reason: Type.String(),
      actor: Type.String(),
      setAt: Type.String(),
    }),
  ),
})
export type HabitList = Static<typeof HabitList>

/** Whose account of a payment is looked at in the clear, and what for: the purpose goes into the audit. */
export const UnmaskBody = Type.Object({
  whose: Type.Union([Type.Literal('payee'), Type.Literal('payer')]),
  purpose: Type.String({ maxLength: 200 }),
})
export const Unmasked = Type.Object({ account: Type.String() })

/** What an agency may pay for a subject until the end of a month, what it paid, and what is left; in fen. */
export const QuotaBalance = Type.Object({
  voucherType: Type.Number(),
  agency: Named,
  functionSubject: Named,
  quotaFen: Fen,
  paidFen: Fen,
  balanceFen: Fen,
})
export type QuotaBalance = Static<typeof QuotaBalance>
export const QuotaList = Type.Object({ rows: Type.Array(QuotaBalance), next: Type.Union([Type.String(), Type.Null()]) })
export type QuotaList = Static<typeof QuotaList>
export const QuotaQuery = Type.Object({
  year: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })),
  month: Type.Optional(Type.Integer({ minimum: 1, maximum: 12 })),
  /** Only those of which more was paid than they had. */
  beyond: Type.Optional(Type.Literal('yes')),
  after: Type.Optional(Type.String({ maxLength: 100 })),
})
export type QuotaQuery = Static<typeof QuotaQuery>
