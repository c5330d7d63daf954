import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { ACT_WORDS, type Act, isLit, levelAfter, statusAfter, whyNot } from './status.ts'
import { find, lock, type StoredWarning, write } from './store.ts'

export const warningMissing = (id: string): never =>
  refuse(
    'missing',
    'warning-missing',
    `没有编号为“${id}”的预警：请从预警列表打开。`,
    `There is no warning “${id}”: open it from the list.`,
    { field: 'warning', value: id },
  )

/** The id of the path; what is no id names nothing. */
export const warningId = (text: string): bigint => (/^\d{1,18}$/.test(text) ? BigInt(text) : warningMissing(text))

/**
 * A person judges a warning or notes something on it (谁主管、谁负责); the reason is always written down. Refuses
 * `warning-missing`, `note-missing`, and `act-not-now` where the state does not allow it.
 */
export async function handleWarning(
  context: Context,
  input: { division: number; warning: string; act: Act; note: string },
): Promise<StoredWarning> {
  const { tx } = context
  const id = warningId(input.warning)
  const seen = (await find(tx, input.division, id)) ?? warningMissing(input.warning)
  const note = input.note.trim()
  if (note === '')
    refuse(
      'input',
      'note-missing',
      `“${ACT_WORDS[input.act].zh}”须写明情况：请在说明栏填写核实或纠正的经过。`,
      `“${ACT_WORDS[input.act].en}” needs its reason: write what was verified or corrected.`,
      { field: 'note', value: input.note },
    )
  await lock(tx, seen.division, id)
  const warning = (await find(tx, input.division, id))!
  const status = statusAfter(input.act, warning.status, warning.level)
  if (status === null) {
    const why = whyNot(input.act, warning.status, warning.level)!
    refuse('conflict', 'act-not-now', why.zh, why.en, { field: 'kind', value: input.act })
  }
  const level = levelAfter(input.act, warning.level)
  const ended = isLit(warning.status) && !isLit(status)
  await write(
    tx,
    { division: warning.division, id },
    { act: input.act, note, status, level, endedOn: ended ? context.clock.today() : warning.endedOn },
  )
  await context.audit({
    division: warning.division,
    action: `warnings.${input.act}`,
    subject: String(id),
    detail: { rule: warning.rule, from: warning.status, to: status },
  })
  await context.announce('warning.handled', {
    division: warning.division,
    warning: String(id),
    act: input.act,
    status,
  })
  return (await find(tx, input.division, id))!
}
