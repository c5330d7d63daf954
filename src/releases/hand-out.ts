import { Readable } from 'node:stream'
import { may } from '../kernel/actor.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Extract } from '../platform/extract.ts'
import type { Streamed } from '../platform/http/define-route.ts'
import { snapshotOf } from './store.ts'

/**
 * The frozen file of a signed release; every time that it is taken is written down. Refuses `release-missing`, `release-unsigned`,
 * `permission-missing` for personal data in the clear, and `release-of-another-kind` where one kind is wanted.
 */
export async function handOut(
  context: Context,
  division: number,
  release: string,
  wanted?: Pick<Extract, 'kind' | 'title'>,
): Promise<Streamed> {
  const snapshot = await snapshotOf(context.tx, division, release)
  if (!snapshot)
    refuse('missing', 'release-missing', '没有这份报出材料。', 'There is no such release.', { value: release })
  if (wanted && snapshot.kind !== wanted.kind)
    refuse(
      'input',
      'release-of-another-kind',
      `报出材料 ${release} 不是${wanted.title.zh}：请核对编号，或在“报出会签”页面下载。`,
      `Release ${release} holds another thing than the ${wanted.title.en}: check its number, or download it on the page of releases.`,
      { value: release },
    )
  if (snapshot.state !== 'released')
    refuse(
      'forbidden',
      'release-unsigned',
      '这份材料未经牵头股室会签，不能下载报出。',
      'The lead office has not signed this release: it may not leave.',
      { value: release },
    )
  if (snapshot.personal && !may(context.actor, 'personal.unmask'))
    refuse(
      'forbidden',
      'permission-missing',
      '这份材料含个人信息明文，您的岗位不能下载。',
      'This release holds personal data in the clear; your post may not take it.',
      { value: 'personal.unmask' },
    )
  const file = await context.files.readMade(context.tx, division, snapshot.file)
  await context.audit({ division, action: 'release.download', subject: release, detail: { sm3: snapshot.sm3 } })
  return { stream: Readable.from(file.content), mediaType: file.mediaType, fileName: file.name }
}
