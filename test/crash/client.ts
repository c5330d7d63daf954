import { importer as allotments } from '../../src/allotments/import.ts'
import { issue } from '../../src/allotments/issue.ts'
import { auditPort } from '../../src/audit/record.ts'
import '../../src/beneficiaries/part.ts'
import { resumeImports } from '../../src/imports/resume.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import { clockAt } from '../../src/kernel/clock.ts'
import type { Fen } from '../../src/kernel/money.ts'
import { Refusal } from '../../src/kernel/refusal.ts'
import { sealAll } from '../../src/ledger/seal.ts'
import { paymentsImporter } from '../../src/payments/import-payments.ts'
import { type Installation, openInstallation } from '../../src/platform/installation.ts'
import { fileSource } from './file-source.ts'

// A fundwatch process that is about to be killed: it posts forms, or imports a file, and says a line before and after each.
//   client.ts post DIR PREFIX    |    client.ts import DIR FILE    |    client.ts payments DIR FILE...

/** A form small enough to stand on one line; its key names it, and the same key again must not post it again. */
export interface Asked {
  key: string
  form: 'register' | 'assign' | 'pass-down'
  source?: string
  amount: string
}

export const perform = (here: Installation, asked: Asked) =>
  here.run(SYSTEM, context =>
    issue(context, {
      division: 1,
      fiscalYear: 2018,
      form: asked.form,
      document: { number: '样财〔2018〕1号', title: asked.key, dated: '2018-03-01' },
      effectiveOn: '2018-03-01',
      requestKey: asked.key,
      lines: [
        {
          amount: BigInt(asked.amount) as Fen,
          ...(asked.source ? { source: BigInt(asked.source) } : { fund: 1 }),
          ...(asked.form === 'pass-down' ? { toDivision: 2 } : {}),
        },
      ],
    }),
  )

const say = (word: string, more: object = {}) => process.stdout.write(`${JSON.stringify({ word, ...more })}\n`)

async function main([mode, dataDir = '', more = '', ...others]: string[]): Promise<void> {
  // The files are of 2026, whatever the machine's day.
  const here = await openInstallation({ dataDir, clock: clockAt('2027-06-30') }, auditPort)
  say('ready', { how: here.embedded?.how })
  if (mode === 'import') {
    const outcome = await allotments.run(here.run, SYSTEM, { source: fileSource(more), division: null })
    say('imported', { taken: outcome.taken, repeated: outcome.repeated })
  } else if (mode === 'payments') {
    // As `serve` does: what an earlier process left open goes on first.
    const importer = paymentsImporter({ sliceLines: 300, afterSlice: postedTo => say('slice', { postedTo }) })
    say('resumed', await resumeImports(here.run, [importer]))
    for (const file of [more, ...others]) {
      const { taken, repeated, figures } = await importer.run(here.run, SYSTEM, {
        source: fileSource(file),
        division: null,
      })
      say('imported', { taken, repeated, figures })
    }
  } else {
    let ending = false
    process.stdin.resume().once('end', () => {
      ending = true
    })
    let number = 0
    /** Until it is answered: the database may be gone under us for a while, and then nobody knows whether it was taken. */
    const ask = async (asked: Asked): Promise<string> => {
      say('ask', { asked })
      for (;;) {
        try {
          const { batch, lines } = await perform(here, asked)
          say('done', { key: asked.key, batch: String(batch) })
          return String(lines[0])
        } catch (error) {
          if (error instanceof Refusal) throw error
          await new Promise(resolve => setTimeout(resolve, 50))
        }
      }
    }
    const clerk = async (name: number): Promise<void> => {
      while (!ending) {
        const key = `${more}-${name}-${++number}`
        const amount = String(100 + number)
        const own = await ask({ key: `${key}-register`, form: 'register', amount })
        const shared = await ask({ key: `${key}-assign`, form: 'assign', source: own, amount })
        await ask({ key: `${key}-pass-down`, form: 'pass-down', source: shared, amount })
      }
    }
    const sealer = async (): Promise<void> => {
      while (!ending) {
        await sealAll(here.run).catch(() => {})
        await new Promise(resolve => setTimeout(resolve, 30))
      }
    }
    await Promise.all([clerk(1), clerk(2), clerk(3), sealer()])
  }
  await here.close()
  say('bye')
}

if (process.argv[1]?.endsWith('client.ts')) await main(process.argv.slice(2))
