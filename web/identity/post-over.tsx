import { useTranslation } from 'react-i18next'
import type { Duty } from '../../src/identity/contract.ts'
import { POSTS } from '../../src/identity/posts.ts'
import { useSaid } from '../shell/preferences.tsx'
import type { Column } from '../ui/data-table.tsx'

/** A post in the reader's language; its key where it is none of ours any more. */
export function usePostName(): (post: string) => string {
  const said = useSaid()
  return post => (POSTS[post] ? said(POSTS[post]) : post)
}

/** What a post is held over: a division, and what it is narrowed to. */
export function useOver(): (duty: Duty) => string {
  const { t } = useTranslation()
  return duty =>
    [duty.division?.name ?? t('post.whole'), duty.office, duty.fund, duty.agency].filter(Boolean).join(' · ')
}

export function useDutyColumns<Row extends Duty>(): Column<Row>[] {
  const { t } = useTranslation()
  const postName = usePostName()
  const over = useOver()
  return [
    { key: 'post', title: t('post.post'), value: row => postName(row.post) },
    { key: 'over', title: t('post.over'), value: row => over(row), wrap: true },
    { key: 'until', title: t('post.until'), value: row => row.until, width: 110 },
  ]
}
