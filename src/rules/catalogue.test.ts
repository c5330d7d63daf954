import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { testInstallation } from '../../test/database.ts'
import type { Installation } from '../platform/installation.ts'
import { type Example, ExampleFacts } from './example-facts.ts'
import { CATALOGUE_FOLDER, catalogue } from './load-catalogue.ts'
import { parametersOn } from './parameters.ts'
import { type Finding, type Rule, renderEvidence } from './rule.ts'
import { scanRules } from './scan.ts'

const examplesOf = (rule: Rule): Example[] =>
  parse(readFileSync(join(CATALOGUE_FOLDER, rule.folder, 'examples.yaml'), 'utf8')) as Example[]

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
})
afterAll(() => here.close())

async function scan(rules: readonly Rule[], asOf: string): Promise<Finding[]> {
  const findings: Finding[] = []
  const outcome = await scanRules(here.rulesPool, rules, {
    parameters: parametersOn(rules, [], asOf),
    asOf,
    sink: {
      write: async more => void findings.push(...more),
      discard: async codes =>
        void findings.splice(0, findings.length, ...findings.filter(one => !codes.includes(one.rule))),
    },
  })
  expect(outcome.suspended).toEqual([])
  expect([...outcome.ran].sort()).toEqual(rules.map(rule => rule.code).sort())
  return findings
}

test('the catalogue holds the rules that were promised, each with its page', () => {
  expect(catalogue().map(rule => rule.code)).toEqual([
    ...['A02', 'A04', 'A07', 'A08', 'A14', 'A16'],
    ...Array.from({ length: 20 }, (_, n) => `E${String(n + 1).padStart(2, '0')}`),
    'P01',
  ])
  for (const rule of catalogue()) {
    const page = readFileSync(join(CATALOGUE_FOLDER, rule.folder, 'README.md'), 'utf8')
    expect(page, rule.code).toContain(rule.name.zh)
    expect(page, rule.code).toContain(rule.sentence.zh)
  }
})

describe.each(catalogue().map(rule => [rule.code, rule.name.zh, rule] as const))('%s %s', (_, __, rule) => {
  const examples = examplesOf(rule)

  test('shows at least two examples that ring and two that do not', () => {
    expect(examples.filter(example => example.rings !== null).length).toBeGreaterThanOrEqual(2)
    expect(examples.filter(example => example.rings === null).length).toBeGreaterThanOrEqual(2)
  })

  test.each(examples.map(example => [example.name.zh, example] as const))('%s', async (_, example) => {
    const facts = await ExampleFacts.open(here.ownerPool, example.in ?? 'county', example.go_live ?? null)
    await facts.write(example.facts)
    const found = (await scan([rule], example.as_of)).filter(one => one.division === facts.division)
    expect(found.map(one => one.level)).toEqual(example.rings === null ? [] : [example.rings])
    for (const one of found) {
      const figures = JSON.parse(one.evidence) as Record<string, unknown>
      expect(figures).toMatchObject(example.figures ?? {})
      expect(Object.keys(figures).filter(name => !(name in rule.figures))).toEqual([])
      expect(rule.levels).toContain(one.level)
      for (const text of Object.values(renderEvidence(rule, figures))) expect(text).not.toMatch(/[{}]|undefined|null/)
    }
  })
})

test('one pass over a subject finds exactly what its rules find one by one', async () => {
  const order = (findings: Finding[]) =>
    findings.map(one => JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).sort()
  const fused = order(await scan(catalogue(), '2019-06-01'))
  const single: Finding[] = []
  for (const rule of catalogue()) single.push(...(await scan([rule], '2019-06-01')))
  expect(fused).toEqual(order(single))
  expect(new Set(single.map(one => one.rule)).size).toBeGreaterThan(7)
})
