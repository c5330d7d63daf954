import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeSchema, glossaryWords } from '../src/platform/database/describe-schema.ts'
import type { Installation } from '../src/platform/installation.ts'
import { ROOT } from '../src/platform/root.ts'
import { testInstallation } from './database.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
})
afterAll(() => here?.close())

const words = glossaryWords(readFileSync(join(ROOT, 'GLOSSARY.md'), 'utf8'))
const written = (): string => readFileSync(join(ROOT, 'docs', 'data-dictionary.md'), 'utf8')

test('the data dictionary says what the database holds (after a migration: node bin/data-dictionary.mjs)', async () => {
  expect(await describeSchema(here.ownerPool, words)).toBe(written())
})

test('a table that is added is missed in it', async () => {
  await here.ownerPool.query('create table funds.lottery (division int primary key, prize_fen bigint)')
  const told = await describeSchema(here.ownerPool, words)
  expect(told).toContain('### funds.lottery')
  expect(told).toContain('| `prize_fen` | bigint, may be empty |  | money, in fen |')
  expect(written()).not.toContain('lottery')
})
