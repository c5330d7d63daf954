import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { viewOf } from '../books/clocks.ts'
import { balanceSheetSheet, generalSheet, subSheet } from '../books/sheets.ts'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { MATCHES, UNPOSTED_REASONS } from '../payments/contract.ts'
import { paymentSheet } from '../payments/export-payments.ts'
import { daysOf } from '../payments/treasury/reconcile-totals.ts'
import { cutOffSheet, totalsSheet, vouchersSheet } from '../payments/treasury/sheets.ts'
import type { Context } from '../platform/context.ts'
import { type Sheet, sheetBytes } from '../platform/tables/sheet.ts'
import { divisionNamed, within } from './open.ts'

const BY = ['fund', 'subject', 'level', 'division'] as const

/** The books that are exported as a table of one division's year. */
export const BOOKS: Record<string, (context: Context, line: CommandLine) => Promise<Sheet>> = {
  'general-ledger': async (context, line) => {
    const { tx, division, year, view } = await asked(context, line)
    return generalSheet(tx, division, year, view, { fund: number(line, 'fund') })
  },
  'sub-ledger': async (context, line) => {
    const { tx, division, year, view } = await asked(context, line)
    const agency = text(line, 'agency')
    return subSheet(tx, division, year, view, {
      account: number(line, 'account'),
      fund: number(line, 'fund'),
      agency: agency === undefined ? undefined : await agencyOf(context, division, agency),
      project: await projectOf(context, division, text(line, 'project')),
      allotment: text(line, 'allotment'),
    })
  },
  'balance-sheet': async (context, line) => {
    const { tx, division, year, view } = await asked(context, line)
    const by = BY.find(one => one === (text(line, 'by') ?? 'fund'))
    if (!by) throw new UsageError(`--by: ${BY.join(', ')}`)
    return balanceSheetSheet(tx, division, year, view, by)
  },
  'treasury-totals': async (context, line) => {
    const { tx, division, year, view } = await asked(context, line)
    return totalsSheet(tx, division, year, daysOf(year, view))
  },
  'treasury-vouchers': async (context, line) => {
    const { tx, division, year, view } = await asked(context, line)
    return vouchersSheet(tx, division, year, daysOf(year, view), {})
  },
  'cut-off': async (context, line) => {
    const { tx, division, year } = await asked(context, line)
    return cutOffSheet(tx, division, year, text(line, 'on') ?? `${year}-12-31`)
  },
  payments: async (context, line) => {
    const { tx, division, year, view } = await asked(context, line)
    const match = oneOf(line, 'match', MATCHES)
    const reason = oneOf(line, 'reason', UNPOSTED_REASONS)
    const project = await projectOf(context, division, text(line, 'project'))
    return paymentSheet(tx, division, year, {
      from: view.from ?? undefined,
      to: view.to ?? undefined,
      q: text(line, 'q'),
      allotment: text(line, 'allotment'),
      project,
      match,
      reason,
    })
  },
}

/** Streams a book out as csv (or, by `--format xlsx` or the name of the file, as a workbook), in one snapshot. */
export async function exportBook(line: CommandLine, make: (typeof BOOKS)[string]): Promise<number> {
  const out = text(line, 'out')
  const format = text(line, 'format') ?? (out?.endsWith('.xlsx') ? 'xlsx' : 'csv')
  if (format !== 'csv' && format !== 'xlsx') throw new UsageError('--format: csv, xlsx')
  await within(line, here =>
    here.run(
      SYSTEM,
      async context => {
        const bytes = sheetBytes(await make(context, line), format)
        if (out !== undefined) await pipeline(bytes, createWriteStream(out))
        else await pipeline(bytes, process.stdout, { end: false })
      },
      { readOnly: true },
    ),
  )
  return EXIT.fine
}

const text = (line: CommandLine, name: string): string | undefined => {
  const value = line.options[name]
  return typeof value === 'string' ? value : undefined
}

function oneOf<T extends string>(line: CommandLine, name: string, known: readonly T[]): T | undefined {
  const value = text(line, name)
  if (value === undefined) return undefined
  const one = known.find(word => word === value)
  if (one === undefined) throw new UsageError(`--${name}: ${known.join(', ')}`)
  return one
}

function number(line: CommandLine, name: string): number | undefined {
  const value = text(line, name)
  if (value !== undefined && !/^\d{1,9}$/.test(value)) throw new UsageError(`--${name}: 须为数字 a number`)
  return value === undefined ? undefined : Number(value)
}

/** Division, year and view as a command line names them; without a year the one of today. */
export async function asked({ tx, clock }: Context, line: CommandLine) {
  const code = text(line, 'division')
  if (code === undefined) throw new UsageError('请用 --division 给出区划代码 · name a division by --division')
  return {
    tx,
    code,
    division: await divisionNamed(tx, code),
    year: number(line, 'year') ?? fiscalYearOf(clock.today()),
    view: viewOf({ from: text(line, 'from'), to: text(line, 'to'), known: text(line, 'known') }),
  }
}

async function agencyOf({ tx }: Context, division: number, code: string): Promise<number> {
  const row = await tx.maybe<{ id: number }>(
    'select id from divisions.published_agency where division = $1 and code = $2',
    [division, code],
  )
  if (!row) throw new UsageError(`没有单位“${code}” · no agency “${code}”`)
  return row.id
}

async function projectOf({ tx }: Context, division: number, code: string | undefined): Promise<string | undefined> {
  if (code === undefined) return undefined
  const row = await tx.maybe<{ id: bigint }>(
    'select id from projects.published_project where division = $1 and code = $2',
    [division, code],
  )
  if (!row) throw new UsageError(`没有项目“${code}” · no project “${code}”`)
  return String(row.id)
}
