import { approvals } from './en/approvals.ts'
import { bankAccountWords } from './en/bank-accounts.ts'
import { base } from './en/base.ts'
import { books } from './en/books.ts'
import { comingIn } from './en/coming-in.ts'
import { duties } from './en/duties.ts'
import { forms } from './en/forms.ts'
import { frame } from './en/frame.ts'
import { identity } from './en/identity.ts'
import { matchingWords } from './en/matching.ts'
import { messages } from './en/messages.ts'
import { privacy } from './en/privacy.ts'
import { proof } from './en/proof.ts'
import { recallWords } from './en/recall.ts'
import { treasuryWords } from './en/treasury.ts'
import { wholeWords } from './en/whole.ts'
import { yearWords } from './en/year.ts'
import type { zhCN } from './zh-CN.ts'

/** The same words in English. Terms follow GLOSSARY.md: an allotment is budget authority over an amount. */
export const en: typeof zhCN = {
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
