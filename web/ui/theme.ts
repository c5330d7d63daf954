import type { ThemeConfig } from 'antd'

/** Quiet, dense, readable on an office screen; every text colour keeps 4.5 : 1 on its ground. */
export const THEME: ThemeConfig = {
  token: {
    // Nothing slides or fades: an answer shows at once on an old machine, and a button that was pressed is never left turning.
    motion: false,
    colorPrimary: '#1b5394',
    colorLink: '#1b5394',
    colorError: '#b3261e',
    colorErrorBg: '#fdf2f1',
    colorErrorBorder: '#e3b0ac',
    colorSuccessBg: '#eef7f0',
    colorSuccessBorder: '#a9cfb2',
    colorInfoBg: '#eef4fb',
    colorInfoBorder: '#b3cbe6',
    colorWarningBg: '#fff8e1',
    colorWarningBorder: '#e6cf8f',
    controlItemBgActive: '#dfeaf6',
    controlItemBgActiveHover: '#d3e2f3',
    colorWarning: '#8a5a00',
    colorSuccess: '#2b7a3d',
    colorText: '#1d2733',
    colorTextSecondary: '#4b5766',
    colorTextTertiary: '#5d6977',
    colorTextQuaternary: '#66717f',
    colorTextPlaceholder: '#66717f',
    colorTextDisabled: '#66717f',
    colorTextDescription: '#4b5766',
    colorBgLayout: '#f2f4f7',
    borderRadius: 3,
    fontSize: 14,
    controlHeight: 30,
    fontFamily: 'var(--font)',
  },
  components: { Button: { primaryShadow: 'none', defaultShadow: 'none' } },
}
