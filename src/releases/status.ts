/** Where a release stands; the screen and the server read the same table. */
export const STATES = ['asked', 'released', 'refused'] as const
export type ReleaseState = (typeof STATES)[number]

/** What may be done to a release in a state, and where it leads. */
export const STEPS: Readonly<Record<ReleaseState, Readonly<Partial<Record<'agree' | 'decline', ReleaseState>>>>> = {
  asked: { agree: 'released', decline: 'refused' },
  released: {},
  refused: {},
}
