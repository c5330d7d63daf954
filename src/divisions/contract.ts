import { type Static, Type } from 'typebox'

export const DivisionParams = Type.Object({ division: Type.String() })

export const Named = Type.Object({ code: Type.String(), name: Type.String() })
export type Named = Static<typeof Named>

export const OneUnit = Type.Object({ id: Type.Number(), code: Type.String(), name: Type.String() })

/** A division as it is today; `history` holds how it was called and coded before, oldest first. */
export const DivisionPage = Type.Object({
  code: Type.String(),
  name: Type.String(),
  level: Type.String(),
  administrativeParent: Type.Union([Named, Type.Null()]),
  fiscalParent: Type.Union([Named, Type.Null()]),
  /** The day on which it began to use this system; documents before it are back-entries. */
  goLive: Type.Union([Type.String(), Type.Null()]),
  /** Divisions directly below, by either parent. */
  children: Type.Array(Type.Object({ code: Type.String(), name: Type.String(), level: Type.String() })),
  agencies: Type.Array(OneUnit),
  offices: Type.Array(OneUnit),
  /** `to` is the first day on which it no longer held; null until further notice. */
  history: Type.Array(
    Type.Object({
      from: Type.String(),
      to: Type.Union([Type.String(), Type.Null()]),
      code: Type.String(),
      name: Type.String(),
    }),
  ),
})
export type DivisionPage = Static<typeof DivisionPage>
