import { Button } from 'antd'
import { useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { SCAN_ACCEPT } from '../scan.tsx'

/** The document's scan, kept here until the form is stored, and sent with it. */
export function ScanField({ file, onFile }: { file: File | null; onFile: (file: File | null) => void }) {
  const { t } = useTranslation()
  const hint = useId()
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="scan">
      <span className="scan-line" role="status">
        {file ? file.name : t('scanField.none')}
      </span>
      <Button size="small" aria-describedby={hint} onClick={() => input.current?.click()}>
        {t(file ? 'scanField.other' : 'scanField.choose')}
      </Button>
      {file && (
        <Button size="small" type="text" onClick={() => onFile(null)}>
          {t('scanField.drop')}
        </Button>
      )}
      <span id={hint} className="reason">
        {t('allotment.scanHint')}
      </span>
      <input
        ref={input}
        type="file"
        hidden
        accept={SCAN_ACCEPT}
        onChange={event => {
          onFile(event.target.files?.[0] ?? null)
          // The same file again must be taken too.
          event.target.value = ''
        }}
      />
    </div>
  )
}
