import { useIsFetching } from '@tanstack/react-query'
import { type AnyRouter, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'

let asked = 0
let going = true

const mark = () => document.documentElement.toggleAttribute('data-under-way', going || asked > 0)

/** Counts a request from the moment it is sent until it is answered, and marks the document meanwhile. */
export async function underWay<T>(answer: Promise<T>): Promise<T> {
  asked++
  mark()
  try {
    return await answer
  } finally {
    asked--
    mark()
  }
}

/**
 * Marks the document while an address is not yet shown or a question not yet answered: `<html data-under-way>`, as it is served. The mark
 * goes after what came is drawn, so that whoever watches from outside (the browser tests) never reads the page before.
 */
export function UnderWay({ router }: { router: AnyRouter }) {
  const fetching = useIsFetching() > 0
  const moving = useRouterState({
    router,
    select: state => state.status !== 'idle' || state.resolvedLocation?.href !== state.location.href,
  })
  useEffect(() => {
    going = fetching || moving
    mark()
  }, [fetching, moving])
  return null
}
