import { useTranslation } from 'react-i18next'
import { usePreferences } from '../shell/preferences.tsx'
import { moneyText, percentText } from './format-money.ts'

/** An amount in fen, in the reader's unit; red letters red, with their minus; the exact yuan on hover. */
export function Money({
  fen,
  strong = false,
  withUnit = false,
}: {
  fen: string
  strong?: boolean
  withUnit?: boolean
}) {
  const { unit } = usePreferences()
  const { t } = useTranslation()
  const negative = fen.startsWith('-')
  return (
    <span
      className={`money${negative ? ' money-red' : ''}${fen === '0' ? ' money-zero' : ''}${strong ? ' money-strong' : ''}`}
      title={unit === 'yuan' ? undefined : `${moneyText(fen, 'yuan')} ${t('unit.yuan')}`}
    >
      {moneyText(fen, unit)}
      {withUnit && <span className="money-unit">{t(`unit.${unit}`)}</span>}
    </span>
  )
}

/** A rate with what it was reckoned from: numerator and denominator are part of the figure. */
export function Rate({ part, whole, bare = false }: { part: string; whole: string; bare?: boolean }) {
  const { t } = useTranslation()
  const text = percentText(part, whole)
  if (text === null)
    return (
      <span className="money money-zero" title={t('rate.none')}>
        —
      </span>
    )
  return (
    <span className="money">
      {text}
      {!bare && (
        <span className="rate-from">
          {' = '}
          <Money fen={part} /> / <Money fen={whole} />
        </span>
      )}
    </span>
  )
}
