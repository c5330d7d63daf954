import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { ledgerChecks } from '../ledger/verify.ts'
import { txOf } from '../platform/database/transaction.ts'
import type { Installation } from '../platform/installation.ts'
import { openTransfers } from './issue.ts'
import { allotmentChecks } from './verify.ts'
import { recallChecks } from './verify-recalls.ts'

/** Every difference that `verify` would name in ledger and allotments. */
export async function findings(here: Installation): Promise<string[]> {
  const client = await here.ownerPool.connect()
  try {
    const found: string[] = []
    for (const one of [...ledgerChecks, ...allotmentChecks, ...recallChecks])
      found.push(...(await one.run(txOf(client))).differences.map(difference => `${one.code} ${difference.place}`))
    return found
  } finally {
    client.release()
  }
}

/** A transfer from a superior outside this installation. */
export async function fromOutside(here: Installation, receiver: number, amount: number): Promise<bigint> {
  const [id] = await here.run(SYSTEM, context =>
    openTransfers(context, {
      sender: null,
      fiscalYear: 2018,
      document: { number: '省财农〔2018〕8号', title: '通知', dated: '2018-01-10' },
      lines: [
        {
          receiver,
          senderAllotment: null,
          fund: 1,
          sourceLevel: 'province',
          direct: false,
          functionSubject: null,
          fundNature: null,
          note: null,
          externalId: null,
          path: '{}',
          sent: fen(amount),
        },
      ],
    }),
  )
  return id!
}

/** As a page gets it: amounts as text. */
export const plain = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one)))
