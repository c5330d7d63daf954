import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Progress } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Import } from '../../src/imports/contract.ts'
import { address } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { FaultTable, RepairTable } from '../ui/fault-table.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, Panel } from '../ui/page-title.tsx'

/** Work under way: what it does, how far it is, and that the page may be left. */
export function Working({ one }: { one: Import }) {
  const { t } = useTranslation()
  const said = useSaid()
  const total = one.progress?.total
  const percent = total ? Math.min(99, Math.floor(((one.progress?.done ?? 0) / total) * 100)) : undefined
  return (
    <div className="working" role="status">
      <p>
        {one.progress ? said(one.progress) : t(`importState.${one.state}`)}{' '}
        {one.progress && <span className="money">{total ? `${one.progress.done} / ${total}` : one.progress.done}</span>}
      </p>
      <Progress
        percent={percent ?? 100}
        status="active"
        showInfo={percent !== undefined}
        aria-label={t('imports.progress')}
      />
      <p className="dim">{t('imports.mayLeave')}</p>
    </div>
  )
}

/** What came of a file: all faults by row and field, what was repaired, what was counted. */
export function Outcome({ one, step, children }: { one: Import; step: 'check' | 'store'; children?: ReactNode }) {
  const { t } = useTranslation()
  const faults = Number(one.faultCount)
  const repairs = Number(one.repairCount)
  const refused = one.state === 'refused' || one.state === 'broken' || faults > 0
  const sentence = refused
    ? t(one.state === 'broken' ? 'imports.broken' : 'imports.refused', { count: faults })
    : step === 'check'
      ? t('imports.checked', { count: Number(one.rowsRead) })
      : t('imports.done', { count: Number(one.rowsTaken) })
  return (
    <div className="outcome">
      <Alert
        type={refused ? 'error' : 'success'}
        showIcon
        title={sentence}
        description={refused ? t('imports.mend') : undefined}
      />
      <div className="figure-line">
        <Figure name={t('imports.rowsRead')}>{one.rowsRead}</Figure>
        {step === 'store' && !refused && <Figure name={t('imports.rowsTaken')}>{one.rowsTaken}</Figure>}
        <Figure name={t('imports.rowsRepeated')}>{one.rowsRepeated}</Figure>
        <Figure name={t('imports.faults')}>{one.faultCount}</Figure>
        <Figure name={t('imports.repairs')}>{one.repairCount}</Figure>
        {Object.entries(one.figures ?? {}).map(([name, value]) => (
          <Figure key={name} name={t(`importFigure.${name}`, { defaultValue: name })}>
            {/(_fen|Fen)$/.test(name) ? <Money fen={String(value)} /> : value}
          </Figure>
        ))}
      </div>
      <div className="outcome-actions">{children}</div>
      {faults > 0 && (
        <Panel title={t('imports.faultList')}>
          {one.refusedRows > 0 && <RefusedRows one={one} />}
          <FaultTable faults={one.faults} count={faults} caption={`${t('imports.faultList')}-${one.fileName}`} />
        </Panel>
      )}
      {repairs > 0 && (
        <Panel title={t('imports.repairList')}>
          <RepairTable repairs={one.repairs} count={repairs} caption={`${t('imports.repairList')}-${one.fileName}`} />
        </Panel>
      )}
    </div>
  )
}

/** The rows with faults as a sheet, each with what is wrong beside it. */
function RefusedRows({ one }: { one: Import }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  return (
    <>
      <div className="form-actions">
        {(['xlsx', 'csv'] as const).map(file => (
          <Button
            key={file}
            icon={<DownloadOutlined aria-hidden="true" />}
            href={address(`/divisions/${division}/imports/${one.id}/refused-rows`, { file })}
            download
          >
            {t('refusedRows.take', { file: file.toUpperCase() })}
          </Button>
        ))}
      </div>
      <p className="form-about">{t('refusedRows.hint', { count: one.refusedRows })}</p>
    </>
  )
}
