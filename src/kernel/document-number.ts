import type { Sentence } from './refusal.ts'
import { simplify } from './traditional-characters.ts'

/**
 * Document numbers (发文字号): reads them, mends what can only mean one thing, and says why the rest is none.
 *
 * Normal form: agency word〔YYYY〕N号, with U+3014 and U+3015, no leading zero, no 第, full-width parentheses allowed inside
 * the agency word (清财（农）指). Source: seed 4 (the bad kinds), GB/T 9704 (the form), DOMAIN §2.
 */

/** Words of titles and transmitting: none of them stands in an agency word (发文机关代字). */
const TITLE_WORDS = '关于|通知|请示|报告|批复|办法|方案|通报|下达|拨付|提前|申请|转发|印发|根据|按照|依据|参照'

/**
 * The normal form as one regular expression for PostgreSQL's `~` (its POSIX advanced expressions) and for JavaScript. A
 * text matches exactly when `parseDocumentNumber` calls it valid.
 */
export const DOCUMENT_NUMBER_SQL_PATTERN =
  `^(?!.*(?:${TITLE_WORDS}))(?![^〔]*[的年号第某])(?=[^〔]{1,20}〔)` +
  '[\\u4e00-\\u9fff]+(?:（[\\u4e00-\\u9fff]+）[\\u4e00-\\u9fff]*)*〔(?:19[5-9][0-9]|20[0-9][0-9])〕[1-9][0-9]{0,4}号$'

const NORMAL = new RegExp(DOCUMENT_NUMBER_SQL_PATTERN, 'u')

export type DocumentNumberRepairCode =
  | 'blank'
  | 'full-width'
  | 'traditional'
  | 'letter-for-digit'
  | 'brackets'
  | 'bracket-lost'
  | 'brackets-lost'
  | 'agency-parentheses'
  | 'year-word'
  | 'ordinal'
  | 'leading-zero'
  | 'serial-mark'
  | 'label'
  | 'trailing-words'
  | 'title-apart'

export type DocumentNumberProblemCode =
  | 'empty'
  | 'template'
  | 'digits'
  | 'date'
  | 'code'
  | 'code-and-name'
  | 'annex'
  | 'order'
  | 'meeting'
  | 'title'
  | 'cited'
  | 'several'
  | 'placeholder'
  | 'no-agency-word'
  | 'agency-word'
  | 'no-year'
  | 'year-out-of-range'
  | 'no-serial'
  | 'serial'
  | 'garbled'
  | 'text-around'

export type DocumentNumberDoubtCode =
  | 'low-confidence'
  | 'agency-name'
  | 'short-agency-word'
  | 'minutes'
  | 'year-differs'

export interface Coded<Code extends string> extends Sentence {
  code: Code
}

export interface DocumentNumber {
  /** Judges the form alone: `valid` exactly when the text already is its own normal form. */
  verdict: 'valid' | 'repairable' | 'invalid'
  /** The normal form; null when invalid. */
  normalised: string | null
  /** 发文机关代字. */
  agencyWord?: string
  year?: number
  serial?: number
  /** What was mended, to be shown beside the stored number. */
  repairs: Coded<DocumentNumberRepairCode>[]
  /** Why it is no document number, and the mend. */
  problem?: Coded<DocumentNumberProblemCode>
  /** Well-formed or mended, yet worth a question to a person; never a reason to change anything. */
  doubts: Coded<DocumentNumberDoubtCode>[]
}

const REPAIRS: Record<DocumentNumberRepairCode, Sentence> = {
  blank: { zh: '去掉了空格', en: 'blanks were removed' },
  'full-width': { zh: '全角数字改为半角', en: 'full-width digits were made plain' },
  traditional: { zh: '繁体字改为简体字', en: 'traditional characters were made simplified' },
  'letter-for-digit': { zh: '数字中的字母O、l改为0、1', en: 'letters O and l among digits were read as 0 and 1' },
  brackets: { zh: '年份括号改为六角括号〔〕', en: 'the brackets of the year were made 〔〕' },
  'bracket-lost': { zh: '补上了年份缺的一边括号', en: 'the missing bracket of the year was put back' },
  'brackets-lost': {
    zh: '补上了年份两边的括号，前四位数字作年份',
    en: 'both brackets of the year were put back, taking the first four digits as the year',
  },
  'agency-parentheses': { zh: '代字中的括号改为全角（）', en: 'parentheses in the agency word were made （）' },
  'year-word': { zh: '去掉了年份后的“年”字', en: '年 after the year was removed' },
  ordinal: { zh: '去掉了序号前的“第”字', en: '第 before the serial was removed' },
  'leading-zero': { zh: '去掉了序号前面的0', en: 'leading zeros of the serial were removed' },
  'serial-mark': { zh: '补上了“号”字', en: '号 was added' },
  label: { zh: '去掉了文号前的栏目名称', en: 'the field label before the number was removed' },
  'trailing-words': { zh: '去掉了“号”后的“文”“文件”', en: '文 or 文件 after 号 was removed' },
  'title-apart': {
    zh: '从标题中取出了文号，标题应填在标题栏',
    en: 'the number was taken out of a title; the title has its own field',
  },
}

const MEND_ZH = '请填写本单位发文字号，如：灞财农〔2018〕1号'
const MEND_EN = 'enter the document number, such as 灞财农〔2018〕1号'

const PROBLEMS: Record<DocumentNumberProblemCode, Sentence> = {
  empty: { zh: '没有文号', en: 'there is no document number' },
  template: { zh: '文号栏是没有填写的模板文字', en: 'this is the text of an unfilled template' },
  digits: { zh: '用数字代替了文号', en: 'digits stand in place of a document number' },
  date: { zh: '填的是日期', en: 'this is a date' },
  code: { zh: '填的是索引号、编码或版本号', en: 'this is an index number, a code or a version' },
  'code-and-name': { zh: '填的是科目或资金的编码和名称', en: 'this is the code and name of a subject or fund' },
  annex: { zh: '填的是附件序号', en: 'this is an annex label' },
  order: { zh: '填的是令的编号，不是发文字号', en: 'this is the number of an order (令), another kind of number' },
  meeting: { zh: '用会议或会议纪要代替了文号', en: 'a meeting or its minutes stand in place of a document number' },
  title: { zh: '用标题或文字代替了文号', en: 'a title or sentence stands in place of a document number' },
  cited: { zh: '填的是引用其他文号的文字', en: 'this is a sentence that cites the number of another document' },
  several: { zh: '一栏里有几个文号，每行只能填一个', en: 'there are several numbers; one line takes one' },
  placeholder: { zh: '文号中有没有填写的占位符', en: 'the number has an unfilled placeholder' },
  'no-agency-word': { zh: '文号缺发文机关代字', en: 'the agency word is missing' },
  'agency-word': { zh: '发文机关代字不成立', en: 'what stands before the year is no agency word' },
  'no-year': { zh: '文号缺四位年份', en: 'the four-digit year is missing' },
  'year-out-of-range': { zh: '文号年份不在1950至2099年之间', en: 'the year does not lie between 1950 and 2099' },
  'no-serial': { zh: '文号缺序号', en: 'the serial is missing' },
  serial: { zh: '文号的序号不是一个整数', en: 'the serial is not one whole number of at most five digits' },
  garbled: {
    zh: '文号残缺，缺的不只是括号，不能推定原文号',
    en: 'more than the brackets may be lost, so that the true number cannot be told',
  },
  'text-around': { zh: '文号前后有其他文字', en: 'other text stands around the number' },
}

const DOUBTS: Record<DocumentNumberDoubtCode, Sentence> = {
  'low-confidence': {
    zh: '文号是推定修复的，请对照原文核实',
    en: 'the mended number is a likely one; compare it with the document',
  },
  'agency-name': {
    zh: '代字像是机关名称，请核实',
    en: 'the agency word looks like the name of an agency; please check',
  },
  'short-agency-word': { zh: '代字只有一个字，请核实', en: 'the agency word has one character only; please check' },
  minutes: { zh: '像是会议纪要的编号，请核实', en: 'this looks like the number of minutes; please check' },
  'year-differs': {
    zh: '年份与同行的文号或日期不一致，请核实',
    en: 'the year differs from the date or the numbers beside it; please check',
  },
}

const problemOf = (code: DocumentNumberProblemCode): DocumentNumber => ({
  verdict: 'invalid',
  normalised: null,
  repairs: [],
  problem: { code, zh: `${PROBLEMS[code].zh}，${MEND_ZH}`, en: `${PROBLEMS[code].en}; ${MEND_EN}` },
  doubts: [],
})

const OPEN = '\\[【(（〔﹝［〈《「『{｛<＜〖﹙❲'
const CLOSE = '\\]】)）〕﹞］〉》」』}｝>＞〗﹚❳'
const BLANK = /[\s\u00a0\u200b-\u200d\u2060\u3000\ufeff]/g
const WORD = '[\\u4e00-\\u9fff()（）﹙﹚]+'

/** Number-like places, strongest first: both brackets, one of them, none. Groups: before, open, year, close, serial, mark. */
const SHAPES = [
  new RegExp(`(${WORD}?)([${OPEN}]+)([0-9]{4})[年度]*([${CLOSE}]+)(第?[0-9]+)(号?)`, 'u'),
  new RegExp(`(${WORD}?)([${OPEN}])([0-9]{4})[年度]*()(第?[0-9]+)(号)`, 'u'),
  new RegExp(`(${WORD})()([0-9]{4})[年度]*([${CLOSE}])(第?[0-9]+)(号?)`, 'u'),
  new RegExp(`(${WORD})()((?:19|20)[0-9]{2})年?()(第?[0-9]+)(号)`, 'u'),
]

const LABEL = /^(?:本级|上级|指标|来源|依据)?(?:发文字号|发文文号|文件编?号|公文编?号|指标文号|文号|字号|编号)[:：]?$/
const TITLE_NOUN = '(?:通知书?|请示|报告|批复|复函|函|通报|公告|纪要|办法|方案|意见|决定|细则|规定)'
const ENDS_AS_TITLE = new RegExp(`${TITLE_NOUN}[》”"]?$`, 'u')
const CITES = /^(?:根据|按照|依据|依照|参照|参见|对照|落实|贯彻|转发|经|按|依|据|见|同|因)/

/** Numbers that may be written in the same row, or its date, for the doubt about a slip of the year. */
export interface DocumentNumberNeighbours {
  /** `YYYY-MM-DD`. */
  documentDate?: string
  /** Normal forms. */
  numbers?: readonly string[]
}

/**
 * Reads one cell that should hold a document number. Never throws. A repair is made only where the text can mean one
 * number; where it is the likely reading, `doubts` holds `low-confidence`.
 */
export function parseDocumentNumber(raw: string, beside: DocumentNumberNeighbours = {}): DocumentNumber {
  // No title is longer; it also bounds the work of the patterns.
  if (raw.length > 400) return problemOf('title')
  const repairs = new Set<DocumentNumberRepairCode>()
  const doubts = new Set<DocumentNumberDoubtCode>()
  const mend = (before: string, after: string, code: DocumentNumberRepairCode): string => {
    if (before !== after) repairs.add(code)
    return after
  }
  let text = mend(raw, raw.replace(BLANK, ''), 'blank')
  text = mend(
    text,
    text.replace(/[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/g, c => narrow(c)),
    'full-width',
  )
  text = mend(text, simplify(text), 'traditional')
  text = mend(
    text,
    text.replace(/(?<=[0-9])[Oo](?=[0-9号])|(?<=[0-9])[lI](?=[0-9号])/g, readLetter),
    'letter-for-digit',
  )
  if (repairs.has('letter-for-digit') || /[0-9][\s\u00a0\u3000]+[0-9]/.test(raw)) doubts.add('low-confidence')

  const found = locate(text)
  if (!found) return problemOf(whatInstead(text))
  const { before, agency, year, serial, after, lost } = found
  if (/[Xx×*＊○_…?？]$/u.test(before) || agency.includes('某')) return problemOf('placeholder')
  const surroundings = judgeSurroundings(before, after)
  if (typeof surroundings === 'string') return problemOf(surroundings)
  for (const code of surroundings.repairs) repairs.add(code)
  if (agency === '') return problemOf('no-agency-word')
  if (Number(year) < 1950 || Number(year) > 2099) return problemOf('year-out-of-range')
  if (/^0+$/.test(serial)) return problemOf('no-serial')
  if (serial.replace(/^0+/, '').length > 5) return problemOf('serial')
  // With both brackets gone a character may be gone too; an agency word that stops at the organ (泉财) leaves it open.
  if (lost === 2 && !/[^财政府委局厅部院会]$/u.test(agency)) return problemOf('garbled')

  const agencyWord = mend(agency, agency.replace(/[(﹙]/g, '（').replace(/[)﹚]/g, '）'), 'agency-parentheses')
  const normalised = `${agencyWord}〔${year}〕${serial.replace(/^0+/, '')}号`
  if (!NORMAL.test(normalised)) {
    return problemOf(new RegExp(TITLE_WORDS, 'u').test(agencyWord) ? 'title' : 'agency-word')
  }
  for (const code of found.repairs) repairs.add(code)
  if (lost > 0) doubts.add('low-confidence')
  if (/(?:财政|业|农村|教育|水利|民政|交通|卫生|健康|管理|保障)[局厅部]$|委员会$|政府$|办公室$/.test(agencyWord))
    doubts.add('agency-name')
  if (agencyWord.length === 1) doubts.add('short-agency-word')
  if (agencyWord.includes('纪要')) doubts.add('minutes')
  if (yearDiffers(agencyWord, Number(year), normalised, beside)) doubts.add('year-differs')
  return {
    verdict: normalised === raw ? 'valid' : 'repairable',
    normalised,
    agencyWord,
    year: Number(year),
    serial: Number(serial),
    repairs: [...repairs].map(code => ({ code, ...REPAIRS[code] })),
    doubts: [...doubts].map(code => ({ code, ...DOUBTS[code] })),
  }
}

const narrow = (character: string): string => String.fromCharCode(character.charCodeAt(0) - 0xfee0)
const readLetter = (letter: string): string => (letter === 'l' || letter === 'I' ? '1' : '0')

interface Located {
  before: string
  agency: string
  year: string
  serial: string
  after: string
  /** How many brackets of the year were missing. */
  lost: 0 | 1 | 2
  repairs: DocumentNumberRepairCode[]
}

/** Finds the one place in a blank-free text that has the shape of a number, and separates agency word and surroundings. */
function locate(text: string): Located | null {
  for (const [index, shape] of SHAPES.entries()) {
    const match = shape.exec(text)
    if (!match) continue
    const [whole, run = '', open = '', year = '', close = '', ordinal = '', mark = ''] = match
    const repairs: DocumentNumberRepairCode[] = []
    if (index === 0 && (open !== '〔' || close !== '〕')) repairs.push('brackets')
    if (index === 1 || index === 2) repairs.push('bracket-lost')
    if (index === 3) repairs.push('brackets-lost')
    if (/[年度]/.test(whole.slice(run.length))) repairs.push('year-word')
    const serial = ordinal.replace('第', '')
    if (serial !== ordinal) repairs.push('ordinal')
    if (serial.startsWith('0')) repairs.push('leading-zero')
    if (mark === '') repairs.push('serial-mark')
    const [title, agency] = cutAgencyWord(run)
    return {
      before: text.slice(0, match.index) + title,
      agency,
      year,
      serial,
      after: text.slice(match.index + whole.length),
      lost: index === 0 ? 0 : index === 3 ? 2 : 1,
      repairs,
    }
  }
  return null
}

/** The agency word is what follows the last bracket left open, the last noun of a title and a word of citing. */
function cutAgencyWord(run: string): [title: string, agency: string] {
  let start = 0
  const opened: number[] = []
  for (let at = 0; at < run.length; at++) {
    if ('(（﹙'.includes(run[at]!)) opened.push(at)
    if (')）﹚'.includes(run[at]!)) {
      if (opened.length > 0) opened.pop()
      else start = at + 1
    }
  }
  const unclosed = opened.at(-1)
  if (unclosed !== undefined) start = Math.max(start, unclosed + 1)
  const noun = /^.*(?:通知|请示|批复|报告|通报|公告|文号|字号)(?=.)/u.exec(run.slice(start))
  if (noun) start += noun[0].length
  const citing = /^(?:根据|按照|依据|依照|参照|参见|对照|落实|贯彻)/.exec(run.slice(start))
  if (citing) start += citing[0].length
  return [run.slice(0, start), run.slice(start)]
}

/** Text before and after the number: nothing, a label, 文件, the document's own title; or a reason to refuse. */
function judgeSurroundings(
  before: string,
  after: string,
): { repairs: DocumentNumberRepairCode[] } | DocumentNumberProblemCode {
  const repairs: DocumentNumberRepairCode[] = []
  if (/^(?:[、,，;；和及与至~～—到]|－|-)+[0-9]/.test(after)) return /^[-－]/.test(after) ? 'serial' : 'several'
  if (/^[-.．/][0-9]|^[X×*]/.test(after)) return 'serial'
  if (SHAPES.slice(0, 3).some(shape => shape.test(after))) return 'several'
  const edges = /^[（(《“"'：:，,。；;、\-—]+|[）)》”"'：:，,。；;、\-—]+$/gu
  const head = before.replace(edges, '')
  const tail = after.replace(/^号/, '').replace(edges, '')
  if (LABEL.test(head)) repairs.push('label')
  else if (CITES.test(head)) return 'cited'
  else if (head !== '') {
    if (!head.startsWith('关于') && !/《.*》|关于/.test(before) && !ENDS_AS_TITLE.test(head)) return 'text-around'
    repairs.push('title-apart')
  } else if (before !== '') repairs.push('title-apart')
  if (/^(?:文件|文)$/.test(tail)) repairs.push('trailing-words')
  else if (tail !== '') {
    // 号文，下达…: the number is quoted as the ground of what follows.
    if (/^文件?[，,：:]?(?:下达|要求|规定|精神|通知)/u.test(tail)) return 'cited'
    const title = tail.startsWith('关于') || new RegExp(TITLE_NOUN, 'u').test(tail) || /^《/.test(after)
    if (!title) return 'text-around'
    repairs.push('title-apart')
  } else if (after !== '') repairs.push('title-apart')
  return { repairs }
}

/** What a text without any number-like place is instead. */
function whatInstead(text: string): DocumentNumberProblemCode {
  if (/^[^\p{L}\p{N}]*$/u.test(text)) return 'empty'
  const bare = text.replace(/^[（(【[〔]+|[）)】\]〕]+$/gu, '')
  if (/^(?:无|暂无|没有|空|略|同上|待定|待补|不详)$/.test(bare)) return 'empty'
  if (LABEL.test(bare)) return 'template'
  if (/^\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(text)) return 'date'
  if (/^\d{2,4}(?:年\d{1,2}月(?:\d{1,2}日)?|[-./]\d{1,2}[-./]\d{1,2})$/.test(text) && !/^\d-/.test(text)) {
    const [, month = 0, day = 1] = text.split(/\D+/).map(Number)
    if (month >= 1 && month <= 12 && day <= 31) return 'date'
  }
  if (/^(?:附件|附表|附)[一二三四五六七八九十\d]*$/.test(text)) return 'annex'
  if (/令(?:第?\d+号)?$|第?\d+号令$/u.test(text)) return 'order'
  if (/^[\p{P}\p{S}\d号第]+$/u.test(text) && !new RegExp(`[${OPEN}]`).test(text)) return 'digits'
  if (/^[A-Za-z0-9.+\-_/#]+$/.test(text)) return 'code'
  if (/^\d+[-_.、]?[\u4e00-\u9fff（）()]+$/u.test(text) && !/^\d{4}年/.test(text)) return 'code-and-name'
  if (/会议|纪要/.test(text)) return 'meeting'
  if (new RegExp(`${TITLE_WORDS}|函$|资金|追加|安排|补助`, 'u').test(text)) {
    const sentence = CITES.test(text)
    return sentence && /[0-9]号/.test(text) ? 'cited' : 'title'
  }
  if (/(?:X{1,}|x{2,}|[×＊*○_…?？]+|某+)号?/u.test(text)) return 'placeholder'
  if (new RegExp(`[${OPEN}]\\d{4}年?[${CLOSE}]`).test(text))
    return /^[^\p{L}]/u.test(text) ? 'no-agency-word' : 'no-serial'
  if (/\d/.test(text) && !/\d{4}/.test(text)) return 'no-year'
  return /\d{4}/.test(text) ? 'garbled' : 'title'
}

/** A number of another year than its document's date, or than a neighbour with the same agency word and serial. */
function yearDiffers(agencyWord: string, year: number, own: string, beside: DocumentNumberNeighbours): boolean {
  if (beside.documentDate && Number(beside.documentDate.slice(0, 4)) !== year) return true
  const serial = own.slice(own.indexOf('〕'))
  return (beside.numbers ?? []).some(
    other => other !== own && other.startsWith(`${agencyWord}〔`) && other.endsWith(serial),
  )
}

/** The number as it is stored and looked up: mended where it can be, as typed where it is none (rules point at it). */
export const storedNumber = (typed: string): string => parseDocumentNumber(typed).normalised ?? typed.trim()
