import i18next from 'i18next'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { READING_UNITS, type ReadingUnit } from '../ui/format-money.ts'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** Kept in the browser; a browser that keeps nothing gets the default each time. */
export const recall = (name: string): string | null => {
  try {
    return localStorage.getItem(`fundwatch.${name}`)
  } catch {
    return null
  }
}
export const remember = (name: string, value: string): void => {
  try {
    localStorage.setItem(`fundwatch.${name}`, value)
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
}

interface Preferences {
  unit: ReadingUnit
  setUnit(unit: ReadingUnit): void
  language: Language
  setLanguage(language: Language): void
}

const PreferencesContext = createContext<Preferences | null>(null)

/** How this reader wants to see things: unit of money, language. */
export function usePreferences(): Preferences {
  const preferences = useContext(PreferencesContext)
  if (!preferences) throw new Error('usePreferences outside PreferencesProvider')
  return preferences
}

/** Chooses the reader's language from a sentence that carries both; a plain string is itself. */
export function useSaid(): (sentence: { zh: string; en: string } | string | null | undefined) => string {
  const { language } = usePreferences()
  return sentence =>
    typeof sentence === 'string' ? sentence : sentence ? (language === 'en' ? sentence.en : sentence.zh) : ''
}

const oneOf = <T extends string>(all: readonly T[], value: string | null, otherwise: T): T =>
  all.find(one => one === value) ?? otherwise

export const rememberedLanguage = (): Language => oneOf(LANGUAGES, recall('language'), 'zh-CN')

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [unit, setUnit] = useState(() => oneOf(READING_UNITS, recall('unit'), 'yuan'))
  const [language, setLanguage] = useState(rememberedLanguage)
  useEffect(() => remember('unit', unit), [unit])
  useEffect(() => {
    remember('language', language)
    document.documentElement.lang = language
    void i18next.changeLanguage(language)
  }, [language])
  const value = useMemo(() => ({ unit, setUnit, language, setLanguage }), [unit, language])
  return <PreferencesContext value={value}>{children}</PreferencesContext>
}
