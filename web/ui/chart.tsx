import { BarChart, LineChart, SankeyChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

use([BarChart, LineChart, SankeyChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer])

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", SimSun, sans-serif'

/** The palette of drawings, dark enough on white and told apart without colour vision by their lightness. */
export const PALETTE = ['#17406d', '#3f9c8b', '#e0a83a', '#7fb1dc', '#8d7bc4', '#b5573c', '#5c6b7d']

/** A drawing. Figures in it are for the eye; the exact ones stand in the table beside it. */
export function Chart({ option, height, label }: { option: EChartsCoreOption; height: number; label: string }) {
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const chart = init(element, null, { renderer: 'svg' })
    chart.setOption({
      color: PALETTE,
      textStyle: { fontFamily: FONT, fontSize: 12, color: '#2b3645' },
      // A drawing stands at once: half-grown, it would be printed and photographed so.
      animation: false,
      aria: { enabled: true, label: { description: label } },
      ...option,
    })
    const watch = new ResizeObserver(() => chart.resize())
    watch.observe(element)
    return () => {
      watch.disconnect()
      chart.dispose()
    }
  }, [option, label])
  return <div ref={frame} style={{ height }} className="chart" role="img" aria-label={label} />
}
