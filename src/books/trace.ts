import { parseDocumentNumber } from '../kernel/document-number.ts'
import { groupBy } from '../kernel/group-by.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { View } from './clocks.ts'
import type { Trace, TraceKind, TraceLine } from './contract.ts'
import { accountsOf } from './store.ts'
import { drawTrace } from './trace-drawing.ts'
import { balancesOf, type FamilyLine, type Found, familyOf, lookUp, paymentSums, paymentsOf } from './trace-store.ts'

/** In which order a bare reference is understood. */
export const KINDS: readonly TraceKind[] = ['allotment', 'voucher', 'project', 'document', 'payment']
/** Lines and payments on one page; `whole` takes all. */
const LINES_SHOWN = 2000
const PAYMENTS_SHOWN = 500
const ALL_LINES = 10_000_000

const NAMES: Record<TraceKind, { zh: string; en: string }> = {
  allotment: { zh: '指标', en: 'allotment' },
  voucher: { zh: '凭证号', en: 'voucher number' },
  project: { zh: '项目代码', en: 'project code' },
  document: { zh: '文号', en: 'document number' },
  payment: { zh: '支付', en: 'payment' },
}

/**
 * What a reference names: an allotment's id, a payment's id or voucher number, a project's code or a document's number; `kind:ref`
 * says which. Refuses `trace-unknown` where it names nothing that the reader may see.
 */
export async function resolve(tx: Tx, ref: string): Promise<Found & { also: TraceKind[] }> {
  const text = ref.trim()
  const said = /^(allotment|payment|voucher|project|document):(.+)$/s.exec(text)
  const kinds = said ? [said[1] as TraceKind] : KINDS
  const words = (said?.[2] ?? text).trim()
  const number = parseDocumentNumber(words).normalised ?? words
  const found: Found[] = []
  for (const kind of kinds) {
    const one = await lookUp(tx, kind, words, number)
    if (one) found.push(one)
  }
  const [first, ...others] = found
  if (!first)
    refuse(
      'missing',
      'trace-unknown',
      `在您的权限范围内，没有指标、凭证、项目或文件叫“${text}”：请核对${said ? NAMES[said[1] as TraceKind].zh : '编号'}。`,
      `Nothing in your scope is called “${text}”: no allotment, voucher, project or document. Check the ${said ? NAMES[said[1] as TraceKind].en : 'reference'}.`,
      { field: 'ref', value: text },
    )
  return { ...first, also: others.map(one => one.kind) }
}

/**
 * 流程追溯: from what a reference names up to its sources and down to every line, payment and payee, across all levels in the reader's
 * scope. Found by the lines' paths, so that it costs what it shows. `whole` lifts the page's limits. Amounts in fen.
 */
export async function trace(tx: Tx, ref: string, view: View, options: { whole?: boolean } = {}): Promise<Trace> {
  const found = await resolve(tx, ref)
  const ofPayment = found.payments.length > 0
  const limit = options.whole ? ALL_LINES : LINES_SHOWN
  // A line that was made from another traced one is below it, not a second beginning.
  const family = await familyOf(tx, found.lines, !ofPayment, limit)
  const traced = topmost(family, new Set(found.lines))
  const within = family.filter(line => line.path.some(id => traced.has(id)))
  const balances = groupBy(await balancesOf(tx, within, view), one => one.id)
  const accounts = await accountsOf(tx, family[0]?.fiscalYear ?? null)
  const net = netOf(within, balances, new Map(accounts.map(account => [account.code, account.side])))
  const only = ofPayment ? found.payments : null
  const lines = known(family, within, balances, view).map(line => shown(line, family, traced, net, balances))
  const kept = new Set(lines.map(line => line.id))
  const paying = within.filter(line => kept.has(line.id))
  const payments = await paymentsOf(tx, paying, view, only, options.whole ? null : PAYMENTS_SHOWN)
  const { totals, payees } = await paymentSums(tx, paying, view, only)
  const tracedLines = family.filter(line => traced.has(line.id) && kept.has(line.id))
  const worth = (line: FamilyLine): bigint =>
    ofPayment
      ? payments
          .filter(one => one.allotment === line.id && one.unposted === null)
          .reduce((sum, one) => sum + BigInt(one.amountFen), 0n)
      : (net.get(line.id) ?? 0n)
  return {
    ref,
    kind: found.kind,
    name: found.name,
    also: found.also,
    accounts,
    lines,
    whole: within.length < limit && (options.whole === true || totals.payments <= PAYMENTS_SHOWN),
    payments,
    totals: {
      lines: lines.length,
      netFen: String(tracedLines.reduce((sum, line) => sum + worth(line), 0n)),
      payments: totals.payments,
      paidFen: String(totals.fen),
      payees: totals.payees,
    },
    sources: sourcesOf(tracedLines, family, worth),
    flow: drawTrace({
      lines,
      traced: tracedLines.map(line => ({ line, fen: worth(line) })),
      payees,
      ofPayment,
      accounts,
    }),
  }
}

const topmost = (family: readonly FamilyLine[], named: ReadonlySet<string>): Set<string> =>
  new Set(
    family
      .filter(line => named.has(line.id) && !line.path.some(id => id !== line.id && named.has(id)))
      .map(line => line.id),
  )

/** What a view in time knows of a trace: lines whose entries it holds, and those above them. */
function known(
  family: readonly FamilyLine[],
  within: readonly FamilyLine[],
  balances: ReadonlyMap<string, unknown>,
  view: View,
): readonly FamilyLine[] {
  if (view.from === null && view.to === null && view.known === null) return family
  const seen = new Set(within.filter(line => balances.has(line.id)).flatMap(line => line.path))
  return family.filter(line => seen.has(line.id))
}

/** What is left of each line: what stands on the debit side of it and of all made from it in its division. */
function netOf(
  within: readonly FamilyLine[],
  balances: ReadonlyMap<string, { account: number; fen: bigint }[]>,
  side: ReadonlyMap<number, string>,
): Map<string, bigint> {
  const divisionOf = new Map(within.map(line => [line.id, line.divisionId]))
  const net = new Map<string, bigint>(within.map(line => [line.id, 0n]))
  for (const line of within) {
    const held = (balances.get(line.id) ?? []).reduce(
      (sum, one) => (side.get(one.account) === 'D' ? sum + one.fen : sum),
      0n,
    )
    for (const id of line.path) if (divisionOf.get(id) === line.divisionId) net.set(id, (net.get(id) ?? 0n) + held)
  }
  return net
}

function shown(
  { path, divisionId: _, ...line }: FamilyLine,
  family: readonly FamilyLine[],
  traced: ReadonlySet<string>,
  net: ReadonlyMap<string, bigint>,
  balances: ReadonlyMap<string, { account: number; fen: bigint }[]>,
): TraceLine {
  const seen = idsOf(family)
  const visible = path.filter(id => seen.has(id))
  return {
    ...line,
    kin: traced.has(line.id) ? 'traced' : net.has(line.id) ? 'below' : 'above',
    depth: visible.length - 1,
    parent: visible.at(-2) ?? null,
    netFen: net.has(line.id) ? String(net.get(line.id)) : null,
    balances: (balances.get(line.id) ?? [])
      .filter(one => one.fen !== 0n)
      .map(one => ({ account: one.account, fen: String(one.fen) })),
  }
}

const idSets = new WeakMap<readonly FamilyLine[], Set<string>>()
function idsOf(family: readonly FamilyLine[]): Set<string> {
  let ids = idSets.get(family)
  if (!ids) {
    ids = new Set(family.map(line => line.id))
    idSets.set(family, ids)
  }
  return ids
}

/** Where the traced money came from: the highest line of each path that the reader may see, with what came from it. */
function sourcesOf(
  traced: readonly FamilyLine[],
  family: readonly FamilyLine[],
  worth: (line: FamilyLine) => bigint,
): Trace['sources'] {
  const byId = new Map(family.map(line => [line.id, line]))
  const sums = new Map<string, bigint>()
  for (const line of traced) {
    const root = line.path.find(id => byId.has(id)) ?? line.id
    sums.set(root, (sums.get(root) ?? 0n) + worth(line))
  }
  return [...sums].map(([id, fen]) => {
    const root = byId.get(id)!
    return {
      line: id,
      division: root.division.name,
      fund: root.fund.name,
      sourceLevel: root.sourceLevel,
      documentNumber: root.document.number,
      superiorNumber: root.superiorNumber,
      fen: String(fen),
    }
  })
}
