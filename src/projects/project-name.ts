import { narrowDigits } from '../kernel/money.ts'
import type { Sentence } from '../kernel/refusal.ts'
import { simplify } from '../kernel/traditional-characters.ts'
import * as words from './project-name-words.ts'

/**
 * Whether a project's name names a project. The slides (seed 4) list what stands there instead: nothing, digits (53, 877),
 * an unrefined class (水利专项), the fund's name, a notice's title. The name alone is judged, by the kinds of its words.
 */
export type ProjectNameVerdict = 'ok' | 'missing' | 'digits' | 'unrefined' | 'fund-name' | 'notice-title'

export interface JudgedProjectName extends Sentence {
  verdict: ProjectNameVerdict
}

export interface ProjectNameContext {
  /** Names of the funds that this bureau knows: one of them, however dressed, is no project's name. */
  funds?: readonly string[]
  /** Names of places, with or without suffix, that a name may carry. */
  places?: readonly string[]
}

const SENTENCES: Record<ProjectNameVerdict, Sentence> = {
  ok: { zh: '写明了在哪里、做什么', en: 'says what is done and where or on what' },
  missing: { zh: '没有填写项目名称，请填写地点和建设内容', en: 'is no name; enter the place and the work' },
  digits: {
    zh: '用数字、编号代替了项目名称，请填写地点和建设内容',
    en: 'is digits or a code; enter the place and the work',
  },
  unrefined: {
    zh: '未细化，只有类别，分不清是哪个项目，请写明地点（或具体对象）和建设内容',
    en: 'names a class that does not tell one project from another; add the place or object and the work',
  },
  'fund-name': {
    zh: '是专项资金的名称，不是项目名称，请填写用这笔资金做的具体项目',
    en: "is a fund's name; enter the project that the money is for",
  },
  'notice-title': {
    zh: '是文件标题或拨款事由，不是项目名称，请填写具体项目',
    en: "is a document's title or an act of transmitting money; enter the project itself",
  },
}

/** What comes after so many characters is not looked at: no name is so long, and patterns stay quick. */
const LONGEST = 400

/** Judges one name. Pure and total; `context` only ever makes the judgement finer. */
export function judgeProjectName(name: string, context: ProjectNameContext = {}): JudgedProjectName {
  const verdict = verdictOf(plain(name.slice(0, LONGEST)), context)
  const { zh, en } = SENTENCES[verdict]
  return { verdict, zh: `项目名称“${name}”${zh}`, en: `Project name “${name}” ${en}` }
}

const plain = (name: string): string =>
  simplify(narrowDigits(name).replace(/[\uff21-\uff5a]/g, c => String.fromCharCode(c.charCodeAt(0) - 0xfee0)))
    .replace(/[\s\u00a0\u200b-\u200d\u3000\ufeff]/g, '')
    .replace(/[（﹙]/g, '(')
    .replace(/[）﹚]/g, ')')

const BARE_NOUNS = /项目|工程|编号|编码|序号|名称|子项|标段/g
const NUMBERING =
  /第?(?:[0-9]+|[一二三四五六七八九十百〇零]+)(?:号|批次?|期|项|个|年度?|月|日|次|标段|包)?|[A-Za-z]+|[\p{P}\p{S}\p{No}]/gu
const HEADER =
  /^(?:\(?(?:子?项目|工程|具体|预算|实施|建设)?(?:名称|内容|项目)\)?(?:\([^()]*\))?|项目名|合计|小计|总计|共计|备注|单位|序号?|填写.*|请(?:填写|输入).*|.*(?:此处|模板|样例|示例)\)?|测试.*)$/
const POINTER =
  /^(?:具体)?(?:详?见|参见|按|如|同)(?:附件|附表|附|明细|清单|文件|下表|上表|后|表|上|前|左|右|第.项).{0,6}$/
const NOTHING =
  /^(?:(?:无|没有|暂无|未填写?|缺)(?:项目)?(?:名称)?|(?:未(?:命名|知|定|确定|明确)|待(?:定|补充?|填写?|确定|明确)|不详)(?:项目)?(?:名称)?|其他|其它|空白?|略|null|none|nil|n\/?a|x+项目|x+工程|某某.{0,4})$/i

function verdictOf(text: string, context: ProjectNameContext): ProjectNameVerdict {
  if (!/[\p{L}\p{N}]/u.test(text)) return 'missing'
  const bare = text.replace(/[:：;；,，.。?？!！]+$/, '')
  if ([HEADER, POINTER, NOTHING].some(pattern => pattern.test(bare))) return 'missing'
  if (text.replace(BARE_NOUNS, '').replace(NUMBERING, '') === '') return /^[Xx×*]+/.test(text) ? 'missing' : 'digits'
  const title = isNoticeTitle(text)
  if (title) return 'notice-title'
  const places = findPlaces(text, context.places ?? [])
  if (isFundName(text, places, context.funds ?? [])) return 'fund-name'
  return isRefined(text, places) ? 'ok' : 'unrefined'
}

function isNoticeTitle(text: string): boolean {
  const head = text.replace(/^[《"“(]+/, '').replace(/^(?:20\d\d年度?)/, '')
  // Money given ahead of its year (提前下达) is a property of a fund; handing it on is an act.
  if (words.TRANSMITS.test(head) || words.TRANSMITS_MONEY.test(head)) return true
  if (/关于|第[\d一二三四五六七八九十X]+次.{0,6}会议|[〔[【(﹝]20\d\d[〕\]】)﹞]第?[\dX]+号/.test(text)) return true
  if (/(?:资金|经费|指标|预算|补助)(?:的)?(?:拨付|下达|下拨|申请|拨款|追加|报账)$/.test(text)) return true
  return words.DOCUMENT_NOUN.test(text.replace(/[》"”]+$/, '').replace(/\([^()]*\)$/, ''))
}

interface Places {
  /** A township, village, group or the like. */
  near: boolean
  /** A county, city or province. */
  far: boolean
  /** The text with the places blanked out. */
  rest: string
}

const NEAR = '村|镇|乡|组|社区|街道|办事处|嘎查|苏木|居委会'
const FAR = '县|区|市|州|旗|盟|省'
const PLACE = new RegExp(`(${NEAR}|${FAR})`, 'gu')
const CLASS_OF_PLACE = new RegExp(`(?:${words.CLASS_OF_PLACE})$`)
const VERB_BEFORE_CLASS = new RegExp(`(?:${words.VERB_BEFORE_CLASS})$`)
const ENDS_COMMON = new RegExp(`(?:${words.COMMON_WORDS})$`)
const COUNTED = /[0-9一二三四五六七八九十两百]+个[\u4e00-\u9fff]{0,6}(?:村|乡镇|社区)/u
const PROVINCE =
  /北京|天津|上海|重庆|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆/g

/** Places by their suffix: a suffix after a proper stem, neither a class (贫困村) nor the start of a common word (村级). */
function findPlaces(text: string, known: readonly string[]): Places {
  let rest = text
  let near = false
  let far = false
  for (const place of known) {
    if (place.length < 2 || !rest.includes(place)) continue
    near = true
    rest = rest.replaceAll(place, ' ')
  }
  const counted = COUNTED.exec(rest)
  if (counted) {
    near = true
    rest = rest.replace(counted[0], ' ')
  }
  let from = 0
  let out = ''
  for (const match of rest.matchAll(PLACE)) {
    const end = match.index + match[0].length
    if (match.index < from) continue
    const stem = /[\u4e00-\u9fff0-9、]*$/u.exec(rest.slice(from, match.index))?.[0] ?? ''
    if (!isStem(stem, match[0], rest.slice(end))) continue
    if (new RegExp(`^(?:${FAR})$`, 'u').test(match[0])) far = true
    else near = true
    out += `${rest.slice(from, match.index - stem.length)} `
    from = end
  }
  rest = out + rest.slice(from)
  // 新疆西藏等…地区 is a class of regions, not a place.
  const outer = /等[\u4e00-\u9fff]{0,6}(?:地区|省区|省份)/u.test(rest) ? rest : rest.replace(PROVINCE, ' ')
  return { near, far: far || outer !== rest, rest: outer }
}

function isStem(stem: string, suffix: string, after: string): boolean {
  const name = stem.replace(/^.*?(?:20\d\d年度?)/, '')
  if (suffix === '组')
    return (
      /[0-9一二三四五六七八九十]$/.test(name) ||
      (name.length >= 2 && !/^[织合级建装培成团件]/.test(after) && isProper(name))
    )
  if (/^[0-9、及和与对]*$/.test(name)) return false
  if (words.NO_PLACE_AFTER[suffix]?.test(after)) return false
  if (VERB_BEFORE_CLASS.test(name) && (suffix !== '村' || words.CLASS_AFTER_VILLAGE.test(after))) return false
  // 通村, 到村, 环村: the way to any village.
  if ('村组乡镇'.includes(suffix) && /[通到进入连联环沿出]$/.test(name)) return false
  return !isClass(name, suffix)
}

/** 贫困村, 牧区, 全县: a modifier of the class, or one character of it that nothing but common words precedes. */
function isClass(stem: string, suffix: string): boolean {
  if (CLASS_OF_PLACE.test(stem)) return true
  const last = stem.at(-1)!
  if (!words.CLASS_BEFORE[suffix]?.includes(last)) return false
  if (suffix === '村' && last === '农' && (stem.length > 2 || stem === '新农')) return true
  const head = stem.slice(0, -1)
  return (
    head === '' || /[各该每我全本及和与等为对向]$/.test(head) || CLASS_OF_PLACE.test(head) || ENDS_COMMON.test(head)
  )
}

/** What common words leave over, at least two characters long, is taken for a proper name. */
function isProper(text: string): boolean {
  return text
    .replace(words.COMMON, ' ')
    .split(/\s+/)
    .some(part => /[\u4e00-\u9fff]{2,}/u.test(part))
}

const WORK =
  /建设|新建|改建|扩建|修建|修复|修缮|维修|整治|治理|改造|提升|硬化|绿化|亮化|安装|购置|铺设|清淤|加固|种植|养殖|加工|培训|道路|公路|饮水|水渠|桥|路灯|厕|房|大棚|基地/

const FUND_TAIL = new RegExp(
  `${words.FUND_NOUN}(?:项目|部分|指标|预算|计划|安排|使用|分配|支出|中央|省级|市级|县级|区级|财政|资金|类|第?[0-9一二三四五六七八九十]+批次?|20[0-9]{2}年度?|[\\p{P}\\p{S}])*$`,
  'u',
)

function isFundName(text: string, places: Places, funds: readonly string[]): boolean {
  const name = text.replace(/\([^()]*\)/g, '') || text
  if (funds.some(fund => sameFund(name, plain(fund)))) return true
  if (/用于.+部分$|部分资金$/.test(name)) return true
  const grant = new RegExp(`${words.GRANT_NOUN}(?:项目)?$`, 'u')
  const named = FUND_TAIL.test(name) || FUND_TAIL.test(text) || (grant.test(name) && words.LEVEL_WORD.test(name))
  // Money for a work in one village is that work; money for a county is a fund.
  return named && !(places.near && WORK.test(places.rest.replace(/扶贫/g, '')))
}

/** Two names of one fund: the same once year, batch, level, brackets and 项目 are taken off, in any order of words. */
function sameFund(name: string, fund: string): boolean {
  const core = (text: string): string =>
    [
      ...text
        .replace(/\([^()]*\)/g, '')
        .replace(
          /20\d\d年度?|第?[0-9一二三四五六七八九十]+批次?|提前下达|项目|中央|自治区|省级|市级|县级|区级|财政|专项|[\p{P}\p{S}]/gu,
          '',
        ),
    ]
      .sort()
      .join('')
  const bare = core(name)
  return bare.length >= 4 && bare === core(fund)
}

const OBJECT = new RegExp(`([\\u4e00-\\u9fff]{2,6}?)(?=(${words.NAMED_OBJECT}))`, 'gu')
const NATURAL = new RegExp(`(?:^|[^\\u4e00-\\u9fff])([\\u4e00-\\u9fff]{2,3}?)(?=(?:${words.NATURAL_OBJECT}))`, 'gu')
const QUOTED = /[“"「『《]([^”"」』》]{2,})[”"」』》]/u
const NUMBERED_ROAD =
  /(?:[GSXYC]\d{3}|K\d+\+\d+|[\u4e00-\u9fff]{2,6}(?:至|到|—|-)[\u4e00-\u9fff]{2,8}(?:道路|公路|路|段|线|渠|桥)|[\u4e00-\u9fff]{2}[一二三四五六七八九][小中](?![学型心小]))/u

function isRefined(text: string, places: Places): boolean {
  const afterPayee = places.rest.replace(/20\d\d年度?/g, '').split(words.PAYEE)
  const payeeNamed = afterPayee.length > 1 && isProper(afterPayee[0]!)
  const where =
    places.near ||
    places.far ||
    payeeNamed ||
    QUOTED.test(text) ||
    NUMBERED_ROAD.test(text) ||
    hasNamedObject(places.rest)
  if (!where) return false
  return saysWhat(afterPayee.at(-1)!)
}

/** A proper name right before a river, road, school …, apart from 大, 中心 and the like between them. */
function hasNamedObject(text: string): boolean {
  for (const match of text.matchAll(OBJECT)) {
    const stem = text
      .slice(Math.max(0, match.index), match.index + match[1]!.length)
      .replace(/(?:中心|大|小|初级|高级|第[一二三四五六]|主|干|支)$/, '')
    if (stem.length < 2) continue
    const left = stem.replace(words.COMMON, ' ')
    if (/[\u4e00-\u9fff]{2,}$/u.test(left)) return true
  }
  return [...text.matchAll(NATURAL)].some(
    ([, stem = '']) =>
      stem.replace(words.COMMON, word => (word.length > 1 ? '' : word)).length >= 2 &&
      !/[中小大主干支村组户道公巷]$|^[通连入]/.test(stem),
  )
}

/** Something is left to do once place, payee, year, and the bare nouns 项目, 工程, 专项 are gone. */
const saysWhat = (rest: string): boolean =>
  rest
    .replace(/[\u4e00-\u9fff]{0,3}专项(?=[^\u4e00-\u9fff]*$|项目|工程)/gu, '')
    .replace(/(?:^|(?<=\s))(?:扶贫|建设|实施|财政)*(?:项目|工程)+/gu, '')
    .replace(/[^\u4e00-\u9fff]|第[一二三四五六七八九十]+[期批]|[一二三四五六七八九十]期/gu, '').length >= 2
