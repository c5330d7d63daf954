import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { usePlace } from './place.ts'

/** A link to a page, in another division where the thing belongs there; plain text where the reader may not go. */
export function ThingLink({
  page,
  division,
  year,
  search,
  children,
}: {
  page: string
  division?: string
  /** The fiscal year that the thing belongs to, where it may be another than the page's. */
  year?: number
  search?: Record<string, string>
  children: ReactNode
}) {
  const { at, inScope } = usePlace()
  if (division && !inScope(division)) return <>{children}</>
  return (
    <Link
      to={at(page, { ...(division ? { division } : {}), ...(year ? { year } : {}) }) as string}
      search={search as never}
    >
      {children}
    </Link>
  )
}
