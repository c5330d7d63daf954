import { type Static, Type } from 'typebox'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Words = Type.Object({ zh: Type.String(), en: Type.String() })

export const OverviewParams = Type.Object({ division: Type.String() })
export const OverviewQuery = Type.Object({
  year: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })),
  /** The day whose tree of divisions is summed by; the year's last, or today while it runs, where not given. */
  asOf: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
})

export const Lamps = Type.Object({ bell: Type.Integer(), yellow: Type.Integer(), red: Type.Integer() })
export type Lamps = Static<typeof Lamps>

/**
 * Where the money of an area stands, in fen as strings. An area is a division and all below it. Each fen that came into the
 * area is counted in exactly one stage:
 * registered + received = to assign + to refine + own + plan + transit + paid + passed + carried.
 */
export const Stages = Type.Object({
  /** Own budgets registered by any division of the area. */
  registeredFen: Type.String(),
  /** Transfers taken from senders outside the area; what its divisions send each other is not counted again. */
  receivedFen: Type.String(),
  toAssignFen: Type.String(),
  toRefineFen: Type.String(),
  /** Refined to own spending, not yet planned or paid. */
  ownFen: Type.String(),
  planFen: Type.String(),
  /** Vouchers sent, not yet confirmed by the bank. */
  transitFen: Type.String(),
  paidFen: Type.String(),
  /** Sent on and not standing anywhere in the area: in transit between its divisions, or gone to a division outside it. */
  passedFen: Type.String(),
  /** Of it: sent by a division of the area to another of it, and not yet taken there. */
  inTransitFen: Type.String(),
  /** Carried to the next year. */
  carriedFen: Type.String(),
})
export type Stages = Static<typeof Stages>

/**
 * One branch of the area, in fen as strings: the division's own level first (its row has its own code), then each division
 * directly below with all below that. Executable and paid add up to the area's; arranged does not, for what is passed down is
 * arranged again below (it is not counted twice within a row, nor in `stages`).
 */
export const Branch = Type.Object({
  code: Type.String(),
  name: Type.String(),
  level: Type.String(),
  /** Own budget registered in the branch, and received from outside the branch. */
  arrangedFen: Type.String(),
  /** Sent on by the division itself. */
  passedFen: Type.String(),
  paidFen: Type.String(),
  executableFen: Type.String(),
  /** paid / executable, four decimals; null where nothing is executable. */
  rate: Nullable(Type.Number()),
  lamps: Lamps,
})
export type Branch = Static<typeof Branch>

export const FundFigures = Type.Object({
  id: Type.String(),
  code: Type.String(),
  name: Type.String(),
  arrangedFen: Type.String(),
  executableFen: Type.String(),
  paidFen: Type.String(),
})

/** A drawing whose inner nodes take in as much as they give out. */
export const Flow = Type.Object({
  nodes: Type.Array(Type.Object({ id: Type.String(), name: Words, kind: Type.String() })),
  links: Type.Array(Type.Object({ source: Type.String(), target: Type.String(), amountFen: Type.String() })),
})
export type Flow = Static<typeof Flow>

export const Overview = Type.Object({
  stages: Stages,
  /** executable = refined to own spending, whatever became of it: own + plan + transit + paid, over the area. */
  execution: Type.Object({ paidFen: Type.String(), executableFen: Type.String(), rate: Nullable(Type.Number()) }),
  /** Lit warnings (open, or found a violation and not yet corrected) of the area and year. */
  lamps: Lamps,
  divisions: Type.Array(Branch),
  /** The ten with the most arranged in the area. */
  funds: Type.Array(FundFigures),
  /** By the day of the form, and of the bank's payment; 1 to 12. */
  months: Type.Array(Type.Object({ month: Type.Integer(), paidFen: Type.String(), arrangedFen: Type.String() })),
  flow: Flow,
  /** What waits in the division itself; `link` is the page below division and year. */
  work: Type.Array(Type.Object({ kind: Type.String(), count: Type.Integer(), link: Type.String() })),
  /** The day whose tree of divisions it is. */
  asOf: Type.String(),
  /** Divisions of that tree whose books the reader may no longer see, so that the sums are without them. */
  unseen: Type.Array(Type.Object({ code: Type.String(), name: Type.String() })),
})
export type Overview = Static<typeof Overview>
