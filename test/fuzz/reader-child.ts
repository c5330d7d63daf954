import { FaultList, Refusal } from '../../src/kernel/refusal.ts'
import { AccountSealer } from '../../src/payments/accounts.ts'
import { judgeMessage } from '../../src/payments/messages/judge-message.ts'
import { type OtherVoucher, readPayments } from '../../src/payments/read-payments.ts'
import type { Reference } from '../../src/payments/reference.ts'
import { memorySource } from '../../src/platform/tables/memory-source.ts'
import { Vault } from '../../src/platform/vault.ts'
import { inputOf } from './generate.ts'

// A process that reads inputs one after the other, and says before each which it is at: whoever watches can name the one that it
// died or hung in.   reader-child.ts SEED FROM TO

const reference: Reference = {
  division: code => (code.startsWith('990101') ? 2 : null),
  allowed: new Set([2]),
  subject: () => null,
  today: '2026-06-30',
}
const vault = new Vault({ 1: '00'.repeat(32) })
const [seed = 0, from = 0, to = 0] = process.argv.slice(2).map(Number)

/** How an input ended; anything but a refusal, or a fault without a sentence, is thrown on. */
async function read(bytes: Buffer): Promise<{ end: 'taken' | 'refused'; payments: number }> {
  const faults = new FaultList()
  const ports = {
    reference,
    accounts: new AccountSealer(vault),
    faults,
    counts: { rows: 0, deleted: 0 },
    others: [] as OtherVoucher[],
  }
  let payments = 0
  try {
    for await (const chunk of readPayments(memorySource(bytes, 'input'), ports)) {
      for (const other of ports.others.splice(0)) judgeMessage(other, ports)
      for (const one of chunk) {
        if (one.amount === 0n || !/^\d{4}-\d\d-\d\d$/.test(one.vouchedOn) || one.division !== 2 || one.voucherNo === '')
          throw new Error(`a payment that is none was read: ${one.voucherNo} ${one.vouchedOn} ${one.amount}`)
        if (/[\0\ud800-\udfff]/u.test(`${one.voucherNo}${one.purpose ?? ''}${one.payee?.name ?? ''}`))
          throw new Error('text that no database takes was read')
      }
      payments += chunk.length
    }
    faults.throwIfAny()
    return { end: 'taken', payments }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    for (const fault of error.faults)
      if (!/[\u4e00-\u9fff]/.test(fault.zh) || fault.en.length < 10 || !/^[a-z0-9-]+$/.test(fault.code))
        throw new Error(`a fault without a sentence: ${JSON.stringify(fault)}`)
    if (error.faults.length === 0) throw new Error('a refusal without a fault')
    return { end: 'refused', payments: 0 }
  }
}

const ends: Record<string, number> = {}
for (let number = from; number < to; number++) {
  const { kind, bytes } = inputOf(seed, number)
  process.send!({ at: number })
  const { end, payments } = await read(bytes)
  const key = `${kind} ${end}${end === 'taken' && payments > 0 ? ' with payments' : ''}`
  ends[key] = (ends[key] ?? 0) + 1
}
process.send!({ ends, rss: process.resourceUsage().maxRSS }, () => process.exit(0))
