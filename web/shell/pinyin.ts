import { pinyin } from 'pinyin-pro'

/** How a name is typed: the whole reading without blanks, and its initials. */
export const pinyinOf = (name: string): string => {
  const syllables = pinyin(name, { toneType: 'none', type: 'array', nonZh: 'consecutive', v: true })
  return `${syllables.join('')} ${syllables.map(syllable => syllable[0] ?? '').join('')}`
}
