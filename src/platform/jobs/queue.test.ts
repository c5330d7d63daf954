import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../../test/database.ts'
import { SYSTEM } from '../../kernel/actor.ts'
import { inTransaction } from '../database/transaction.ts'
import type { Installation } from '../installation.ts'
import type { Part } from '../part.ts'
import { workQueue } from './queue.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
})
afterAll(() => here?.close())

const until = async (done: () => boolean): Promise<void> => {
  for (let tries = 0; !done(); tries++) {
    if (tries > 1000) throw new Error('it did not come')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

test('news is worked when it was committed, and never when its transaction was rolled back', async () => {
  const heard: unknown[] = []
  const part = {
    name: 'listening',
    listens: { 'test.news': async (_: unknown, news: unknown) => void heard.push(news) },
  }
  const queue = await workQueue(here.ownerPool, [part as unknown as Part], here.run)
  try {
    await expect(
      here.run(SYSTEM, async context => {
        await context.announce('test.news', { of: 'a form that fails' })
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await Promise.all([1, 2, 3].map(of => here.run(SYSTEM, context => context.announce('test.news', { of }))))
    await until(() => heard.length >= 3)
    expect(heard).toHaveLength(3)
    expect(heard).toEqual(expect.arrayContaining([{ of: 1 }, { of: 2 }, { of: 3 }]))
  } finally {
    await queue.stop()
  }
})

test('a transaction that tells news notifies nobody while it commits; the workers are woken behind it', async () => {
  const client = await here.ownerPool.connect()
  const woken: string[] = []
  client.on('notification', ({ payload }) => woken.push(payload ?? ''))
  try {
    await client.query('listen "jobs:insert"')
    await inTransaction(
      here.pool,
      { actor: SYSTEM, clock: { today: () => '2026-03-01', now: () => new Date(0) } },
      tx => tx.query(`select platform.enqueue('event', '{}')`),
    )
    await client.query('select')
    expect(woken).toEqual([])
    await here.run(SYSTEM, context => context.announce('test.news', {}))
    await until(() => woken.length > 0)
    expect(woken).toEqual([expect.stringContaining('"count":1')])
  } finally {
    client.removeAllListeners('notification')
    await client.query('unlisten *')
    client.release()
  }
})
