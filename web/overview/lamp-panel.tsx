import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'
import { type LampCounts, LampShape } from '../ui/lamps.tsx'

/** The lamps that burn, by level; each opens its list. */
export function LampPanel({ lamps }: { lamps: LampCounts }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  return (
    <ul className="lamp-panel">
      {(['red', 'yellow', 'bell'] as const).map(level => (
        <li key={level}>
          <Link to={at('warnings') as string} search={{ level } as never} className={`lamp-tile lamp-tile-${level}`}>
            <LampShape lamp={level} size={26} />
            <span className="lamp-tile-count">{lamps[level]}</span>
            <span className="lamp-tile-name">{t(`lamp.${level}`)}</span>
            <span className="lamp-tile-hint">{t(`lamp.${level}Hint`)}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
