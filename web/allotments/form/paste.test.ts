import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayMoney } from '../../../src/kernel/money.ts'
import { amountText, bodyOf, type FormLine, faultsOf, fenOfAmount, placed, sumOf } from './form-line.ts'
import { COLUMN, FORM_SPECS } from './form-spec.ts'
import { cellFrom, readTsv, recognise, takeRows } from './paste.ts'
import { totalHindrance } from './total-check.tsx'

const columnsOf = (form: string) => FORM_SPECS.find(spec => spec.form === form)!.modes[0].columns
const PASS_DOWN = columnsOf('pass-down')
const REFINE = columnsOf('refine')
const lineOf = (cells: FormLine['cells'], key = 1): FormLine => ({ key, cells })
const never = () => false

describe('rows copied in an office program', () => {
  it('come apart at tabs and lines, whoever ended the lines', () => {
    expect(readTsv('梁园区\t280\r\n睢阳区\t280\r\n')).toEqual([
      ['梁园区', '280'],
      ['睢阳区', '280'],
    ])
    expect(readTsv('甲\t1\n\n乙\t2')).toHaveLength(2)
  })
  it('keep lines, tabs and quotes that stand within a cell', () => {
    expect(readTsv('"县（市、\n区）"\t"他说""好"""\t5\n')).toEqual([['县（市、\n区）', '他说"好"', '5']])
    expect(readTsv('"三农"资金\t5')).toEqual([['"三农"资金', '5']])
  })
  it('any cells survive being copied and read', () => {
    const cell = fc.string({ maxLength: 12 }).map(text => text.replace(/[\r\u00a0\uFEFF\u200B]/g, '').trim())
    const quoted = (text: string) => (/["\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 }), rows => {
        const kept = rows.filter(row => row.some(Boolean))
        expect(readTsv(kept.map(row => row.map(quoted).join('\t')).join('\r\n'))).toEqual(kept)
      }),
    )
  })
})

describe('which column is which', () => {
  it('is read from the header below a title, with the unit that stands above or in it', () => {
    const rows = readTsv('2019年资金分配表\n\t\t单位：万元\n序号\t县（市、区）\t下达金额\t备注\n1\t梁园区\t280\t\n')
    expect(recognise(rows, PASS_DOWN)).toEqual({ header: 2, map: [null, 'toDivision', 'amount', 'note'], unit: '万元' })
    expect(recognise(readTsv('单位名称\t项目名称\t金额（元）\n甲\t乙\t5'), REFINE)).toEqual({
      header: 0,
      map: ['agency', 'project', 'amount'],
      unit: '元',
    })
  })
  it('knows the ministry’s field names, and a heading that holds more words', () => {
    expect(
      recognise(
        [
          ['REC_DIV_CODE', 'AMOUNT'],
          ['990101', '5'],
        ],
        PASS_DOWN,
      ).map,
    ).toEqual(['toDivision', 'amount'])
    expect(recognise(readTsv('地区\t2018年下达金额（万元）\n甲县\t5'), PASS_DOWN)).toEqual({
      header: 0,
      map: ['toDivision', 'amount'],
      unit: '万元',
    })
  })
  it('is guessed from the cells where there is no header: the last numbers that do not count the rows are the amount', () => {
    expect(recognise(readTsv('1\t梁园区\t280\n2\t睢阳区\t1,300.5'), PASS_DOWN)).toEqual({
      header: -1,
      map: [null, 'toDivision', 'amount'],
      unit: null,
    })
  })
})

describe('rows as lines', () => {
  const rows = readTsv('县区\t金额\n甲县\t1,280.50\n小计\t1,280.50\n乙县\t—\n合 计\t1,280.50\n')
  const pasted = takeRows(rows, recognise(rows, PASS_DOWN), PASS_DOWN)
  it('totals and subtotals are no lines; the total is told', () => {
    expect(pasted.lines.map(line => line.toDivision?.text)).toEqual(['甲县', '乙县'])
    expect(pasted.total).toBe('1280.50')
    expect(pasted.left).toBe(3)
  })
  it('values of a list are read as people write them', () => {
    expect(cellFrom(COLUMN.poverty, '全部')).toEqual({ text: 'whole', id: 'whole' })
    expect(cellFrom(COLUMN.direct, '否')).toEqual({ text: 'false', id: 'false' })
    expect(cellFrom(COLUMN.sourceLevel, '州级')).toEqual({ text: '州级' })
  })
})

describe('amounts', () => {
  it('are read exactly in yuan or 万元, to the fen and no further', () => {
    expect(fenOfAmount('42.5', '万元')).toBe(42_500_000n)
    expect(fenOfAmount('0.000001', '万元')).toBe(1n)
    expect(fenOfAmount('0.0000001', '万元')).toBeNull()
    expect(fenOfAmount('12.345', '元')).toBeNull()
  })
  it('thousands commas go where they stand right, and are a fault where they do not', () => {
    expect(amountText(' ￥1,234,567.80 ')).toBe('1234567.80')
    expect(amountText('1,23')).toBe('1,23')
    expect(amountText('-')).toBe('')
    expect(fenOfAmount('12,34.5', '元')).toBeNull()
  })
  it('whatever an office program shows of whole fen is read back as the same fen', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 14n), fc.constantFrom('元' as const, '万元' as const), (fen, unit) => {
        expect(fenOfAmount(displayMoney(fen, unit), unit)).toBe(fen)
      }),
    )
  })
  it('the printed total must be met to the fen; pasted rows need one', () => {
    const lines = [lineOf({ amount: { text: '0.1' } }), lineOf({ amount: { text: '0.2' } })]
    const { fen, count } = sumOf(lines, '万元')
    expect([fen, count]).toEqual([300_000n, 2])
    expect(totalHindrance('0.3', '万元', fen, true)).toBeNull()
    expect(totalHindrance('0.300001', '万元', fen, true)).toBe('total.differs')
    expect(totalHindrance('', '万元', fen, true)).toBe('total.needed')
    expect(totalHindrance('', '万元', fen, false)).toBeNull()
    expect(totalHindrance('三千', '万元', fen, false)).toBe('total.unread')
  })
})

describe('faults of lines', () => {
  it('are told all at once, by line and cell', () => {
    const lines = [
      lineOf({
        source: { text: '样财农〔2018〕1号', id: '5' },
        toDivision: { text: '甲县' },
        amount: { text: '1,23' },
      }),
      lineOf({ toDivision: { text: '镇', offered: [] }, amount: { text: '0' } }),
      lineOf({ source: { text: 'x', offered: [{ id: '1', code: 'x', name: '', about: null, leftFen: null }] } }),
    ]
    expect(faultsOf(PASS_DOWN, lines, '元', never).map(({ line, column, word }) => [line, column, word])).toEqual([
      [0, 'toDivision', 'cellFault.unknown'],
      [0, 'amount', 'amount.comma'],
      [1, 'source', 'formPage.needed'],
      [1, 'toDivision', 'cellFault.unknown'],
      [1, 'amount', 'amount.not-positive'],
      [2, 'source', 'cellFault.offered'],
      [2, 'toDivision', 'formPage.needed'],
      [2, 'amount', 'formPage.needed'],
    ])
  })
  it('of the server stand at the cell of the line that was sent, whatever empty lines were left out', () => {
    const fault = { zh: '超过', en: 'too much' }
    const sent = [0, 2, 3]
    expect(
      placed(
        [
          { ...fault, code: 'over-allotted', row: 2, field: 'amount' },
          { ...fault, code: 'schema', field: 'lines.2.amountFen' },
          { ...fault, code: 'total-differs', field: 'printedTotal' },
        ],
        PASS_DOWN,
        sent,
      ).map(({ line, column }) => [line, column]),
    ).toEqual([
      [2, 'amount'],
      [3, 'amount'],
    ])
  })
})

describe('what is sent', () => {
  it('holds ids, numbers where the body wants them, and fen', () => {
    const line = lineOf({
      source: { text: 'x', id: '77' },
      agency: { text: '101001 水利局', id: '12' },
      amount: { text: '1.5' },
      note: { text: ' 说明 ' },
    })
    expect(bodyOf(REFINE, line, '万元')).toEqual({ source: '77', agency: 12, amountFen: '1500000', note: '说明' })
  })
  it('of a line that a superior outside sent, names that superior’s document', () => {
    const mode = FORM_SPECS.find(spec => spec.form === 'receive')!.modes[1]!
    const body = bodyOf(
      mode.columns,
      lineOf({
        superiorNumber: { text: '财农〔2018〕8号' },
        sourceLevel: { text: 'central', id: 'central' },
        direct: { text: 'true', id: 'true' },
        fund: { text: 'C01', id: '3' },
        amount: { text: '10' },
      }),
      '元',
    )
    expect(mode.line?.(body, true)).toEqual({
      fund: 3,
      amountFen: '1000',
      outside: { number: '财农〔2018〕8号', sourceLevel: 'central', direct: true, confirmed: true },
    })
  })
})
