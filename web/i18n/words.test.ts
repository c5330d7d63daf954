import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PERMISSIONS } from '../../src/kernel/permission.ts'
import { en } from './en.ts'
import { zhCN } from './zh-CN.ts'

const WEB = join(import.meta.dirname, '..')

type Words = { [key: string]: string | Words }
const flat = (words: Words, prefix = ''): [string, string][] =>
  Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  )

// The one word that says nothing on purpose: a proper name needs no mend.
const EMPTY_ON_PURPOSE = new Set(['verdictHint.ok'])
const chinese = new Map(flat(zhCN))
const english = new Map(flat(en))
const sources = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.tsx?$/.test(name) && !name.endsWith('.test.ts') && !name.startsWith('i18n'))
  .map(name => ({ name, text: readFileSync(join(WEB, name), 'utf8') }))

describe('the words of the screens', () => {
  it('both languages hold the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })
  it('no two files of words hold the same family: the later one would take the place of the earlier', () => {
    for (const language of ['zh-CN', 'en']) {
      const folder = join(import.meta.dirname, language)
      const families = readdirSync(folder).flatMap(name =>
        [...readFileSync(join(folder, name), 'utf8').matchAll(/^ {2}(\w+): /gm)].map(found => found[1]!),
      )
      expect(families.length).toBeGreaterThan(20)
      expect(families.filter((name, at) => families.indexOf(name) !== at)).toEqual([])
    }
  })
  it('no word is empty', () => {
    for (const words of [chinese, english])
      expect([...words].filter(([key, word]) => !word.trim() && !EMPTY_ON_PURPOSE.has(key))).toEqual([])
  })
  it('both languages fill in the same places', () => {
    const places = (word: string | undefined) => (word?.match(/\{\{\w+\}\}/g) ?? []).sort()
    expect([...chinese].filter(([key, word]) => `${places(word)}` !== `${places(english.get(key))}`)).toEqual([])
  })
  it('English words hold no Chinese, but for the name of a language, an example of a document number, and what a file must say', () => {
    // The last names the words that the business register's file must use.
    const allowed = new Set(['language.zh-CN', 'formPage.numberHint', 'importColumns.companies'])
    expect([...english].filter(([key, word]) => /\p{Script=Han}/u.test(word) && !allowed.has(key))).toEqual([])
  })
  it('pages hold no Chinese of their own', () => {
    const found = sources
      .filter(({ name }) => name.endsWith('.tsx'))
      .flatMap(({ name, text }) =>
        text
          .split('\n')
          // Comments may name things in the seeds' own words.
          .map((line, index) => ({
            at: `${name}:${index + 1}`,
            code: line.replace(/^\s*(\/?\*|\/\/).*$|\/\/ .*$/, ''),
          }))
          .filter(({ code }) => /\p{Script=Han}/u.test(code)),
      )
    expect(found).toEqual([])
  })
  it('every word that a page asks for exists', () => {
    // What follows a question mark or a colon may also be a permission.
    const known = new Set<string>([...chinese.keys(), ...PERMISSIONS])
    const asked = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/\bt\(\s*'([^']+)'/g), ...text.matchAll(/[?:] '([a-z]\w*\.[\w.-]+)'/gi)].map(found => ({
        name,
        key: found[1]!,
      })),
    )
    expect(asked.length).toBeGreaterThan(200)
    expect(asked.filter(({ key }) => !known.has(key))).toEqual([])
  })
  it('every family of words that a page asks for exists', () => {
    const families = new Set([...chinese.keys()].map(key => key.slice(0, key.lastIndexOf('.') + 1)))
    const asked = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/\bt\(\s*`([\w.]+\.)\$\{/g)].map(found => ({ name, family: found[1]! })),
    )
    expect(asked.filter(({ family }) => !families.has(family))).toEqual([])
  })
})
