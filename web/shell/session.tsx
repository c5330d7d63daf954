import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { createContext, useContext } from 'react'
import type { Session } from '../../src/identity/contract.ts'
import { POSTS } from '../../src/identity/posts.ts'
import type { Permission } from '../../src/kernel/permission.ts'
import { get, Refused, rememberCsrf, send } from './api.ts'

const SessionContext = createContext<Session | null>(null)
export const SessionProvider = SessionContext.Provider

/** Who is signed in; only below the sign-in gate. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession outside the sign-in gate')
  return session
}

/** Whether the person may do something, by the posts that reach the division shown. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions, divisions, duties } = useSession()
  const { division } = useParams({ strict: false }) as { division?: string }
  const here = divisions.find(one => one.code === division)
  if (!here) return permission => permissions.includes(permission)
  const posts = here.duties.flatMap(duty => duties[duty]?.post ?? [])
  return permission => posts.some(post => POSTS[post]?.permissions.includes(permission))
}

/** The session as the server knows it; null when nobody is signed in. */
export const useSessionQuery = () =>
  useQuery({
    queryKey: ['/session'],
    queryFn: async ({ signal }) => {
      try {
        const session = await get<Session>('/session', {}, signal)
        rememberCsrf(session.csrf)
        return session
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return null
        throw error
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Signs out here and on the server; what was read is forgotten. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    await send('DELETE', '/session').catch(() => {})
    // Not `clear`: the gate watches the session's query and would go on showing the old one.
    queries.setQueryData(['/session'], null)
    queries.removeQueries({ predicate: query => query.queryKey[0] !== '/session' })
  }
}
