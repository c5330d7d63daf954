import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DOCUMENT_NUMBER_SQL_PATTERN, parseDocumentNumber } from './document-number.ts'

interface Labelled {
  raw: string
  verdict: 'valid' | 'repairable' | 'invalid'
  normalised: string | null
  why: string
}
const labelled = JSON.parse(readFileSync(new URL('../../test/cases/doc-numbers.json', import.meta.url), 'utf8')) as {
  counts: { total: number }
  items: Labelled[]
}

describe('the labelled numbers of public documents', () => {
  test('are all there', () => expect(labelled.items).toHaveLength(labelled.counts.total))
  test.each(labelled.items)('$raw is $verdict', ({ raw, verdict, normalised }) => {
    const read = parseDocumentNumber(raw)
    expect({ verdict: read.verdict, normalised: read.normalised }).toEqual({ verdict, normalised })
  })
})

describe('numbers that nobody labelled before', () => {
  const repairable: [raw: string, normalised: string, repairs: string][] = [
    ['渭财办农【2019】77号', '渭财办农〔2019〕77号', 'brackets'],
    ['渭财办农（2019）77号', '渭财办农〔2019〕77号', 'brackets'],
    ['渭财办农(2019)77号', '渭财办农〔2019〕77号', 'brackets'],
    ['渭财办农<2019>77号', '渭财办农〔2019〕77号', 'brackets'],
    ['渭财办农《2019》77号', '渭财办农〔2019〕77号', 'brackets'],
    ['渭财办农〔2019]77号', '渭财办农〔2019〕77号', 'brackets'],
    ['渭财办农[[2019]]77号', '渭财办农〔2019〕77号', 'brackets'],
    ['渭财办农〔2019年〕77号', '渭财办农〔2019〕77号', 'year-word'],
    ['渭财办农〔2019〕第77号', '渭财办农〔2019〕77号', 'ordinal'],
    ['渭财办农〔2019〕0077号', '渭财办农〔2019〕77号', 'leading-zero'],
    ['渭财办农〔2019〕77', '渭财办农〔2019〕77号', 'serial-mark'],
    ['渭财办农〔2019〕77号文', '渭财办农〔2019〕77号', 'trailing-words'],
    ['渭财办农〔2019〕77号文件', '渭财办农〔2019〕77号', 'trailing-words'],
    ['文号：渭财办农〔2019〕77号', '渭财办农〔2019〕77号', 'label'],
    ['依据文号:渭财办农〔2019〕77号', '渭财办农〔2019〕77号', 'label'],
    ['  渭财办农〔2019〕77号', '渭财办农〔2019〕77号', 'blank'],
    ['渭 财 办 农〔2019〕77号', '渭财办农〔2019〕77号', 'blank'],
    ['渭财办农\u3000〔２０１９〕７７号', '渭财办农〔2019〕77号', 'blank full-width'],
    ['渭財辦農〔2019〕77號', '渭财办农〔2019〕77号', 'traditional'],
    ['渭财办农〔201977号', '渭财办农〔2019〕77号', 'bracket-lost'],
    ['渭财办农2019〕77号', '渭财办农〔2019〕77号', 'bracket-lost'],
    ['渭财办农201977号', '渭财办农〔2019〕77号', 'brackets-lost'],
    ['渭财办农2019年77号', '渭财办农〔2019〕77号', 'brackets-lost year-word'],
    ['渭财办农〔2O19〕77号', '渭财办农〔2019〕77号', 'letter-for-digit'],
    ['渭财(农)指〔2019〕77号', '渭财（农）指〔2019〕77号', 'agency-parentheses'],
    ['关于下达2019年扶贫资金的通知(渭财办农[2019]77号)', '渭财办农〔2019〕77号', 'title-apart brackets'],
    ['渭财办农〔2019〕77号关于下达2019年扶贫资金的通知', '渭财办农〔2019〕77号', 'title-apart'],
    ['《关于下达扶贫资金的通知》（渭财办农〔2019〕77号）', '渭财办农〔2019〕77号', 'title-apart'],
    ['渭南市财政局关于下达扶贫资金的通知 渭财办农〔2019〕77号', '渭财办农〔2019〕77号', 'blank title-apart'],
    ['（渭财办农〔2019〕77号）', '渭财办农〔2019〕77号', 'title-apart'],
  ]
  test.each(repairable)('%s is mended to %s', (raw, normalised, repairs) => {
    const read = parseDocumentNumber(raw)
    expect(read).toMatchObject({ verdict: 'repairable', normalised })
    expect(read.repairs.map(repair => repair.code).sort()).toEqual(repairs.split(' ').sort())
  })

  const invalid: [raw: string, problem: string][] = [
    ['', 'empty'],
    ['　', 'empty'],
    ['——', 'empty'],
    ['无', 'empty'],
    ['发文字号', 'template'],
    ['（文号）', 'template'],
    ['177', 'digits'],
    ['2-14-80', 'digits'],
    ['3、12', 'digits'],
    ['第5号', 'digits'],
    ['２０１', 'digits'],
    ['20190305', 'date'],
    ['2019年3月5日', 'date'],
    ['2019-03-05', 'date'],
    ['附件2', 'annex'],
    ['国务院令第588号', 'order'],
    ['财政部令第87号', 'order'],
    ['SX02031-0102-2019-00018', 'code'],
    ['v2.3.1', 'code'],
    ['2130504-农村基础设施建设', 'code-and-name'],
    ['02参照直达资金', 'code-and-name'],
    ['县政府第12次常务会议纪要', 'meeting'],
    ['XXX政府第XX次常务会议纪要', 'meeting'],
    ['本级追加', 'title'],
    ['关于申请拨付林业产业扶贫资金的函', 'title'],
    ['县扶贫办关于拨付雨露计划补助的请示', 'title'],
    ['关于下达资金的通知〔2019〕5号', 'title'],
    ['根据陕财社〔2018〕16号文，下达2018年困难群众救助补助资金', 'cited'],
    ['按照渭财办农〔2019〕77号要求', 'cited'],
    ['渭财办农〔2019〕77号、渭财办农〔2019〕78号', 'several'],
    ['渭财办农〔2019〕77、78号', 'several'],
    ['渭财办农〔2019〕77号 渭财办农〔2019〕80号', 'several'],
    ['X牧字【2018】12号', 'placeholder'],
    ['某财农〔2018〕12号', 'placeholder'],
    ['渭财农〔2018〕XX号', 'placeholder'],
    ['渭财农〔2018〕××号', 'placeholder'],
    ['〔2018〕12号', 'no-agency-word'],
    ['渭财农12号', 'no-year'],
    ['渭财农〔18〕12号', 'no-year'],
    ['渭财农〔1918〕12号', 'year-out-of-range'],
    ['渭财农〔2019〕号', 'no-serial'],
    ['渭财农〔2019〕0号', 'no-serial'],
    ['渭财农〔2019〕77-1号', 'serial'],
    ['渭财农〔2019〕1234567号', 'serial'],
    ['渭财201977号', 'garbled'],
  ]
  test.each(invalid)('“%s” is refused: %s', (raw, problem) => {
    const read = parseDocumentNumber(raw)
    expect(read).toMatchObject({ verdict: 'invalid', normalised: null })
    expect(read.problem?.code).toBe(problem)
  })

  test('a likely reading is said to need a person', () => {
    for (const raw of ['渭财办农〔201977号', '渭财办农201977号', '渭财办农〔2019〕7 7号', '渭财办农〔2O19〕77号'])
      expect(parseDocumentNumber(raw).doubts.map(doubt => doubt.code)).toContain('low-confidence')
    expect(parseDocumentNumber('渭财办农[2019]77号').doubts).toEqual([])
  })
  test('a slip of the year is asked about, never changed', () => {
    const read = parseDocumentNumber('郑财预〔2016〕833号', { numbers: ['郑财预〔2017〕833号'] })
    expect(read).toMatchObject({ verdict: 'valid', normalised: '郑财预〔2016〕833号' })
    expect(read.doubts.map(doubt => doubt.code)).toEqual(['year-differs'])
    const dated = parseDocumentNumber('郑财预〔2016〕833号', { documentDate: '2017-12-01' })
    expect(dated.doubts.map(doubt => doubt.code)).toEqual(['year-differs'])
  })
  test('every sentence is there in both languages and an invalid number says the mend', () => {
    for (const [raw] of invalid) {
      const { problem } = parseDocumentNumber(raw)
      expect(problem?.zh).toContain('请填写')
      expect(problem?.en).toContain('enter')
    }
  })
})

describe('one pattern for the parser and for SQL', () => {
  const pattern = new RegExp(DOCUMENT_NUMBER_SQL_PATTERN, 'u')
  test('agrees on every labelled text', () => {
    for (const { raw } of labelled.items) {
      const read = parseDocumentNumber(raw)
      expect(pattern.test(raw), raw).toBe(read.verdict === 'valid')
      if (read.normalised !== null) expect(pattern.test(read.normalised), raw).toBe(true)
    }
  })
  const piece = fc.constantFrom(
    ...[
      '财',
      '农',
      '灞',
      '号',
      '第',
      '的',
      '关于',
      '通知',
      '（',
      '）',
      '(',
      ')',
      '〔',
      '〕',
      '[',
      ']',
      '2018',
      '18',
      '0',
      '7',
    ],
    ...['12', 'X', ' ', '、', '-', '年', '文件', '：', '根据', '財', '办', 'O'],
  )
  test('agrees on any text, and a normal form is its own normal form', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const raw = pieces.join('')
        const read = parseDocumentNumber(raw)
        expect(pattern.test(raw)).toBe(read.verdict === 'valid')
        if (read.normalised !== null)
          expect(parseDocumentNumber(read.normalised)).toMatchObject({ verdict: 'valid', normalised: read.normalised })
        expect(read.verdict === 'invalid').toBe(read.problem !== undefined)
      }),
      { numRuns: 3000 },
    )
  })
  test('agrees on well-formed numbers of any agency word and serial', () => {
    const word = fc.stringMatching(/^[灞财农水办发指字函社建预]{2,8}$/)
    fc.assert(
      fc.property(
        word,
        fc.integer({ min: 1950, max: 2099 }),
        fc.integer({ min: 1, max: 99_999 }),
        (agency, year, serial) => {
          const number = `${agency}〔${year}〕${serial}号`
          expect(pattern.test(number)).toBe(true)
          expect(parseDocumentNumber(number)).toMatchObject({
            verdict: 'valid',
            agencyWord: agency,
            year,
            serial,
            repairs: [],
          })
        },
      ),
    )
  })
})
