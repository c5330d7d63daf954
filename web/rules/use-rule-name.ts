import type { RulePage } from '../../src/rules/contract.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { useApi } from '../ui/use-api.ts'

/** How a rule is named where there is only its code: code and name, the code alone for who may not read the rules. */
export function useRuleName(): (code: string) => string {
  const may = useMay()
  const said = useSaid()
  const rules = useApi<RulePage[]>(may('rules.read') ? '/rules' : null)
  return code => `${code} ${said(rules.data?.find(rule => rule.code === code)?.name)}`.trim()
}
