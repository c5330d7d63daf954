import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'

type Column =
  | 'code'
  | 'name'
  | 'parent_code'
  | 'level'
  | 'owner_office'
  | 'poverty_flag'
  | 'secret'
  | 'included'
  | 'excepted'
  | 'superior_code'
  | 'source'
type Fund = Record<Column, string>

const HEADER = 'code,name,parent_code,level,owner_office,poverty_flag,secret,included,excepted,superior_code,source'
const text = (file: string): string => readFileSync(new URL(`./${file}.csv`, import.meta.url), 'utf8')
const funds = (file: string): Fund[] => parse(text(file), { columns: true })

/** Counts as the documents themselves state them. */
const lists = [
  { file: 'centre-2018-qinghai', funds: 42, subItems: 0, level: 'central', centre: null },
  { file: 'centre-2018-xinjiang', funds: 41, subItems: 6, level: 'central', centre: null },
  { file: 'qinghai-2018', funds: 28, subItems: 0, level: 'province', centre: 'centre-2018-qinghai' },
  { file: 'xinjiang-2018', funds: 20, subItems: 0, level: 'province', centre: 'centre-2018-xinjiang' },
  { file: 'baqiao-2018', funds: 26, subItems: 4, level: 'county', centre: null },
] as const
const all = lists.flatMap(list => funds(list.file))

describe.each(lists)('the list $file', list => {
  const rows = funds(list.file)
  test('has the header of a catalogue, and no byte order mark', () =>
    expect(text(list.file).split('\n')[0]).toBe(HEADER))
  test(`holds ${list.funds} funds and ${list.subItems} sub-items, in the order of the print`, () => {
    const top = rows.filter(row => row.parent_code === '')
    expect(top).toHaveLength(list.funds)
    expect(rows.length - top.length).toBe(list.subItems)
    expect(top.map(row => Number(row.code.slice(4)))).toEqual(top.map((_, index) => index + 1))
  })
  test('every parent stands in the same list, before its sub-items', () => {
    for (const [index, row] of rows.entries())
      if (row.parent_code !== '') {
        expect(rows.slice(0, index).map(other => other.code)).toContain(row.parent_code)
        expect(row.code.startsWith(`${row.parent_code}.`)).toBe(true)
      }
  })
  test('every value is one that the columns allow', () => {
    for (const row of rows) {
      expect(row.level).toBe(list.level)
      expect(['whole', 'part', 'none']).toContain(row.poverty_flag)
      expect(['true', 'false']).toContain(row.secret)
      expect(row.name).not.toBe('')
      expect(row.source).toMatch(/〔2018〕\d+号附/)
      for (const value of Object.values(row)) expect(value).toBe(value.trim())
    }
  })
  test('no name still carries a clause that includes or excepts', () => {
    for (const row of rows) expect(row.name).not.toMatch(/[（(](?:不含|不包括|包括：|支持|涉密)|除外[）)]|。$/)
  })
  test('a superior fund, where named, bears the same name but for words of level', () => {
    const bare = (name: string): string => name.replace(/中央财政|中央|自治区财政|自治区|省级/g, '')
    for (const row of rows.filter(each => each.superior_code !== '')) {
      const superior = list.centre && funds(list.centre).find(each => each.code === row.superior_code)
      expect(superior && bare(superior.name), row.code).toBe(bare(row.name))
    }
  })
})

describe('all lists together', () => {
  test('no code occurs twice', () => expect(new Set(all.map(row => row.code)).size).toBe(all.length))
  test('no name occurs twice in one list', () => {
    for (const { file } of lists) expect(new Set(funds(file).map(row => row.name)).size).toBe(funds(file).length)
  })
  test('one fund is secret: the allowance of border guards', () =>
    expect(all.filter(row => row.secret === 'true').map(row => row.name)).toEqual(['护边员补助经费']))
  test('12 funds of Qinghai and 6 of Xinjiang name their superior', () => {
    const named = (file: string) => funds(file).filter(row => row.superior_code !== '').length
    expect([named('qinghai-2018'), named('xinjiang-2018'), named('baqiao-2018')]).toEqual([12, 6, 0])
  })
  test('the offices hold as many funds as their headings say', () => {
    const counted = (file: string) => {
      const counts: Record<string, number> = {}
      for (const row of funds(file))
        if (row.parent_code === '') counts[row.owner_office] = (counts[row.owner_office] ?? 0) + 1
      return counts
    }
    expect(counted('baqiao-2018')).toEqual({ 行财科: 4, 社保科: 13, 城建科: 2, 农财科: 6, 综改办: 1 })
    expect(counted('xinjiang-2018')).toEqual({
      经建处: 4,
      教科文处: 2,
      行政政法处: 2,
      农业处: 4,
      社保处: 2,
      扶贫资金管理办公室: 2,
      企业处: 1,
      农发办: 1,
      金融处: 1,
      综合处: 1,
    })
    expect(counted('centre-2018-xinjiang')).toEqual({
      预算处: 3,
      教科文处: 7,
      经建处: 10,
      行政政法处: 1,
      农业处: 5,
      社保处: 9,
      扶贫资金管理办公室: 1,
      企业处: 2,
      金融处: 1,
      农业综合开发办公室: 1,
      农村综合改革办公室: 1,
    })
  })
  test('what is included and excepted stands in its column', () => {
    const by = (code: string) => all.find(row => row.code === code)!
    expect(by('C42-29')).toMatchObject({ name: '农业资源及生态保护补助资金', excepted: '对农民的直接补贴' })
    expect(by('C42-16')).toMatchObject({ name: '生猪（牛羊）调出大县奖励资金', included: '省级统筹部分' })
    expect(by('C41-13').included).toBe('支持农村公路部分')
    expect(by('C41-17').excepted).toMatch(/^重大引调水工程.*生态建设方面支出$/)
    expect(by('X20-03').included).toBe('农村安居工程资金')
    expect(by('B26-25')).toMatchObject({ name: '农田水利建设资金', excepted: '竞争立项项目' })
    expect(all.filter(row => row.included !== '').length).toBe(9)
    expect(all.filter(row => row.excepted !== '').length).toBe(7)
  })
})
