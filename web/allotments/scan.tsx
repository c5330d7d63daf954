import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Line } from '../../src/allotments/answers.ts'
import { download, upload } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { saveFile } from '../ui/carry.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Reasoned } from '../ui/reasoned.tsx'

/** What a scan may be; the server looks at the bytes, whatever the name says. */
export const SCAN_ACCEPT = '.pdf,.jpg,.jpeg,.png,.tif,.tiff,application/pdf,image/jpeg,image/png,image/tiff'

/** Whether the document has its scan; it is uploaded here once, and downloaded by whoever may read the line. */
export function Scan({ document }: { document: Line['document'] }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const hint = useId()
  const input = useRef<HTMLInputElement>(null)
  const [sent, setSent] = useState<number | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const path = `/divisions/${division}/documents/${document.id}/scan`
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
      setSent(null)
    }
  }
  const give = (file: File) =>
    attempt(async () => {
      await upload(path, {}, file, setSent)
      await queries.invalidateQueries()
    })
  const take = () =>
    attempt(async () => {
      const { blob, fileName } = await download(path)
      saveFile(fileName ?? document.number, blob)
    })
  return (
    <div className="scan">
      <span className="scan-line" role="status">
        <span className={document.scan ? 'tag tag-good' : 'tag tag-warn'}>
          {t(document.scan ? 'allotment.scanThere' : 'allotment.scanMissing')}
        </span>
        {sent !== null && <span className="dim">{t('allotment.scanSending', { percent: sent })}</span>}
      </span>
      {document.scan ? (
        <Button size="small" loading={busy} onClick={() => void take()}>
          {t('allotment.scanDownload')}
        </Button>
      ) : may('allotments.write') ? (
        <>
          <Button size="small" loading={busy} aria-describedby={hint} onClick={() => input.current?.click()}>
            {t('allotment.scanUpload')}
          </Button>
          <span id={hint} className="reason">
            {t('allotment.scanHint')}
          </span>
          <input
            ref={input}
            type="file"
            hidden
            accept={SCAN_ACCEPT}
            onChange={event => {
              const file = event.target.files?.[0]
              if (file) void give(file)
              // The same file again must be taken too.
              event.target.value = ''
            }}
          />
        </>
      ) : (
        <Reasoned label={t('allotment.scanUpload')} reason={t('step.noPermission')} />
      )}
      {error !== null && <FaultNotice error={error} />}
    </div>
  )
}
