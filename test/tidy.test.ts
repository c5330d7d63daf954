import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../src/platform/root.ts'
import {
  consoleFaults,
  FLOATS,
  floatFaults,
  importFaults,
  importsOf,
  importTable,
  isCode,
  lengthFaults,
  linkFaults,
  MAX_LINES,
  machineFaults,
  migrationFaults,
  namedFaults,
  nameFaults,
  partFaults,
  repository,
  roomOf,
  type TextFile,
  tableFaults,
  unfinishedFaults,
  unlistedFaults,
} from './tidy.ts'

// The repository is held to what its documents say. Each check is also shown something bad, and must see it.

const files = repository(ROOT)
const text = (path: string): string => files.find(file => file.path === path)?.text ?? ''
const table = importTable(text('ARCHITECTURE.md'))
const exists = (path: string): boolean => existsSync(join(ROOT, path))
const code = files.filter(({ path }) => isCode(path))
const bad = (path: string, ...lines: string[]): TextFile => ({ path, text: `${lines.join('\n')}\n` })

test('the repository is looked at, not an empty folder', () => {
  expect(code.length).toBeGreaterThan(80)
  expect(files.some(({ path }) => path.startsWith('migrations/'))).toBe(true)
})

describe('imports follow the table in ARCHITECTURE.md', () => {
  test('the table has a row for every folder of src, and no part reaches itself', () => {
    const rooms = new Set(code.filter(({ path }) => path.startsWith('src/')).map(({ path }) => roomOf(path)))
    const without = [...rooms].filter(room => !table.has(room) && room !== 'kernel' && room !== 'platform')
    expect(without).toEqual([])
    expect(tableFaults(table)).toEqual([])
  })

  test('every import in src and web leads to a file that may be imported there', () => {
    const looked = code.filter(({ path }) => path.startsWith('src/') || path.startsWith('web/'))
    expect(looked.flatMap(file => importFaults(file, table, exists))).toEqual([])
  })

  test('a circle in the table is seen', () => {
    const circle = importTable('| Part | May import | 中文 |\n|---|---|---|\n| a | b | |\n| b | a | |\n| c | d | |\n')
    expect(tableFaults(circle)).toEqual([
      'c may import d, which has no row',
      'a may import itself over others',
      'b may import itself over others',
    ])
    expect(() => importTable('| Part | May import | 中文 |\n|---|---|---|\n| a | nearly everything | |\n')).toThrow()
    expect(() => importTable('no table')).toThrow()
  })

  const anywhere = () => true
  const wrong: [string, string, string][] = [
    ['a part that reaches up', 'src/ledger/post.ts', '../payments/payment.ts'],
    ['a part without a row', 'src/lottery/draw.ts', '../ledger/post.ts'],
    ['a kernel that reaches out', 'src/kernel/money.ts', '../platform/root.ts'],
    ['a kernel that reads a file', 'src/kernel/money.ts', 'node:fs'],
    ['a kernel that leans on a package', 'src/kernel/money.ts', 'pg'],
    ['a platform that knows a part', 'src/platform/run.ts', '../audit/record.ts'],
    ['an overview that takes more than a contract', 'src/overview/reads.ts', '../ledger/post.ts'],
    ['a page that takes a store into the browser', 'web/funds/api.ts', '../../src/funds/store.ts'],
    ['a page that takes Node into the browser', 'web/funds/api.ts', 'node:path'],
    ['a contract that takes the database into the browser', 'src/funds/contract.ts', 'pg'],
    ['a contract that takes a store into the browser', 'src/funds/contract.ts', './store.ts'],
    ['a program that leans on a test', 'src/ledger/post.ts', './post.test.ts'],
    ['a program that leans on what is only for tests', 'src/platform/tables/xlsx-sheet.ts', './test-workbook.ts'],
  ]
  test.each(wrong)('%s is seen', (_, path, name) => {
    expect(importFaults(bad(path, `import { x } from '${name}'`), table, anywhere)).not.toEqual([])
  })

  test('an import of a file that is not there is seen', () => {
    const file = bad('src/ledger/post.ts', `import type { x } from './lost.ts'`, `await import('./gone.ts')`)
    expect(importsOf(file.text)).toEqual(['./lost.ts', './gone.ts'])
    expect(
      importFaults(file, table, path => path !== 'src/ledger/lost.ts' && path !== 'src/ledger/gone.ts'),
    ).toHaveLength(2)
  })

  const right: [string, string][] = [
    ['src/payments/stage.ts', '../ledger/post.ts'],
    ['src/payments/stage.ts', 'pg'],
    ['src/kernel/digest.ts', 'node:crypto'],
    ['src/overview/reads.ts', '../ledger/contract.ts'],
    ['web/warnings/actions.ts', '../../src/warnings/status.ts'],
    ['src/ledger/post.test.ts', '../payments/payment.ts'],
    ['src/cli/serve.ts', '../identity/sign-in.ts'],
  ]
  test.each(right)('%s may import %s', (path, name) => {
    expect(importFaults(bad(path, `import { x } from '${name}'`), table, anywhere)).toEqual([])
  })
})

describe('a folder list states the mission', () => {
  test('every part says what its duty is, and hands the application its part', () => {
    const parts = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
      .filter(entry => entry.isDirectory() && !['kernel', 'platform', 'cli'].includes(entry.name))
      .map(entry => entry.name)
    const paths = files.map(({ path }) => path)
    expect(parts.flatMap(part => partFaults(part, paths))).toEqual([])
    expect(partFaults('lottery', ['src/lottery/part.ts'])).toEqual(['src/lottery has no README.md'])
  })

  test('the glossary knows every part and every schema by its name', () => {
    const glossary = text('GLOSSARY.md')
    const schemas = files.flatMap(({ path, text }) =>
      /^migrations\/\d/.test(path) ? [...text.matchAll(/^create schema (\w+);/gm)].map(([, name]) => name ?? '') : [],
    )
    expect(schemas).toContain('ledger')
    const unknown = [...new Set([...table.keys(), ...schemas])].filter(name => !glossary.includes(`\`${name}\``))
    expect(unknown).toEqual([])
    expect(glossary.includes('`lottery`')).toBe(false)
  })

  test('no file is called after nothing, and none only passes others on', () => {
    expect(files.flatMap(nameFaults)).toEqual([])
    expect(nameFaults(bad('src/ledger/utils.ts'))).toHaveLength(1)
    expect(nameFaults(bad('src/helpers/money.ts'))).toHaveLength(1)
    expect(nameFaults(bad('src/ledger/index.ts'))).toHaveLength(1)
    expect(nameFaults(bad('src/ledger/all.ts', `export * from './post.ts'`))).toHaveLength(1)
  })

  test(`no file is longer than ${MAX_LINES} lines`, () => {
    expect(files.flatMap(lengthFaults)).toEqual([])
    expect(lengthFaults({ path: 'src/ledger/post.ts', text: 'x\n'.repeat(MAX_LINES + 1) })).toHaveLength(1)
    expect(lengthFaults({ path: 'src/ledger/post.ts', text: 'x\n'.repeat(MAX_LINES) })).toEqual([])
  })
})

describe('what the code may not hold', () => {
  test('nothing is left unfinished in it', () => {
    expect(files.flatMap(unfinishedFaults)).toEqual([])
    expect(unfinishedFaults(bad('src/a.ts', '', `// ${['TO', 'DO'].join('')} later`))).toEqual([
      'src/a.ts:2 is unfinished',
    ])
  })

  test('the program does not write to the console', () => {
    expect(files.flatMap(consoleFaults)).toEqual([])
    expect(consoleFaults(bad('src/a.ts', `console.log('here')`))).toHaveLength(1)
    expect(consoleFaults(bad('src/a.test.ts', `console.log('here')`))).toEqual([])
  })

  test('no float comes near money', () => {
    expect(files.flatMap(floatFaults)).toEqual([])
    expect(floatFaults(bad('src/a.ts', `const yuan = parseFloat(text)`))).toHaveLength(1)
    expect(floatFaults(bad('src/a.ts', `(fen / 100).toFixed(2)`))).toHaveLength(1)
    expect(floatFaults(bad('src/a.ts', `const total = Number(row.amount_fen)`))).toHaveLength(1)
    for (const path of Object.keys(FLOATS)) expect(floatFaults(bad(path, `x.toFixed(1)`))).toEqual([])
  })

  test('no path of a machine and no address of a registry is in the repository', () => {
    expect(files.flatMap(file => machineFaults(file, ROOT))).toEqual([])
    const home = ['', 'home', 'somebody', 'fundwatch'].join('/')
    const registry = ['https:', '', `registry.example`, 'pg'].join('/')
    expect(machineFaults(bad('docs/a.md', `see ${home}`), ROOT)).toHaveLength(1)
    expect(machineFaults(bad('docs/a.md', `see ${ROOT}/src/app.ts`), ROOT)).toHaveLength(1)
    expect(machineFaults(bad('package-lock.json', `"resolved": "${registry}"`), ROOT)).toHaveLength(1)
    expect(machineFaults(bad('docs/a.md', 'see src/app.ts and https://example.org/home/x'), ROOT)).toEqual([])
  })
})

describe('migrations and documents', () => {
  test('every migration says why it is there, under a number of its own', () => {
    expect(migrationFaults(files.filter(({ path }) => /^migrations\/(?!schema\.sql).*\.sql$/.test(path)))).toEqual([])
    const why = '-- Somebody needs this table for something.'
    expect(migrationFaults([bad('migrations/0001_a.sql', 'create table a ();')])).toHaveLength(1)
    expect(migrationFaults([bad('migrations/0001_a.sql', why), bad('migrations/0001_b.sql', why)])).toHaveLength(1)
    expect(migrationFaults([bad('migrations/first.sql', why)])).toHaveLength(1)
  })

  test('every decision is in the list of decisions', () => {
    const records = readdirSync(join(ROOT, 'docs', 'decisions')).filter(name => name !== 'README.md')
    expect(records.length).toBeGreaterThan(0)
    expect(unlistedFaults(text('docs/decisions/README.md'), records)).toEqual([])
    expect(unlistedFaults('- [0001](0001-a.md)', ['0001-a.md', '0002-b.md'])).toHaveLength(1)
  })

  test('every link between documents leads somewhere', () => {
    expect(files.flatMap(file => linkFaults(file, exists))).toEqual([])
    expect(
      linkFaults(
        bad('docs/a.md', '[b](b.md) [c](../README.md#d) [e](https://example.org)'),
        path => path === 'README.md',
      ),
    ).toEqual(['docs/a.md links b.md, which is not there'])
  })

  test('every file that a document names is there', () => {
    expect(files.flatMap(file => namedFaults(file, exists))).toEqual([])
    expect(namedFaults(bad('STYLE.md', 'see `src/lost.ts` and `src/app.ts`'), path => path === 'src/app.ts')).toEqual([
      'STYLE.md names src/lost.ts, which is not there',
    ])
  })
})
