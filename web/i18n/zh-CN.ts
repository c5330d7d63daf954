import { duties } from './zh-CN/duties.ts'
import { frame } from './zh-CN/frame.ts'

/** 界面用语，取自五份方案、规程的原话。Chinese is written first; `en.ts` holds the same keys. */
export const zhCN = { ...frame, ...duties }
