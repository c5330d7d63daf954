import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { classifyIssuer, type DocumentIssuer, type IssuerFacts } from './document-issuer.ts'
import { parseDocumentNumber } from './document-number.ts'

const county: IssuerFacts = { ownWords: ['灞财'], superiorWords: ['市财'], level: 'county' }

describe('whose number stands in the local field', () => {
  const cases: [number: string, issuer: DocumentIssuer][] = [
    ['灞财农〔2018〕7号', 'own'],
    ['灞财〔2018〕7号', 'own'],
    ['财农〔2018〕24号', 'superior'],
    ['财建〔2018〕3号', 'superior'],
    ['陕财办农〔2018〕38号', 'superior'],
    ['皖财社〔2019〕8号', 'superior'],
    ['市财发〔2018〕5号', 'superior'],
    ['灞牧字〔2018〕5号', 'department'],
    ['灞卫〔2018〕5号', 'department'],
    ['灞水〔2018〕9号', 'department'],
    ['灞水发〔2018〕9号', 'department'],
    ['灞农财〔2018〕9号', 'department'],
    ['灞教体〔2018〕9号', 'department'],
    ['灞扶办发〔2018〕2号', 'department'],
    ['莆城委农办〔2025〕4号', 'department'],
    ['教财〔2018〕1号', 'department'],
    ['农财发〔2018〕1号', 'department'],
    ['灞脱贫资金保障办发〔2018〕1号', 'department'],
    ['泉财规〔2024〕7号', 'policy'],
    ['豫办〔2016〕28号', 'policy'],
    ['陕发〔2021〕5号', 'policy'],
    ['国办发〔2018〕35号', 'policy'],
    ['中发〔2018〕16号', 'policy'],
    ['桂政办发〔2017〕42号', 'policy'],
    ['南府办〔2017〕84号', 'policy'],
    ['汉政办发〔2021〕88号', 'policy'],
    ['安委发〔2019〕6号', 'policy'],
    ['达市财农〔2024〕3号', 'unknown'],
    ['邵北财农绩〔2023〕1号', 'unknown'],
    ['不是文号', 'unknown'],
  ]
  test.each(cases)('%s is %s', (number, issuer) => expect(classifyIssuer(number, county).issuer).toBe(issuer))

  test('a number that came on a line from above is the superior’s, whatever its word', () => {
    const facts = { ...county, superiorNumbers: new Set(['灞财农〔2018〕7号']) }
    expect(classifyIssuer('灞财农〔2018〕7号', facts).issuer).toBe('superior')
  })
  test('the ministry’s own number is the ministry’s own', () =>
    expect(classifyIssuer('财农〔2018〕24号', { level: 'central' }).issuer).toBe('own'))
  test('a county whose word begins like a province’s keeps its own number', () =>
    expect(classifyIssuer('青财农〔2018〕4号', { ownWords: ['青财'], level: 'county' }).issuer).toBe('own'))
  test('the longer word wins where own and superior begin alike', () =>
    expect(
      classifyIssuer('宁财农指〔2018〕4号', { ownWords: ['宁财农'], superiorWords: ['宁财'], level: 'county' }).issuer,
    ).toBe('own'))
  test('another province’s finance bureau is nobody’s superior in a province', () =>
    expect(classifyIssuer('皖财农〔2018〕4号', { ownWords: ['陕财'], level: 'province' }).issuer).toBe('unknown'))
  test('the sentence names the number and the mend', () => {
    const { zh, en } = classifyIssuer('灞水〔2018〕9号', county)
    expect(zh).toContain('灞水〔2018〕9号')
    expect(zh).toContain('请填写')
    expect(en).toContain('enter')
  })

  test('the contexts of the labelled list come out for a county that owns none of them', () => {
    const { items } = JSON.parse(
      readFileSync(new URL('../../test/cases/doc-numbers.json', import.meta.url), 'utf8'),
    ) as { items: { raw: string; context?: DocumentIssuer }[] }
    const readable = items.filter(item => item.context && parseDocumentNumber(item.raw).normalised)
    expect(readable.length).toBeGreaterThan(1)
    for (const { raw, context } of readable)
      expect(classifyIssuer(parseDocumentNumber(raw).normalised!, county).issuer, raw).toBe(context)
  })
})
