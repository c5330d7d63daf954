import { type Static, Type } from 'typebox'

export const SignInBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  password: Type.String({ minLength: 1, maxLength: 200 }),
})
export const PasswordBody = Type.Object({ old: Type.String({ maxLength: 200 }), new: Type.String({ maxLength: 200 }) })

/** Who is signed in, what they may do, and where. */
export const Session = Type.Object({
  name: Type.String(),
  signInName: Type.String(),
  permissions: Type.Array(Type.String()),
  csrf: Type.String(),
  mustChange: Type.Boolean(),
  demo: Type.Boolean(),
  divisions: Type.Array(
    Type.Object({
      code: Type.String(),
      name: Type.String(),
      level: Type.String(),
      parent: Type.Union([Type.String(), Type.Null()]),
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
