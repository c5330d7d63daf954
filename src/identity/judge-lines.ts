import { parseDate } from '../kernel/clock.ts'
import type { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { lineWorld, type World } from './application-store.ts'
import type { ApplicationLineBody } from './contract.ts'
import { maskNumber, maskPhone, readIdentityNumber, readPhone } from './identity-number.ts'
import { FOUNDING_POSTS, POSTS, type PostKind } from './posts.ts'

/** A line of an application as somebody filled it in, with its row in the form or the file. */
export interface Draft extends ApplicationLineBody {
  row: number
}

/** A line that is in order: everything that it names is known. */
export interface Judged {
  kind: Draft['kind']
  officeName: string
  name: string
  number: string
  duty: string
  phone: string | null
  signInName: string
  post: string
  division: number
  office: number | null
  fund: number | null
  agency: number | null
  until: string | null
  remark: string | null
}

/** A committee of villagers or residents: they fill in no tables for us (不得要求村级填表报数). */
const VILLAGE = /(村|社区)(民|居民)?(委员会|委会|委)$/

const postNamed = (text: string): string | undefined =>
  Object.hasOwn(POSTS, text)
    ? text
    : Object.entries(POSTS).find(([, post]) => post.zh === text || post.zh.replace(/岗$/, '') === text)?.[0]

/**
 * Judges the lines of an application for a division: all faults at once, each with its row. `founding` opens the posts with which an
 * installation begins, over all of it too.
 */
export async function judgeLines(
  context: Context,
  division: number,
  drafts: readonly Draft[],
  faults: FaultList,
  founding = false,
): Promise<Judged[]> {
  const world = await lineWorld(context, division, drafts)
  const judge = new Judge(world, faults, founding, context.clock.today())
  return drafts.flatMap(draft => judge.line(draft) ?? [])
}

class Judge {
  readonly #world: World
  readonly #faults: FaultList
  readonly #founding: boolean
  readonly #today: string
  readonly #kinds = new Map<string, PostKind>()
  readonly #seen = new Map<string, number>()
  readonly #names = new Map<string, string>()

  constructor(world: World, faults: FaultList, founding: boolean, today: string) {
    this.#world = world
    this.#faults = faults
    this.#founding = founding
    this.#today = today
  }

  line(draft: Draft): Judged | null {
    const { row } = draft
    let sound = true
    const fault = (code: string, field: string, value: string, zh: string, en: string): null => {
      this.#faults.add({ code, row, field, value, zh: `第 ${row} 行：${zh}`, en: `Row ${row}: ${en}` })
      sound = false
      return null
    }
    const number = readIdentityNumber(draft.number)
    if (number === null)
      fault(
        'identity-number-invalid',
        'number',
        maskNumber(draft.number.trim()),
        '身份证号不对（18 位，校验码相符）：请核对。',
        'the identity number is wrong (18 places with their check digit): check it.',
      )
    const phone = draft.phone?.trim() ? readPhone(draft.phone) : null
    if (draft.phone?.trim() && phone === null)
      fault(
        'phone-invalid',
        'phone',
        maskPhone(draft.phone.trim()),
        '联系电话不对：请填手机号，或带区号的固定电话。',
        'the phone number is wrong: enter a mobile number, or a fixed one with its area code.',
      )
    const post = postNamed(draft.post.trim())
    if (!post)
      fault(
        'post-unknown',
        'post',
        draft.post,
        `没有岗位“${draft.post}”：请从岗位表中选择。`,
        `there is no post “${draft.post}”: choose one from the list.`,
      )
    else if (this.#founding && !FOUNDING_POSTS.includes(post))
      fault(
        'post-not-founding',
        'post',
        post,
        `“${POSTS[post]!.zh}”不是初始岗位：请由信息办按申请表办理。`,
        `“${POSTS[post]!.en}” is not one of the posts to begin with: let the information office open it by application.`,
      )
    const signInName = draft.signInName.trim().toLowerCase()
    if (!/^[a-z0-9][a-z0-9._-]{1,39}$/.test(signInName))
      fault(
        'sign-in-name-malformed',
        'signInName',
        draft.signInName,
        '登录名应为 2 至 40 位小写字母、数字、点、横线：请改正。',
        'a sign-in name has 2 to 40 small letters, digits, dots or hyphens: correct it.',
      )
    const until = draft.until?.trim() ? parseDate(draft.until) : null
    if (draft.until?.trim() && (until === null || until < this.#today))
      fault(
        'date-impossible',
        'until',
        draft.until,
        `截止日期“${draft.until}”不对或已过：请改正。`,
        `the last day “${draft.until}” does not exist or is over: correct it.`,
      )
    const place = this.#place(draft, post, fault)
    if (number !== null) this.#person(draft, number, signInName, fault)
    if (!sound || !post || number === null || place === null) return null
    this.#exclusion(draft, post, signInName, fault)
    const key = JSON.stringify([signInName, post, place])
    const before = this.#seen.get(key)
    if (before !== undefined)
      fault(
        'line-duplicated',
        'post',
        post,
        `与第 ${before} 行相同：请只留一行。`,
        `is the same as row ${before}: keep one of the two.`,
      )
    this.#seen.set(key, row)
    if (!sound) return null
    return {
      kind: draft.kind,
      officeName: draft.officeName.trim(),
      name: draft.name.trim(),
      number,
      duty: draft.duty.trim(),
      phone,
      signInName,
      post,
      ...place,
      until,
      remark: draft.remark?.trim() || null,
    }
  }

  #place(draft: Draft, post: string | undefined, fault: Complain) {
    const world = this.#world
    const code = draft.division?.trim() || world.own.code
    if (/^\d{12}$/.test(code))
      return fault(
        'village-has-no-post',
        'division',
        code,
        '村级不设填报岗位（不得要求村级填表报数）：请由乡镇代为办理。',
        'villages hold no post and fill in no tables: let the township do it.',
      )
    const whole = code === '0'
    const found = whole ? 0 : world.divisions.get(code)
    if (found === undefined || (whole && !this.#founding))
      return fault(
        'division-outside-scope',
        'division',
        code,
        `区划“${code}”不在申请单位的范围内：请改正，或由其上级申请。`,
        `division “${code}” does not lie below the applying unit: correct it, or let its superior apply.`,
      )
    const narrowed = Boolean(draft.office?.trim() || draft.fund?.trim() || draft.agency?.trim())
    if (post && narrowed && !POSTS[post]!.narrow)
      return fault(
        'post-not-narrow',
        'post',
        post,
        `“${POSTS[post]!.zh}”管全区划，不能限定股室、资金或单位：请去掉限定。`,
        `“${POSTS[post]!.en}” is held over a whole division: take away office, fund and agency.`,
      )
    const named = <T>(
      field: 'office' | 'fund' | 'agency',
      known: ReadonlyMap<string, T>,
      zh: string,
      en: string,
    ): T | null => {
      const wanted = draft[field]?.trim()
      if (!wanted) return null
      return (
        known.get(field === 'fund' ? wanted : `${found} ${wanted}`) ??
        fault(
          `${field}-unknown`,
          field,
          wanted,
          `没有${zh}“${wanted}”：请核对代码。`,
          `there is no ${en} “${wanted}”: check the code.`,
        )
      )
    }
    const office = named('office', world.offices, '股室', 'office')
    const fund = named('fund', world.funds, '资金', 'fund')
    const agency = named('agency', world.agencies, '预算单位', 'agency')
    if (agency && VILLAGE.test(agency.name))
      return fault(
        'village-has-no-post',
        'agency',
        draft.agency ?? '',
        `“${agency.name}”是村级组织，不设填报岗位（不得要求村级填表报数）：请由乡镇代为办理。`,
        `“${agency.name}” is a village: villages hold no post and fill in no tables; let the township do it.`,
      )
    if (post === 'agency-clerk' && !agency)
      return fault(
        'agency-missing',
        'agency',
        '',
        '预算单位经办岗须写明预算单位：请填单位代码。',
        'an agency clerk belongs to an agency: enter its code.',
      )
    return { division: found, office: office?.id ?? null, fund: fund?.id ?? null, agency: agency?.id ?? null }
  }

  /** One person, one account; one account, one person. */
  #person(draft: Draft, number: string, signInName: string, fault: Complain): void {
    const { persons, accounts } = this.#world
    const name = draft.name.trim()
    const person = persons.get(number)
    const otherName = person?.name ?? this.#names.get(number)
    if (otherName !== undefined && otherName !== name)
      fault(
        'person-name-differs',
        'person',
        name,
        `该身份证号登记的姓名是“${otherName}”：请核对。`,
        `this identity number belongs to “${otherName}”: check it.`,
      )
    this.#names.set(number, name)
    const account = accounts.get(signInName)
    if (draft.kind !== 'open' && !account)
      fault(
        'account-unknown',
        'signInName',
        signInName,
        `没有登录名为“${signInName}”的账号：请核对。`,
        `there is no account “${signInName}”: check it.`,
      )
    if (account?.closed)
      fault(
        'account-closed',
        'signInName',
        signInName,
        `账号“${signInName}”已注销，不再启用：请换一个登录名。`,
        `the account “${signInName}” is closed for good: choose another sign-in name.`,
      )
    else if (account && (account.person === null ? account.name !== name : account.person !== person?.id))
      fault(
        'sign-in-name-taken',
        'signInName',
        signInName,
        `登录名“${signInName}”是他人的账号：请换一个，或核对姓名与身份证号。`,
        `“${signInName}” is somebody else's account: choose another, or check name and identity number.`,
      )
    else if (draft.kind === 'open' && person?.signInName && person.signInName !== signInName)
      fault(
        'person-has-account',
        'signInName',
        signInName,
        `该人已有账号“${person.signInName}”（一人一号）：请填这个登录名。`,
        `this person has the account “${person.signInName}” (one each): enter that name.`,
      )
  }

  /** The three administrators exclude each other and business posts; the database holds to it too. */
  #exclusion(draft: Draft, post: string, signInName: string, fault: Complain): void {
    if (draft.kind === 'revoke') return
    const kind = POSTS[post]!.kind
    const held = draft.kind === 'open' ? this.#world.accounts.get(signInName)?.kinds : []
    const other = [...(held ?? []), this.#kinds.get(signInName) ?? kind].find(one => one !== kind)
    if (other !== undefined)
      fault(
        'posts-exclude-each-other',
        'post',
        post,
        `系统、安全、审计三类管理员互斥，且不得兼任业务岗位：“${signInName}”不能再任“${POSTS[post]!.zh}”。`,
        `system, security and audit administrators exclude each other and business posts: “${signInName}” cannot be ${POSTS[post]!.en} as well.`,
      )
    this.#kinds.set(signInName, kind)
  }
}

type Complain = (code: string, field: string, value: string, zh: string, en: string) => null
