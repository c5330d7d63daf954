import { Alert } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Fault } from '../../src/kernel/refusal.ts'
import { Refused } from '../shell/api.ts'
import { useSaid } from '../shell/preferences.tsx'

/** Where a fault lies, in words: row 12, field “amount”, value “1,2”. */
export function useWhere(): (fault: Fault) => string {
  const { t } = useTranslation()
  // Fields of our own forms are paths (lines.0.amountFen); people know them by their labels.
  const fieldName = (field: string): string => {
    const [, line, name] = /^lines\.(\d+)\.(\w+)$/.exec(field) ?? []
    if (line && name)
      return `${t('formPage.line', { no: Number(line) + 1 })} ${t(`ask.${name.replace(/Fen$/, '')}`, { defaultValue: name })}`
    return t([`field.${field}`, `ask.${field}`], { defaultValue: field })
  }
  return fault =>
    [
      fault.row === undefined ? null : t('fault.row', { row: fault.row }),
      fault.field ? t('fault.field', { field: fieldName(fault.field) }) : null,
      fault.value ? t('fault.value', { value: fault.value }) : null,
    ]
      .filter(Boolean)
      .join(t('fault.join'))
}

/** What went wrong, in the reader's language, with row, field, value and code; never a stack. */
export function FaultNotice({ error, action }: { error: unknown; action?: ReactNode }) {
  const { t } = useTranslation()
  const said = useSaid()
  const where = useWhere()
  const faults: readonly Fault[] =
    error instanceof Refused ? error.faults : [{ code: 'page-broken', zh: t('state.broken'), en: t('state.broken') }]
  const count = error instanceof Refused ? error.count : 1
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      className="fault-notice"
      action={action}
      title={
        faults.length === 1 ? (
          <FaultLine fault={faults[0]!} where={where(faults[0]!)} said={said(faults[0])} />
        ) : (
          t('fault.count', { count })
        )
      }
      description={
        faults.length > 1 ? (
          <ul className="fault-list">
            {faults.slice(0, 20).map((fault, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a refusal never changes once it is shown
              <li key={index}>
                <FaultLine fault={fault} where={where(fault)} said={said(fault)} />
              </li>
            ))}
          </ul>
        ) : undefined
      }
    />
  )
}

function FaultLine({ fault, where, said }: { fault: Fault; where: string; said: string }) {
  return (
    <span>
      {where && <strong>{where} </strong>}
      {said} <code className="fault-code">{fault.code}</code>
    </span>
  )
}
