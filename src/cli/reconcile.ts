import { type CommandLine, EXIT } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { yuan } from '../kernel/money.ts'
import type { VoucherReason } from '../payments/treasury/contract.ts'
import { daysOf, treasuryTotals } from '../payments/treasury/reconcile-totals.ts'
import { reconcileVouchers } from '../payments/treasury/reconcile-vouchers.ts'
import { REASONS } from '../payments/treasury/sheets.ts'
import { asked } from './export-books.ts'
import { within } from './open.ts'

const ENGLISH: Record<VoucherReason, string> = {
  'missing-here': 'with the treasury, not here',
  'other-day': 'here on another day',
  unconfirmed: 'here, not confirmed by the bank',
  'missing-there': 'here, not with the treasury',
  'doubled-here': 'perhaps twice here',
  'doubled-there': 'twice with the treasury',
  'amount-differs': 'the amount differs',
  'perhaps-doubled': 'perhaps twice (no list of the treasury’s)',
  perhaps: 'its amount is the whole difference (no list of the treasury’s)',
  unlisted: 'to be checked (no list of the treasury’s)',
}
const money = (fen: string | null): string => (fen === null ? '—' : yuan(BigInt(fen)))

/** Compares what was paid here with what the treasury says it paid; a difference is an exit code of its own. */
export async function reconcile(line: CommandLine): Promise<number> {
  const found = await within(line, here =>
    here.run(
      SYSTEM,
      async context => {
        const { tx, code, division, year, view } = await asked(context, line)
        const days = daysOf(year, view)
        const totals = await treasuryTotals(tx, division, year, days)
        const vouchers = await reconcileVouchers(tx, division, year, days)
        return { division: code, year, totals, ...vouchers }
      },
      { readOnly: true },
    ),
  )
  const differing = found.totals.filter(one => one.state !== 'agrees')
  const agrees = differing.length === 0 && found.differences.length === 0
  if (line.json) process.stdout.write(`${JSON.stringify({ ...found, agrees })}\n`)
  else
    process.stdout.write(
      `${[
        ...differing.map(
          one =>
            `✗ ${one.day} ${[one.voucherType, one.fund, one.functionSubject, one.agency].filter(Boolean).join(' ') || '—'}: ${money(one.hereFen)} / ${money(one.thereFen)}`,
        ),
        ...found.differences.map(
          one =>
            `  ${one.day} ${one.voucherNo} ${REASONS[one.reason]} · ${ENGLISH[one.reason]}: ${money(one.hereFen)} / ${money(one.thereFen)}${one.hereOn ? ` (${one.hereOn})` : ''}`,
        ),
        `${agrees ? '✓' : '✗'} ${found.totals.length} 项控制总额 totals, ${differing.length} 项不符 differ; ${found.listedDays}/${found.days} 天有凭证清单 days with a list, ${found.agreeing} 张相符 vouchers agree, ${found.differences.length} 张待查 to look at`,
      ].join('\n')}\n`,
    )
  return agrees ? EXIT.fine : EXIT.refused
}
