import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { rowScan } from './fuse.ts'
import { catalogue, loadRule } from './load-catalogue.ts'
import { parametersOn, type Setting } from './parameters.ts'
import { type Parameter, type RowRule, renderEvidence, valueOn } from './rule.ts'

const a04 = catalogue().find(rule => rule.code === 'A04') as RowRule
const setting = (more: Partial<Setting>): Setting => ({
  division: 7,
  rule: 'A04',
  validFrom: '2018-01-01',
  parameters: {},
  active: true,
  ...more,
})

describe('parameters are dated and belong to a division', () => {
  test('without a setting the catalogue holds', () => {
    expect(parametersOn([a04], [], '2018-06-01')).toEqual({
      base: { A04_active: true, A04_bell_days: 20, A04_yellow_days: 30, A04_red_days: 60 },
      divisions: {},
      ignored: [],
    })
  })
  test('a division sets what it names from a day on, and not before', () => {
    const set = [
      setting({ parameters: { bell_days: 10 } }),
      setting({ validFrom: '2018-07-01', parameters: { bell_days: 5 } }),
    ]
    expect(parametersOn([a04], set, '2017-12-31').divisions).toEqual({})
    expect(parametersOn([a04], set, '2018-06-30').divisions[7]).toEqual({ A04_active: true, A04_bell_days: 10 })
    expect(parametersOn([a04], set, '2018-07-01').divisions[7]).toEqual({ A04_active: true, A04_bell_days: 5 })
  })
  test('division 0 speaks for the installation, a division for itself', () => {
    const { base, divisions } = parametersOn(
      [a04],
      [setting({ division: 0, parameters: { red_days: 90 } }), setting({ parameters: { red_days: 45 } })],
      '2018-06-01',
    )
    expect(base.A04_red_days).toBe(90)
    expect(divisions[7]!.A04_red_days).toBe(45)
  })
  test('a value that does not fit its parameter is left out and said aloud', () => {
    const { divisions, ignored } = parametersOn(
      [a04],
      [setting({ parameters: { bell_days: '20; drop table', no_such: 1 } })],
      '2018-06-01',
    )
    expect(divisions[7]).toEqual({ A04_active: true })
    expect(ignored).toHaveLength(2)
    expect(ignored[0]!.zh).toContain('bell_days')
  })
  test('the catalogue itself may change its mind from a day on', () => {
    const parameter = {
      values: [
        { from: '1949-10-01', value: 20 },
        { from: '2020-01-01', value: 15 },
      ],
    } as unknown as Parameter
    expect(valueOn(parameter, '2019-12-31')).toBe(20)
    expect(valueOn(parameter, '2020-01-01')).toBe(15)
  })
})

test('no value that anyone may set stands in the text of a scan', () => {
  const sql = rowScan([a04])
  expect(sql).toContain('parameter."A04_bell_days"')
  expect(sql).not.toMatch(/\b(20|30|60)\b/)
  expect(sql).not.toMatch(/(?<!:):bell_days/)
})

test('evidence shows money in yuan, words in words, and a dash for what is missing', () => {
  const rule = {
    evidence: { zh: '{a}{b}{c}', en: '{a} {b} {c}' },
    figures: {
      a: { unit: 'fen' as const, moves: false },
      b: { unit: 'word' as const, moves: false, words: { x: { zh: '甲', en: 'ex' } } },
      c: { unit: 'text' as const, moves: false },
    },
  }
  expect(renderEvidence(rule, { a: '123456789', b: 'x' })).toEqual({
    zh: '1,234,567.89元甲—',
    en: '1,234,567.89 yuan ex —',
  })
})

describe('a mistake in a rule folder is found when the catalogue is read', () => {
  const root = mkdtempSync(join(tmpdir(), 'fundwatch-rules-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  const yaml = `code: Z01
name: { zh: 样例, en: sample }
class: 支出管理
levels: [bell]
sentence: { zh: 样例, en: sample }
basis: [{ zh: 样例, en: sample, source: 样例 }]
handler: { zh: 样例, en: sample }
kind: row
subject: payment
subject_kind: payment
parameters:
  days: { type: int, value: 3, unit: { zh: 天, en: days }, meaning: { zh: 天数, en: days } }
figures: { n: { unit: count } }
evidence: { zh: '{n}', en: '{n}' }
`
  const sql = `-- when\ns.amount_fen > :days\n-- level\n'bell'\n-- amount\nnull\n-- evidence\njsonb_build_object('n', 1)\n`
  const load = (name: string, change: { yaml?: string; sql?: string }) => {
    const folder = join(root, name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'rule.yaml'), change.yaml ?? yaml)
    writeFileSync(join(folder, 'rule.sql'), change.sql ?? sql)
    return () => loadRule(folder)
  }
  test('a whole one is read', () => expect(load('Z01-whole', {})().code).toBe('Z01'))
  test.each([
    ['Z02-other', {}, /must be named Z01/],
    ['Z01-field', { yaml: yaml.replace('handler:', 'handlers:') }, /rule\.yaml/],
    ['Z01-value', { yaml: yaml.replace('value: 3', "value: '3'") }, /no int/],
    ['Z01-figure', { yaml: yaml.replace("zh: '{n}'", "zh: '{m}'") }, /\{m\}/],
    ['Z01-section', { sql: sql.replace('-- amount', '--') }, /no section "-- amount"/],
    ['Z01-unknown', { sql: sql.replace(':days', ':day') }, /uses :day/],
    ['Z01-unused', { sql: sql.replace(':days', '3') }, /not used/],
    ['Z01-second', { sql: `${sql}; delete from x` }, /semicolon/],
  ])('%s', (name, change, message) => expect(load(name, change)).toThrow(message))
})
