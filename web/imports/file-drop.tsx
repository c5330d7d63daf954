import { InboxOutlined } from '@ant-design/icons'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

/** A file by dragging or by choosing; a plain file input, so that keyboards and readers know it. */
export function FileDrop({
  accept,
  hint,
  disabled,
  take,
}: {
  accept: string
  /** What may be given here. */
  hint: string
  disabled: boolean
  take: (file: File) => void
}) {
  const { t } = useTranslation()
  const id = useId()
  const [over, setOver] = useState(false)
  return (
    <label
      htmlFor={id}
      className={`file-drop${over ? ' file-drop-over' : ''}${disabled ? ' file-drop-off' : ''}`}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer.files[0]
        if (file && !disabled) take(file)
      }}
    >
      <InboxOutlined aria-hidden="true" className="file-drop-sign" />
      <span className="file-drop-title">{t('imports.drop')}</span>
      <span className="file-drop-hint">{hint}</span>
      <input
        id={id}
        type="file"
        accept={accept}
        disabled={disabled}
        onChange={event => {
          const file = event.target.files?.[0]
          if (file) take(file)
          // The same file again, mended, must be taken too.
          event.target.value = ''
        }}
      />
    </label>
  )
}
