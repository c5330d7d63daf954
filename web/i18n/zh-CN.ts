import { approvals } from './zh-CN/approvals.ts'
import { bankAccountWords } from './zh-CN/bank-accounts.ts'
import { base } from './zh-CN/base.ts'
import { books } from './zh-CN/books.ts'
import { comingIn } from './zh-CN/coming-in.ts'
import { duties } from './zh-CN/duties.ts'
import { forms } from './zh-CN/forms.ts'
import { frame } from './zh-CN/frame.ts'
import { identity } from './zh-CN/identity.ts'
import { matchingWords } from './zh-CN/matching.ts'
import { messages } from './zh-CN/messages.ts'
import { privacy } from './zh-CN/privacy.ts'
import { proof } from './zh-CN/proof.ts'
import { recallWords } from './zh-CN/recall.ts'
import { treasuryWords } from './zh-CN/treasury.ts'
import { wholeWords } from './zh-CN/whole.ts'
import { yearWords } from './zh-CN/year.ts'

/** 界面用语，取自五份方案、规程的原话。Chinese is written first; `en.ts` holds the same keys. */
export const zhCN = {
  ...frame,
  ...duties,
  ...forms,
  ...base,
  ...books,
  ...approvals,
  ...identity,
  ...recallWords,
  ...wholeWords,
  ...yearWords,
  ...comingIn,
  ...proof,
  ...matchingWords,
  ...privacy,
  ...messages,
  ...treasuryWords,
  ...bankAccountWords,
}
