import { momentOf, viewOf } from '../books/clocks.ts'
import type { Proof, Trace, ViewDifference } from '../books/contract.ts'
import { difference as differenceOf } from '../books/difference.ts'
import { prove as proofOf } from '../books/proof.ts'
import { trace as traceOf } from '../books/trace.ts'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { yuan } from '../kernel/money.ts'
import type { Context } from '../platform/context.ts'
import { asked } from './export-books.ts'
import { within } from './open.ts'

const reading = <T>(line: CommandLine, work: (context: Context) => Promise<T>): Promise<T> =>
  within(line, here => here.run(SYSTEM, work, { readOnly: true }))
const text = (line: CommandLine, name: string): string | undefined => {
  const value = line.options[name]
  return typeof value === 'string' ? value : undefined
}
const print = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)
const money = (fen: string): string => yuan(BigInt(fen))

/** Up to the sources and down to every line, payment and payee, whatever their number. */
export async function trace(line: CommandLine): Promise<number> {
  const [ref] = line.words
  if (!ref)
    throw new UsageError(
      '请给出指标、支付、凭证号、项目代码或文号 · name an allotment, payment, voucher, project or document',
    )
  const view = viewOf({ from: text(line, 'from'), to: text(line, 'to'), known: text(line, 'known') })
  const found = await reading(line, ({ tx }) => traceOf(tx, ref, view, { whole: true }))
  print(...(line.json ? [JSON.stringify(found)] : traceLines(found)))
  return EXIT.fine
}

function traceLines({ kind, name, sources, lines, payments, totals }: Trace): string[] {
  const sign = { above: '↑', traced: '●', below: ' ' }
  return [
    `${kind} ${name}`,
    ...sources.map(
      one =>
        `来源 source: ${one.sourceLevel} ${one.superiorNumber ?? one.documentNumber} ${one.division} ${one.fund} ${money(one.fen)}`,
    ),
    ...lines.map(
      one =>
        `${sign[one.kin]} ${'  '.repeat(one.depth)}#${one.id} ${one.division.name} ${one.form} ${one.document.number} ${one.fund.name}${one.agency ? ` ${one.agency}` : ''}${one.project ? ` ${one.project.name}` : ''} ${money(one.netFen ?? one.amountFen)}`,
    ),
    ...payments.map(
      one =>
        `  ¥ #${one.allotment} ${one.voucherNo} ${one.day} ${one.payee ?? '—'} ${one.account ?? ''} ${money(one.amountFen)}${one.unposted ? ` (${one.unposted})` : ''}`,
    ),
    `${totals.lines} 条指标 lines, ${totals.payments} 笔支付 payments, ${totals.payees} 个收款人 payees: ${money(totals.paidFen)} / ${money(totals.netFen)}`,
  ]
}

/** Proves the interlock of a document, or of a division's year; a proof that does not hold is an exit code of its own. */
export async function prove(line: CommandLine): Promise<number> {
  const [document] = line.words
  if (!document && text(line, 'division') === undefined)
    throw new UsageError('请给出文号或 --division · name a document, or --division')
  const proof = await reading(line, async context => {
    const known = momentOf(text(line, 'known'))
    if (document) return proofOf(context.tx, { document }, known, { whole: true })
    const { division, code, year } = await asked(context, line)
    return proofOf(context.tx, { division, code, year }, known, { whole: true })
  })
  print(...(line.json ? [JSON.stringify(proof)] : proofLines(proof)))
  return proof.holds ? EXIT.fine : EXIT.refused
}

const proofLines = ({ groups, totals, digest, holds }: Proof): string[] => [
  ...groups.flatMap(group => [
    `${group.holds ? '✓' : '✗'} ${group.documentNumber} ${group.fund.name} ${group.sender?.name ?? '系统外上级 outside'}: ${money(group.sentFen)} = ${money(group.takenFen)} + ${money(group.inTransitFen)}${group.recalledFen === '0' ? '' : `（收回 recalled ${money(group.recalledFen)}）`}`,
    ...group.transfers.map(
      one =>
        `    ${one.holds ? '✓' : '✗'} ${one.receiver.name} ${one.parent ? `#${one.parent.id}` : '—'} → ${one.children.map(child => `#${child.id}`).join(' ') || '—'}: ${money(one.sentFen)} = ${money(one.takenFen)} + ${money(one.inTransitFen)}`,
    ),
  ]),
  `下达 sent ${money(totals.sentFen)} = 已接收 taken ${money(totals.takenFen)} + 在途 in transit ${money(totals.inTransitFen)}`,
  `${holds ? '✓ 咬合 holds' : '✗ 不咬合 broken'}  SM3 ${digest}`,
]

/** Tells what changed between two moments of knowledge: `--known A --known B`; one alone is compared with now. */
export async function difference(line: CommandLine): Promise<number> {
  const [known, until] = (text(line, 'known') ?? '').split(',')
  if (!known) throw new UsageError('请用 --known 给出时点 · name a moment by --known')
  const found = await reading(line, async context => {
    const { tx, division, year, view } = await asked(context, { ...line, options: { ...line.options, known: known } })
    return differenceOf(
      tx,
      division,
      year,
      { ...view, known: momentOf(known)!, until: momentOf(until) },
      { whole: true },
    )
  })
  print(...(line.json ? [JSON.stringify(found)] : differenceLines(found)))
  return EXIT.fine
}

const differenceLines = ({ accounts, figures, changes }: ViewDifference): string[] => [
  ...changes.flatMap(one => [one.said.zh, `  ${one.said.en}`]),
  ...figures
    .filter(one => one.changeFen !== '0')
    .map(one => {
      const account = accounts.find(other => other.code === one.account)
      return `${account?.shownCode} ${account?.zh} ${account?.en}: ${money(one.beforeFen)} → ${money(one.afterFen)} (${one.changeFen.startsWith('-') ? '' : '+'}${money(one.changeFen)})`
    }),
]
