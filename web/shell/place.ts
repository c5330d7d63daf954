import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useSession } from './session.tsx'

export interface Place {
  division: string
  year: number
  divisionName: string
  /** The address of a page in this division and year; in another division where one is named. */
  at(page: string, elsewhere?: { division?: string; year?: number }): string
  /** Whether the reader may open pages of a division. */
  inScope(division: string): boolean
}

/** Division and year, as the address has them. */
export function usePlace(): Place {
  const { division = '', year = '' } = useParams({ strict: false }) as { division?: string; year?: string }
  const { divisions } = useSession()
  const prefix = (code: string, of: number | string) => `/${code}/${of}`
  return {
    division,
    year: Number(year),
    divisionName: divisions.find(one => one.code === division)?.name ?? division,
    at: (page, elsewhere) =>
      `${prefix(elsewhere?.division ?? division, elsewhere?.year ?? year)}${page ? `/${page}` : ''}`,
    inScope: code => divisions.some(one => one.code === code),
  }
}

export type Filters = Readonly<Record<string, string>>

/** The filters of a list: they live in the address, so that a list can be bookmarked and sent on. */
export function useFilters(): [Filters, (change: Record<string, string | undefined>) => void] {
  const filters = useSearch({ strict: false }) as Filters
  const navigate = useNavigate()
  return [
    filters,
    change => {
      const next: Record<string, string> = {}
      for (const [name, value] of Object.entries({ ...filters, ...change })) if (value) next[name] = value
      void navigate({ to: '.', search: next as never, replace: true })
    },
  ]
}
