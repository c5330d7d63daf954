import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Installation } from '../platform/installation.ts'
import { auditPackage } from './write-package.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(
    `insert into funds.subject select 'function', 2018, (1000000 + n)::text, repeat('样例科目', 40) from generate_series(1, 50000) n`,
  )
})
afterAll(() => here?.close())

test('a download that is broken off gives its connection back', async () => {
  for (let n = 0; n < 12; n++) {
    const out = new PassThrough()
    const work = here.run(SYSTEM, ({ tx }) => pipeline(Readable.from(auditPackage(tx, 'all')), out), { readOnly: true })
    let read = 0
    out.on('data', (piece: Buffer) => {
      read += piece.length
      if (read > 20_000) out.destroy()
    })
    await expect(work).rejects.toThrow()
  }
  // More than the pool has connections; a lost one would leave nobody to answer.
  expect(await here.run(SYSTEM, ({ tx }) => tx.one<{ one: number }>('select 1 as one'))).toEqual({ one: 1 })
})
