import { keepPeopleWith } from '../payments/messages/take-messages.ts'
import type { Part } from '../platform/part.ts'
import { disbursements } from './import-disbursements.ts'
import { routes } from './routes.ts'
import { sealed } from './sealed.ts'
import { keeper } from './take-lists.ts'
import { beneficiaryChecks } from './verify.ts'

// Messages 8207 come in the treasury's files, among payments; the part below reads them and this one keeps them.
keepPeopleWith(keeper)

export const part: Part = {
  name: 'beneficiaries',
  routes,
  importers: [disbursements],
  verify: beneficiaryChecks,
  sealed,
}
