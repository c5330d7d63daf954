import { Input } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { moneyText } from '../../ui/format-money.ts'
import { type DocumentUnit, type FormLine, fenOfAmount, sumOf, unitWord } from './form-line.ts'

/** The lines' sum against the total that the paper prints: null where they agree, or none was entered and none is needed. */
export function totalHindrance(
  printed: string,
  unit: DocumentUnit,
  sum: bigint,
  needed: boolean,
): 'total.unread' | 'total.differs' | 'total.needed' | null {
  if (printed.trim() === '') return needed ? 'total.needed' : null
  const fen = fenOfAmount(printed, unit)
  if (fen === null) return 'total.unread'
  return fen === sum ? null : 'total.differs'
}

/** The sum of the lines, the printed total (文件合计), and the difference, which must be nothing before the form is stored. */
export function TotalCheck({
  lines,
  unit,
  printed,
  onPrinted,
}: {
  lines: readonly FormLine[]
  unit: DocumentUnit
  printed: string
  onPrinted: (typed: string) => void
}) {
  const { t } = useTranslation()
  const id = useId()
  const { fen, count } = sumOf(lines, unit)
  const asked = fenOfAmount(printed, unit)
  const difference = asked === null ? null : fen - asked
  return (
    <div className="total-check">
      <span>
        {t('total.sum', { count })} <strong className="money">{moneyText(String(fen), 'yuan')}</strong> {t('unit.yuan')}
      </span>
      <label htmlFor={id}>{t('total.printed', { unit: t(unitWord(unit)) })}</label>
      <Input
        id={id}
        className="amount-input total-input"
        size="small"
        inputMode="decimal"
        maxLength={30}
        value={printed}
        onChange={event => onPrinted(event.target.value)}
      />
      <span role="status" className={difference === 0n ? 'total-ties' : 'total-off'}>
        {printed.trim() === ''
          ? ''
          : difference === null
            ? t('total.unread')
            : difference === 0n
              ? t('total.ties')
              : t(difference > 0n ? 'total.over' : 'total.under', {
                  amount: moneyText(String(difference < 0n ? -difference : difference), 'yuan'),
                })}
      </span>
    </div>
  )
}
