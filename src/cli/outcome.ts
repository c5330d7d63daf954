import type { Sentence } from '../kernel/refusal.ts'
import type { CheckOutcome } from '../platform/verify.ts'

/** One check and every difference with its place. */
export function show(title: Sentence, outcome: CheckOutcome): void {
  process.stdout.write(
    `${outcome.count === 0 ? '✓' : '✗'} ${title.zh} ${title.en}: ${outcome.checked} 项已核 checked, ${outcome.count} 处不符 differences\n`,
  )
  for (const { place, expected, found } of outcome.differences)
    process.stdout.write(`    ${place}: 应为 expected ${expected}, 实为 found ${found}\n`)
  if (outcome.note) process.stdout.write(`    ${outcome.note.zh} ${outcome.note.en}\n`)
}
