import { useTranslation } from 'react-i18next'
import type { ApplicationState } from '../../src/identity/status.ts'

/** Where an application stands, in words; colour only helps. */
export function ApplicationMark({ state }: { state: ApplicationState }) {
  const { t } = useTranslation()
  const tone =
    state === 'executed' ? 'tag-good' : state === 'returned' ? 'tag-warn' : state === 'withdrawn' ? '' : 'tag-busy'
  return <span className={`tag ${tone}`}>{t(`application.state.${state}`)}</span>
}
