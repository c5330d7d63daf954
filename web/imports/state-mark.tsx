import { useTranslation } from 'react-i18next'
import type { Import } from '../../src/imports/contract.ts'
import { atWork } from './kinds.ts'

export function StateMark({ one }: { one: Pick<Import, 'state'> }) {
  const { t } = useTranslation()
  const tone = one.state === 'done' ? 'tag-good' : atWork(one) ? 'tag-busy' : 'tag-warn'
  return <span className={`tag ${tone}`}>{t(`importState.${one.state}`)}</span>
}
