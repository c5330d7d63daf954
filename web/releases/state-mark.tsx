import { useTranslation } from 'react-i18next'
import type { Release } from '../../src/releases/contract.ts'

const TAGS = { asked: 'tag tag-warn', released: 'tag tag-good', refused: 'tag' } as const

/** Where a release stands, and whether it holds personal data in the clear. */
export function StateMark({ release }: { release: Release }) {
  const { t } = useTranslation()
  return (
    <>
      <span className={TAGS[release.state]}>{t(`releaseState.${release.state}`)}</span>
      {release.personal && <span className="tag tag-warn">{t('releases.withPersonal')}</span>}
    </>
  )
}
