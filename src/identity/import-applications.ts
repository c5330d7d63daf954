import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { storeApplication } from './fill-application.ts'
import { type Draft, judgeLines } from './judge-lines.ts'

/** The columns of 附件3, and those that a program needs besides: whether to open, change or revoke, and where. */
export const APPLICATION_COLUMNS: readonly Column[] = [
  { name: 'UNIT', titles: ['申请单位'], required: true },
  { name: 'OFFICE_NAME', titles: ['股室'], required: true },
  { name: 'NAME', titles: ['姓名'], required: true },
  { name: 'ID_NO', titles: ['身份证号'], required: true },
  { name: 'DUTY', titles: ['职务'], required: true },
  { name: 'PHONE', titles: ['联系电话'], required: false },
  { name: 'POST', titles: ['权限', '岗位'], required: true },
  { name: 'KIND', titles: ['办理类别'], required: false },
  { name: 'SIGN_IN_NAME', titles: ['登录名'], required: true },
  { name: 'MOF_DIV_CODE', titles: ['区划代码'], required: false },
  { name: 'OFFICE_CODE', titles: ['限定股室代码'], required: false },
  { name: 'FUND_CODE', titles: ['限定资金代码'], required: false },
  { name: 'AGENCY_CODE', titles: ['限定单位代码'], required: false },
  { name: 'UNTIL', titles: ['截止日期'], required: false },
  { name: 'REMARK', titles: ['备注'], required: false },
]

const KINDS = new Map<string, Draft['kind']>([
  ['', 'open'],
  ['开通', 'open'],
  ['变更', 'change'],
  ['撤销', 'revoke'],
  ['open', 'open'],
  ['change', 'change'],
  ['revoke', 'revoke'],
])
const PEOPLE = 200

/**
 * Takes in permission applications by sheet: one application for each unit named, filled in by whoever brings it. All faults at once
 * (those of `judgeLines`, `application-kind-unknown`, `too-many-people`, and of the fields); the same file again files nothing twice.
 */
export async function importApplications(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const faults = new FaultList()
  const { read, rows } = await readRows(
    request,
    APPLICATION_COLUMNS,
    faults,
    (reader): { unit: string; draft: Draft } | null => {
      const unit = reader.text('UNIT', { required: true, maxLength: 80 })
      const officeName = reader.text('OFFICE_NAME', { required: true, maxLength: 60 })
      const name = reader.text('NAME', { required: true, maxLength: 40 })
      const number = reader.text('ID_NO', { required: true, maxLength: 40, personal: true })
      const duty = reader.text('DUTY', { required: true, maxLength: 40 })
      const phone = reader.text('PHONE', { maxLength: 40, personal: true })
      const post = reader.text('POST', { required: true, maxLength: 40 })
      const signInName = reader.text('SIGN_IN_NAME', { required: true, maxLength: 60 })
      const stated = reader.text('KIND', { maxLength: 10 }) ?? ''
      const kind =
        KINDS.get(stated.trim()) ??
        reader.fault(
          'application-kind-unknown',
          'KIND',
          stated,
          '请填 开通、变更、撤销 之一',
          'enter one of 开通 (open), 变更 (change), 撤销 (revoke)',
        )
      if (!unit || !officeName || !name || !number || !duty || !post || !signInName || !kind) return null
      const maybe = (field: string) => reader.text(field, { maxLength: 200 }) ?? undefined
      return {
        unit,
        draft: {
          row: reader.row,
          kind,
          officeName,
          name,
          number,
          duty,
          phone: phone ?? undefined,
          post,
          signInName,
          division: maybe('MOF_DIV_CODE'),
          office: maybe('OFFICE_CODE'),
          fund: maybe('FUND_CODE'),
          agency: maybe('AGENCY_CODE'),
          until: maybe('UNTIL'),
          remark: maybe('REMARK'),
        } as Draft,
      }
    },
    10_000,
  )
  const division = request.division ?? 0
  const units = new Map<string, Draft[]>()
  for (const { unit, draft } of rows) units.set(unit, [...(units.get(unit) ?? []), draft])
  for (const [unit, drafts] of units) {
    if (drafts.length > PEOPLE)
      faults.add({
        code: 'too-many-people',
        field: 'UNIT',
        value: unit,
        zh: `“${unit}”有 ${drafts.length} 人，一张申请表最多 ${PEOPLE} 人：请分开申请。`,
        en: `“${unit}” names ${drafts.length} people, an application holds ${PEOPLE}: split it.`,
      })
    const lines = await judgeLines(context, division, drafts, faults)
    if (request.checkOnly || faults.count > 0) continue
    await storeApplication(context, division, {
      // Keyed, for the lines hold identity numbers; the same people asked for in the same words are the same application.
      requestKey: `sheet ${context.vault.fingerprint(JSON.stringify([unit, lines])).toString('hex')}`,
      unit,
      lines,
    })
  }
  faults.throwIfAny()
  return outcomeOf(faults, read, request.checkOnly ? 0 : rows.length, { applications: units.size })
}
