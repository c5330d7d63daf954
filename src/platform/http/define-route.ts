import { type Static, type TSchema, Type } from 'typebox'
import type { Actor } from '../../kernel/actor.ts'
import type { Permission } from '../../kernel/permission.ts'
import type { Refusal, Sentence } from '../../kernel/refusal.ts'
import type { Context, Run } from '../context.ts'
import type { Importer, Source } from '../part.ts'

/** Who asks, as far as the cookie tells. */
export interface Visitor {
  /** Stands on the posts that grant what the route asks for, and on no others. */
  actor: Actor
  csrf: string
  mustChange: boolean
  /** Whether a second factor is asked of the person's post and not yet set up. */
  mustEnrol: boolean
  /** Whether the person holds a post with the route's permission anywhere, or in the division that the path names. */
  granted: boolean
  /** The division that the path names: null where there is none with that code today. */
  division: { id: number; inScope: boolean } | null
  /** The same person on the posts that grant another permission here; null where none does. */
  standing(permission: Permission): Promise<Actor | null>
  /** Came by an interface key, not by a cookie: no other site can have made its request. */
  byKey?: boolean
}

/** What a route asks of its visitor. */
export interface Wanted {
  permission: Permission | 'public' | 'signed-in'
  /** The nine-digit code in the path. */
  division?: string | undefined
}

type Of<S> = S extends TSchema ? Static<S> : undefined

/** What a handler is given besides its context: everything is already checked against the route's schemas. */
export interface Asked<Params, Query, Body> {
  params: Params
  query: Query
  body: Body
  /** The division named in the path; its surrogate, already known to lie in the actor's scope. 0 where the path names none. */
  division: number
  /** The upload of a route with `upload: true`; deleted after the handler. */
  upload: Upload
  /** The sign-in cookie as it came, who it belongs to, and the browser's name. */
  token: string | null
  visitor: Visitor | null
  agent: string
  /** The request's Idempotency-Key; a route that does not keep keys itself need not look at it. */
  idempotencyKey: string | null
  /** Sets or clears the sign-in cookie. */
  setToken(token: string | null): void
  /** Answers with a refusal although the transaction commits: for failures that must be remembered. */
  refuseAfterCommit(refusal: Refusal): Record<string, never>
  /** For work that outlives the request: transactions of its own, importers by kind. */
  run: Run
  importer(kind: string): Importer | undefined
  /** All routes of the server, for what is carried out later than it was asked. */
  routes: RouteBook
  /** Keeps the upload until `work` ends, after the answer is sent. */
  afterAnswer(work: () => Promise<void>): void
}

/** The routes that chains of approval may name. */
export interface RouteBook {
  /** The forms, with who may start them. */
  forms: readonly { form: string; title: Sentence }[]
  /** By method and path below `/api/v1`, as declared: `POST /divisions/:division/corrections`. */
  of(key: string): Route | undefined
}

/** An act that a chain of approval may hold back. */
export interface ChainedAct {
  form: string
  route: Route
  /** The address as it was called, below `/api/v1`. */
  path: string
}

/** Whoever knows the chains (`src/approvals`): answers what is said instead of carrying the act out, or null where nothing holds it back. */
export type Intercept = (
  context: Context,
  act: ChainedAct,
  asked: Asked<never, never, never>,
) => Promise<Record<string, unknown> | null>

export interface Upload extends Source {
  size: number
  sm3: Buffer
}

export interface Streamed {
  stream: NodeJS.ReadableStream
  mediaType: string
  fileName: string
}

export interface RouteSpec<
  Params extends TSchema | undefined,
  Query extends TSchema | undefined,
  Body extends TSchema | undefined,
  Answer extends TSchema | undefined,
> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v1`. A `:division` is a nine-digit code and must lie in the actor's scope. */
  path: string
  /** `public` for what the anonymous may have, `signed-in` for what every signed-in person may do. */
  permission: Permission | 'public' | 'signed-in'
  summary: Sentence
  params?: Params
  query?: Query
  body?: Body
  /** What is answered; `NOTHING` where there is nothing to say but that it is done. Only a file alone has none. */
  answer?: Answer
  /** A file is handed out: always, or, where `answer` stands beside it, when the query asks for one. */
  file?: boolean
  upload?: boolean
  /** The file may also be the whole body, in one of `RAW_BODIES`. */
  raw?: boolean
  /** The route keeps idempotency keys with what it makes; for all others the server does. */
  keepsKeys?: boolean
  /**
   * The form's name in the chains of approval (审批链), e.g. `allotment.register`; `:kind` in it stands for that parameter. Where a chain is
   * in force the act is checked by running and undoing it, waits for its signatures, and is then carried out by this same handler.
   */
  approval?: string
  /** What a form's check is where running and undoing the handler would not look far enough, as with work after the answer. */
  approvalCheck?(context: Context, asked: Asked<Of<Params>, Of<Query>, Of<Body>>): Promise<unknown>
  readOnly?: boolean
  handle(
    context: Context,
    asked: Asked<Of<Params>, Of<Query>, Of<Body>>,
  ): Promise<(Answer extends TSchema ? Static<Answer> : never) | Streamed>
}

/** The answer of an act of which there is nothing to say but that it is done. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that has nothing to say returns nothing
export const NOTHING = Type.Unsafe<Record<string, never> | void>({ type: 'object', additionalProperties: false })

export type Route = RouteSpec<TSchema | undefined, TSchema | undefined, TSchema | undefined, TSchema | undefined>

/**
 * Declares one endpoint: where it is, who may call it, what goes in and out. The server refuses, in this order, the anonymous
 * (401), the wrong post (403), a division outside the scope (403), and input that does not fit its schema (422).
 */
export function defineRoute<
  Params extends TSchema | undefined = undefined,
  Query extends TSchema | undefined = undefined,
  Body extends TSchema | undefined = undefined,
  Answer extends TSchema | undefined = undefined,
>(spec: RouteSpec<Params, Query, Body, Answer>): Route {
  return spec as unknown as Route
}
