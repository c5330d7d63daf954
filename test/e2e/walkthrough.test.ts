import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../src/platform/root.ts'

const text = readFileSync(join(ROOT, 'docs', 'walkthrough.md'), 'utf8')
const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(match => match[1]!.trim())

/** What each block of the walk must end with and say; a block that is not here is a walk that nobody has proved. */
const EXPECTED: Record<string, { exit: number; says: RegExp }> = {
  'check --as-of': { exit: 0, says: /raised 0/ },
  verify: { exit: 0, says: /every tree balances: \d+ .* 0 / },
  'import payments samples': { exit: 0, says: /0 存入 taken/ },
  'spoiled.xml --division': { exit: 1, says: /20180230/ },
  doctor: { exit: 0, says: /PostgreSQL/ },
}

describe('the walk in docs/walkthrough.md, command by command', () => {
  test.each(blocks.map((block, index) => [`block ${index + 1}: ${block.split('\n').at(-1)}`, block] as const))(
    '%s',
    (_, block) => {
      const key = Object.keys(EXPECTED).find(words => block.includes(words))
      expect(key, 'no expectation for this block').toBeDefined()
      const { status, stdout, stderr } = spawnSync('bash', ['-c', `set -e\n${block}`], {
        cwd: ROOT,
        encoding: 'utf8',
        timeout: 110_000,
      })
      rmSync(join(ROOT, 'spoiled.xml'), { force: true })
      rmSync(join(ROOT, 'books.journal'), { force: true })
      expect(`${stdout}${stderr}`).toMatch(EXPECTED[key!]!.says)
      expect(status).toBe(EXPECTED[key!]!.exit)
    },
  )

  test('has blocks at all', () => expect(blocks.length).toBe(Object.keys(EXPECTED).length))
})
