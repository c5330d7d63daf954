import type { Actor } from '../kernel/actor.ts'
import type { Context, Run } from './context.ts'

/** Does the work in a transaction that is taken back, and answers what it came to: a file is looked at by the code that would take it in. */
export async function onlyLook<T>(run: Run, actor: Actor, work: (context: Context) => Promise<T>): Promise<T> {
  const takenBack = new Error('only looked at')
  let outcome!: T
  await run(actor, async context => {
    outcome = await work(context)
    throw takenBack
  }).catch(error => {
    if (error !== takenBack) throw error
  })
  return outcome
}
