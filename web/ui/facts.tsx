import type { ReactNode } from 'react'

export interface Fact {
  name: string
  value: ReactNode
  /** Takes the whole width. */
  wide?: boolean
}

/** The facts of one thing, name and value; what is not known is left out. */
export function Facts({ facts }: { facts: readonly (Fact | null | false | undefined)[] }) {
  return (
    <dl className="facts">
      {facts
        .filter((fact): fact is Fact => !!fact && fact.value !== null && fact.value !== undefined && fact.value !== '')
        .map(fact => (
          <div key={fact.name} className={fact.wide ? 'fact fact-wide' : 'fact'}>
            <dt>{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
    </dl>
  )
}
