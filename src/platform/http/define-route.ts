import type { Static, TSchema } from 'typebox'
import type { Actor } from '../../kernel/actor.ts'
import type { Permission } from '../../kernel/permission.ts'
import type { Refusal, Sentence } from '../../kernel/refusal.ts'
import type { Context, Run } from '../context.ts'
import type { Importer, Source } from '../part.ts'

/** Who asks, as far as the cookie tells. */
export interface Visitor {
  actor: Actor
  csrf: string
  mustChange: boolean
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
  /** Sets or clears the sign-in cookie. */
  setToken(token: string | null): void
  /** Answers with a refusal although the transaction commits: for failures that must be remembered. */
  refuseAfterCommit(refusal: Refusal): Record<string, never>
  /** For work that outlives the request: transactions of its own, importers by kind. */
  run: Run
  importer(kind: string): Importer | undefined
  /** Keeps the upload until `work` ends, after the answer is sent. */
  afterAnswer(work: () => Promise<void>): void
}

export interface Upload extends Source {
  size: number
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
  answer?: Answer
  upload?: boolean
  readOnly?: boolean
  handle(
    context: Context,
    asked: Asked<Of<Params>, Of<Query>, Of<Body>>,
  ): Promise<Answer extends TSchema ? Static<Answer> : unknown>
}

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
