import { Button } from 'antd'
import { useId } from 'react'

/** A button that cannot be pressed now, with the reason beside it, for eyes and for readers alike. */
export function Reasoned({ label, reason }: { label: string; reason: string }) {
  const id = useId()
  return (
    <span className="reasoned">
      <Button size="small" disabled aria-describedby={id}>
        {label}
      </Button>
      <span id={id} className="reason">
        {reason}
      </span>
    </span>
  )
}
