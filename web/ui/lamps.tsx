import { useTranslation } from 'react-i18next'

export type Lamp = 'bell' | 'yellow' | 'red' | 'green'
export type LampCounts = { bell: number; yellow: number; red: number }

// Each lamp has a shape of its own, so that none depends on colour: bell, triangle, octagon, circle.
const DRAWING: Record<Lamp, { fill: string; ink: string; body: string; sign: string }> = {
  bell: {
    fill: '#f7c948',
    ink: '#4a3200',
    body: 'M8 1.5c-2.6 0-4 1.9-4 4.4v2.9L2.6 11v1h10.8v-1L12 8.8V5.9c0-2.5-1.4-4.4-4-4.4z',
    sign: 'M6.6 13.3a1.5 1.5 0 0 0 2.8 0',
  },
  yellow: { fill: '#f7c948', ink: '#4a3200', body: 'M8 1.4 15 14H1z', sign: 'M8 5.6v4.2M8 11.5v.8' },
  red: {
    fill: '#c8281e',
    ink: '#ffffff',
    body: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
    sign: 'M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2',
  },
  green: {
    fill: '#2b7a3d',
    ink: '#ffffff',
    body: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z',
    sign: 'M4.8 8.2l2.3 2.3 4.2-4.6',
  },
}

/** The drawing alone; decorative, its word stands beside it. */
export function LampShape({ lamp, size = 16 }: { lamp: Lamp; size?: number }) {
  const drawing = DRAWING[lamp]
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" className="lamp-shape">
      <path d={drawing.body} fill={drawing.fill} stroke={drawing.ink} strokeWidth={lamp === 'bell' ? 1 : 0.6} />
      <path d={drawing.sign} fill="none" stroke={drawing.ink} strokeWidth="1.7" strokeLinecap="round" />
    </svg>
  )
}

/** A lamp with its word. */
export function LampMark({ lamp }: { lamp: Lamp }) {
  const { t } = useTranslation()
  return (
    <span className={`lamp lamp-${lamp}`}>
      <LampShape lamp={lamp} />
      {t(`lamp.${lamp}`)}
    </span>
  )
}

/** How a warning ended or stands: ended well shows the green lamp. */
export const lampOf = (level: 'bell' | 'yellow' | 'red', status: string): Lamp =>
  status === 'normal' || status === 'corrected' || status === 'out' ? 'green' : status === 'violation' ? 'red' : level

/** Small counts by level, for cells of tables; nothing where nothing is lit. */
export function LampCells({ lamps }: { lamps: LampCounts }) {
  const { t } = useTranslation()
  const lit = (['red', 'yellow', 'bell'] as const).filter(lamp => lamps[lamp] > 0)
  if (lit.length === 0) return <span className="dim">—</span>
  return (
    <span className="lamp-cells">
      {lit.map(lamp => (
        <span key={lamp} className="lamp-cell" title={t(`lamp.${lamp}`)}>
          <LampShape lamp={lamp} size={14} />
          <span className="sr-only">{t(`lamp.${lamp}`)}</span>
          {lamps[lamp]}
        </span>
      ))}
    </span>
  )
}

export const lampCountsText = (lamps: LampCounts): string => `${lamps.red}/${lamps.yellow}/${lamps.bell}`
