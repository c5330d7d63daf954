import { type Static, Type } from 'typebox'

const Nullable = <S extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Object>>(schema: S) =>
  Type.Union([schema, Type.Null()])
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Fen = Type.String({ description: 'fen, a whole number as text' })
const Named = Type.Object({ code: Type.String(), name: Type.String() })

export const PaymentMatch = Type.Union([
  Type.Literal('by-id'),
  Type.Literal('by-elements'),
  Type.Literal('ambiguous'),
  Type.Literal('none'),
])
export const Unposted = Type.Union([
  Type.Literal('no-allotment'),
  Type.Literal('ambiguous'),
  Type.Literal('beyond-available'),
  Type.Literal('not-paid'),
  Type.Literal('book-locked'),
])

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
