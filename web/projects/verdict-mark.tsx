import { useTranslation } from 'react-i18next'
import type { Project } from '../../src/projects/contract.ts'

/** What was found wrong with a project's name; nothing where it is a name. */
export function VerdictMark({ verdict }: { verdict: Project['nameVerdict'] }) {
  const { t } = useTranslation()
  return verdict === 'ok' ? null : <span className="tag tag-warn">{t(`verdict.${verdict}`)}</span>
}
