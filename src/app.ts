import { part as allotments } from './allotments/part.ts'
import { part as approvals } from './approvals/part.ts'
import { part as audit } from './audit/part.ts'
import { auditPort } from './audit/record.ts'
import { part as base } from './base/part.ts'
import { part as beneficiaries } from './beneficiaries/part.ts'
import { part as books } from './books/part.ts'
import { part as divisions } from './divisions/part.ts'
import { part as funds } from './funds/part.ts'
import { part as identity } from './identity/part.ts'
import { watchInbox } from './imports/inbox.ts'
import { part as imports } from './imports/part.ts'
import { part as integration } from './integration/part.ts'
import { part as ledger } from './ledger/part.ts'
import { part as overview } from './overview/part.ts'
import { part as payments } from './payments/part.ts'
import { type Installation, type InstallationOptions, openInstallation } from './platform/installation.ts'
import type { Part } from './platform/part.ts'
import { part as projects } from './projects/part.ts'
import { part as proof } from './proof/part.ts'
import { releasesPart } from './releases/part.ts'
import { part as rules } from './rules/part.ts'
import { scanOn } from './warnings/check.ts'
import { part as warnings } from './warnings/part.ts'
import { part as yearEnd } from './year-end/part.ts'

/** The parts in the order of duty: base data, money from source to payee, what watches it, what shows it. */
export const parts: readonly Part[] = [
  audit,
  identity,
  approvals,
  divisions,
  base,
  funds,
  projects,
  ledger,
  allotments,
  integration,
  payments,
  yearEnd,
  beneficiaries,
  rules,
  warnings,
  overview,
  books,
  imports,
  proof,
  releasesPart(() => parts.flatMap(part => part.extracts ?? [])),
]

/** Opens the installation, and tells the checks which read-only pool they scan on and the imports where their drop folder is. */
export async function open(options: InstallationOptions): Promise<Installation> {
  const here = await openInstallation(options, auditPort)
  scanOn(here.run, here.rulesPool)
  watchInbox(
    here.run,
    here.dataDir,
    parts.flatMap(part => part.importers ?? []),
  )
  return here
}
