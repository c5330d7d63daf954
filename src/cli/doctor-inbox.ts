import { inboxOf, inboxState } from '../imports/inbox.ts'
import type { Run } from '../platform/context.ts'
import type { Finding } from './weak-settings.ts'

/** What is to be said of the drop folder: where it is, what waits in it, and what is wrong with it. */
export async function inboxFindings(run: Run): Promise<Finding[]> {
  const state = await inboxState(inboxOf(run))
  if (state.folder === null)
    return [{ severity: 'fine', code: 'inbox-off', zh: '收件夹已关闭。', en: 'The drop folder is switched off.' }]
  const sum = (name: 'waiting' | 'taking' | 'refused') =>
    state.folders.reduce((total, folder) => total + folder[name], 0)
  const [waiting, taking, refused] = [sum('waiting'), sum('taking'), sum('refused')]
  return [
    {
      severity: refused > 0 ? 'weak' : 'fine',
      code: 'inbox',
      zh: `收件夹 ${state.folder}：待取 ${waiting} 个，正在导入 ${taking} 个，退回未处理 ${refused} 个。`,
      en: `The drop folder ${state.folder}: ${waiting} files wait, ${taking} are being taken, ${refused} were refused and lie there.`,
    },
    ...state.problems.map(({ code, zh, en }): Finding => ({ severity: 'wrong', code, zh, en })),
  ]
}
