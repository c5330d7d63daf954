import { expect, test } from 'vitest'
import { leavesOf, withLeaves } from './content.ts'

const body = { requestKey: 'k', fiscalYear: 2018, document: { number: '1号' }, lines: [{ amountFen: '1050', fund: 3 }] }

test('a form is read value by value, amounts in yuan, lines by their number, keys left out', () => {
  expect(leavesOf(body).map(leaf => [leaf.path, leaf.row, leaf.value])).toEqual([
    ['fiscalYear', null, '2018'],
    ['document.number', null, '1号'],
    ['lines.0.amountFen', 1, '10.50'],
    ['lines.0.fund', 1, '3'],
  ])
})

test('what is mended goes back exactly, in fen, and nothing else changes', () => {
  expect(withLeaves(body, { 'lines.0.amountFen': '10.07', 'document.number': '2号' })).toEqual({
    ...body,
    document: { number: '2号' },
    lines: [{ amountFen: '1007', fund: 3 }],
  })
})
