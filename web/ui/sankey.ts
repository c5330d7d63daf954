import { moneyText } from './format-money.ts'

/** For drawing only: lengths on a screen, never figures. */
export const inYuan = (amountFen: string): number => Number(BigInt(amountFen) / 100n)

interface Drawn {
  /** What stands at each place, by the place's key. */
  names: ReadonlyMap<string, string>
  links: readonly { source: string; target: string; amountFen: string }[]
  unit: Parameters<typeof moneyText>[1]
  unitName: string
  /** Room to the right for names, and how wide a name may be there. */
  right: number
  nameWidth?: number
}

/** Money that flows from place to place, as a drawing: the tips tell amounts exactly. */
export const sankeyOption = ({ names, links, unit, unitName, right, nameWidth }: Drawn) => ({
  tooltip: {
    trigger: 'item',
    confine: true,
    formatter: (point: { dataType: string; name: string; data: { fen?: string; source?: string; target?: string } }) =>
      point.dataType === 'edge'
        ? `${names.get(point.data.source ?? '')} → ${names.get(point.data.target ?? '')}<br/>${moneyText(point.data.fen ?? '0', unit)} ${unitName}`
        : (names.get(point.name) ?? ''),
  },
  series: [
    {
      type: 'sankey',
      left: 8,
      right,
      top: 8,
      bottom: 8,
      nodeGap: 10,
      nodeWidth: 14,
      draggable: false,
      emphasis: { focus: 'adjacency' },
      lineStyle: { color: 'gradient', opacity: 0.35 },
      label: {
        formatter: (point: { name: string }) => names.get(point.name) ?? '',
        fontSize: 12,
        color: '#1d2733',
        ...(nameWidth === undefined ? {} : { width: nameWidth, overflow: 'truncate' }),
      },
      data: [...names.keys()].map(name => ({ name })),
      links: links.map(({ source, target, amountFen }) => ({
        source,
        target,
        value: inYuan(amountFen),
        fen: amountFen,
      })),
    },
  ],
})
