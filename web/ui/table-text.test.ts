import { describe, expect, it } from 'vitest'
import { csv, type TextColumn, tableCells, tsv } from './table-text.ts'

interface Row {
  name: string
  fen: string
}
const columns: TextColumn<Row>[] = [
  { title: '项目', value: row => row.name },
  { title: '金额', kind: 'money', value: row => row.fen },
]

describe('tables carried away', () => {
  it('hold the money as seen, in the unit shown, readable as a number', () => {
    const cells = tableCells(columns, [{ name: '通村路', fen: '-123456789' }], 'wan', '万元')
    expect(cells).toEqual([
      ['项目', '金额（万元）'],
      ['通村路', '-123.456789'],
    ])
  })
  it('run nothing when a spreadsheet opens them', () => {
    expect(csv([['=1+1', '-2.50', '@x']])).toBe("\uFEFF'=1+1,-2.50,'@x\r\n")
    expect(tsv([['+cmd', '3']])).toBe("'+cmd\t3")
  })
  it('keep quotes, commas and line ends inside their cell', () => {
    expect(csv([['a"b', 'c,d', 'e\nf']])).toBe('\uFEFF"a""b","c,d","e\nf"\r\n')
    expect(tsv([['e\nf\tg', 'h']])).toBe('e f g\th')
  })
})
