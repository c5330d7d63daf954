import { duties } from './en/duties.ts'
import { frame } from './en/frame.ts'
import type { zhCN } from './zh-CN.ts'

/** The same words in English. Terms follow GLOSSARY.md: an allotment is budget authority over an amount. */
export const en: typeof zhCN = { ...frame, ...duties }
