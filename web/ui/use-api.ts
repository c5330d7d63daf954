import { useQuery } from '@tanstack/react-query'
import { get, type Query } from '../shell/api.ts'

/** Reads one address; `null` as path reads nothing yet. */
export const useApi = <T>(path: string | null, query: Query = {}, more: { refetchInterval?: number | false } = {}) =>
  useQuery({
    queryKey: [path, query],
    queryFn: ({ signal }) => get<T>(path ?? '', query, signal),
    enabled: path !== null,
    ...more,
  })
