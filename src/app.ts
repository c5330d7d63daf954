import { part as allotments } from './allotments/part.ts'
import { part as audit } from './audit/part.ts'
import { auditPort } from './audit/record.ts'
import { part as divisions } from './divisions/part.ts'
import { part as funds } from './funds/part.ts'
import { part as identity } from './identity/part.ts'
import { part as imports } from './imports/part.ts'
import { part as ledger } from './ledger/part.ts'
import { part as overview } from './overview/part.ts'
import { part as payments } from './payments/part.ts'
import { type Installation, type InstallationOptions, openInstallation } from './platform/installation.ts'
import type { Part } from './platform/part.ts'
import { part as projects } from './projects/part.ts'
import { part as rules } from './rules/part.ts'
import { scanOn } from './warnings/check.ts'
import { part as warnings } from './warnings/part.ts'

/** The parts in the order of duty: base data, money from source to payee, what watches it, what shows it. */
export const parts: readonly Part[] = [
  audit,
  identity,
  divisions,
  funds,
  projects,
  ledger,
  allotments,
  payments,
  rules,
  warnings,
  overview,
  imports,
]

/** Opens the installation, and tells the checks which read-only pool they scan on. */
export async function open(options: InstallationOptions): Promise<Installation> {
  const here = await openInstallation(options, auditPort)
  scanOn(here.run, here.rulesPool)
  return here
}
