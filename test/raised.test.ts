import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RAISED } from '../src/kernel/raised.ts'
import { ROOT } from '../src/platform/root.ts'

const texts = (folder: string, of: RegExp): [file: string, text: string][] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => of.test(file))
    .map(file => [file.replaceAll('\\', '/'), readFileSync(join(ROOT, folder, file), 'utf8')])

test('what the database raises stands in one table, and every code means one thing', () => {
  const raised = new Map<string, Set<string>>()
  for (const [file, text] of texts('migrations', /^\d{4}_.*\.sql$/))
    for (const [, code] of text.matchAll(/errcode = '(FW\d{3})'/g))
      raised.set(code!, (raised.get(code!) ?? new Set()).add(file))
  expect([...raised.keys()].sort()).toEqual(Object.values(RAISED).sort())
  // Claims and joinings have a migration each; books, and base data, are two; what belongs to postings is raised wherever something is posted.
  const own = [RAISED.book, RAISED.claim, RAISED.issuedAbove, RAISED.lineageBusy, RAISED.joining]
  expect(own.map(code => [code, [...raised.get(code)!].map(file => file.slice(0, 4))])).toEqual([
    ['FW004', ['0017', '0050']],
    ['FW005', ['0016']],
    ['FW006', ['0019', '0051']],
    ['FW007', ['0020']],
    ['FW008', ['0020']],
  ])
  const bare = texts('src', /(?<!\.test)\.ts$/).filter(
    ([file, text]) => file !== 'kernel/raised.ts' && /['"`]FW\d{3}['"`]/.test(text),
  )
  expect(bare.map(([file]) => file)).toEqual([])
})
