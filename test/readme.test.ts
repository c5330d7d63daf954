import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parts } from '../src/app.ts'
import { ROOT } from '../src/platform/root.ts'

/** What a newcomer must find: every command, every kind of file, every part's folder. */
const WANTED: Record<string, string[]> = {
  'every command': [...readFileSync(join(ROOT, 'src', 'cli.ts'), 'utf8').matchAll(/usage: '([a-z-]+)/g)].map(
    ([, command]) => `fundwatch ${command}`,
  ),
  'every kind of file': parts.flatMap(part => part.importers ?? []).map(importer => `\`${importer.kind}\``),
  'every part': readdirSync(join(ROOT, 'src'))
    .filter(name => existsSync(join(ROOT, 'src', name, 'README.md')) || name === 'kernel' || name === 'platform')
    .map(name => `src/${name} `),
}
const missing = (text: string, words: readonly string[]) => words.filter(word => !text.includes(word))

describe.each(['README.md', 'README.zh-CN.md'])('%s', file => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  test.each(Object.entries(WANTED))('names %s', (_, words) => {
    expect(words.length).toBeGreaterThan(10)
    expect(missing(text, words)).toEqual([])
    expect(missing(text.replaceAll(words[0]!, ''), words)).toContain(words[0])
  })
})
