import type { AccountName } from '../../src/books/contract.ts'
import { usePreferences } from '../shell/preferences.tsx'

/** How accounts are called in the reader's language, with the code that the chart of the year shows. */
export function useAccountName(accounts: readonly Omit<AccountName, 'side'>[]): (code: number) => string {
  const { language } = usePreferences()
  return code => {
    const account = accounts.find(one => one.code === code)
    return account ? `${account.shownCode} ${language === 'en' ? account.en : account.zh}` : String(code)
  }
}
