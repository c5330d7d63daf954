import { describe, expect, test } from 'vitest'
import { FORM_COLUMNS } from '../../src/allotments/form-file.ts'
import { COLUMNS } from '../../src/allotments/import-file.ts'
import { parts } from '../../src/app.ts'
import { DIVISION_COLUMNS } from '../../src/divisions/import-divisions.ts'
import { FUND_OFFICE_COLUMNS } from '../../src/funds/import-fund-offices.ts'
import { EDITION_FUND_COLUMNS, FUND_COLUMNS } from '../../src/funds/import-funds.ts'
import { SUBJECT_COLUMNS } from '../../src/funds/import-subjects.ts'
import { APPLICATION_COLUMNS, BILL_COLUMNS } from '../../src/payments/field-names.ts'
import type { Column } from '../../src/platform/tables/table.ts'
import { PROJECT_COLUMNS } from '../../src/projects/import-projects.ts'
import { en } from '../i18n/en.ts'
import { zhCN } from '../i18n/zh-CN.ts'
import { IMPORT_KINDS } from './kinds.ts'

test('the pages offer every kind that the server takes in, to whom the server lets bring it', () => {
  const taken = parts.flatMap(part => (part.importers ?? []).map(one => `${one.kind} ${one.permission}`))
  expect(IMPORT_KINDS.map(one => `${one.kind} ${one.needs}`).sort()).toEqual(taken.sort())
})

const TABLES: Record<string, readonly Column[]> = {
  payments: [...BILL_COLUMNS, ...APPLICATION_COLUMNS],
  allotments: COLUMNS,
  adjustments: FORM_COLUMNS,
  integrations: FORM_COLUMNS,
  recalls: FORM_COLUMNS,
  projects: PROJECT_COLUMNS,
  funds: FUND_COLUMNS,
  'catalogue-editions': EDITION_FUND_COLUMNS,
  'fund-offices': FUND_OFFICE_COLUMNS,
  subjects: SUBJECT_COLUMNS,
  divisions: DIVISION_COLUMNS,
}

describe.each(IMPORT_KINDS.map(one => one.kind))('a file of %s', kind => {
  test.each([
    ['Chinese', zhCN],
    ['English', en],
  ])('is described in %s, with every column that it must have', (_, words) => {
    const said = (words.importColumns as Record<string, string>)[kind] ?? ''
    expect(said.length).toBeGreaterThan(20)
    for (const column of (TABLES[kind] ?? []).filter(one => one.required))
      expect(said, column.name).toMatch(new RegExp(`\\b${column.name}\\b`))
  })
})
