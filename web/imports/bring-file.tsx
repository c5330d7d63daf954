import { useNavigate } from '@tanstack/react-router'
import { Button, Progress } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Import } from '../../src/imports/contract.ts'
import { upload } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { useApi } from '../ui/use-api.ts'
import { FileDrop } from './file-drop.tsx'
import { atWork, type ImportKind } from './kinds.ts'
import { Outcome, Working } from './outcome.tsx'

/**
 * One file, in two steps: checked whole (all faults, nothing stored), then stored. Storing goes on when the page is left;
 * the list below finds it again.
 */
export function BringFile({ kind: { kind, accept }, stored }: { kind: ImportKind; stored: () => void }) {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const navigate = useNavigate()
  const [file, setFile] = useState<File | null>(null)
  const [step, setStep] = useState<'check' | 'store'>('check')
  const [sent, setSent] = useState(0)
  const [id, setId] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const base = `/divisions/${division}/imports`

  const begin = async (chosen: File, as: 'check' | 'store') => {
    setFile(chosen)
    setStep(as)
    setSent(0)
    setId(null)
    setError(null)
    try {
      const answer = await upload<{ id: string; submission?: { id: string } }>(
        `${base}/${kind}`,
        as === 'check' ? { check: 1 } : {},
        chosen,
        setSent,
      )
      // Waiting for signatures: the import begins at the last of them.
      if (answer.submission) return void navigate({ to: at(`submissions/${answer.submission.id}`) as string })
      setId(String(answer.id))
    } catch (refused) {
      setError(refused)
    }
  }
  const progress = useApi<Import>(id ? `${base}/${id}` : null, {}, { refetchInterval: 800 })
  const one = progress.data && String(progress.data.id) === id ? progress.data : null
  const finished = one !== null && !atWork(one)

  const told = useRef<string | null>(null)
  useEffect(() => {
    if (finished && step === 'store' && told.current !== id) {
      told.current = id
      stored()
    }
  }, [finished, step, id, stored])

  // The kinds fill a small screen: what became of the file is brought into view.
  const place = useRef<HTMLDivElement>(null)
  const ended = finished || error !== null
  useEffect(() => {
    if (ended) place.current?.scrollIntoView({ block: 'start' })
  }, [ended])

  const clean = finished && one.state !== 'refused' && one.state !== 'broken' && Number(one.faultCount) === 0
  const busy = file !== null && error === null && !finished
  const again = (
    <Button
      onClick={() => {
        setFile(null)
        setId(null)
        setError(null)
      }}
    >
      {t('imports.another')}
    </Button>
  )
  return (
    <div className="bring" ref={place}>
      <ol className="bring-steps">
        {(['choose', 'check', 'store'] as const).map((name, index) => {
          const now = !file ? 0 : step === 'check' ? 1 : 2
          return (
            <li
              key={name}
              aria-current={now === index ? 'step' : undefined}
              className={now > index ? 'past' : undefined}
            >
              {index + 1}. {t(`imports.step.${name}`)}
            </li>
          )
        })}
      </ol>
      {!file && (
        <FileDrop
          accept={accept}
          hint={t(kind === 'scans' ? 'imports.dropScanHint' : 'imports.dropHint')}
          disabled={false}
          take={chosen => void begin(chosen, 'check')}
        />
      )}
      {file && (
        <p className="bring-file">
          <strong>{file.name}</strong>{' '}
          <span className="dim">{t('imports.size', { kb: Math.ceil(file.size / 1024) })}</span>
        </p>
      )}
      {error !== null && (
        <>
          <FaultNotice error={error} />
          <p>{t('imports.nothingStored')}</p>
          {again}
        </>
      )}
      {progress.error && !one && <FaultNotice error={progress.error} />}
      {busy && !id && <Progress percent={sent} aria-label={t('imports.sending')} />}
      {busy && one && <Working one={one} />}
      {finished && (
        <Outcome one={one} step={step}>
          {step === 'check' && clean && file && (
            <Button type="primary" onClick={() => void begin(file, 'store')}>
              {t('imports.store')}
            </Button>
          )}
          {again}
        </Outcome>
      )}
    </div>
  )
}
