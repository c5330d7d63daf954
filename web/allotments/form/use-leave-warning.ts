import { useBlocker } from '@tanstack/react-router'
import { App } from 'antd'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'

/** Asks before a page with unsaved changes is left; what was entered is kept as a draft either way. */
export function useLeaveWarning(dirty: boolean): void {
  const { modal } = App.useApp()
  const { t } = useTranslation()
  const now = useRef(dirty)
  now.current = dirty
  useBlocker({
    enableBeforeUnload: () => now.current,
    shouldBlockFn: async () => {
      if (!now.current) return false
      const leaves = await new Promise<boolean>(resolve =>
        modal.confirm({
          title: t('draft.leaveTitle'),
          content: t('draft.leaveHint'),
          okText: t('draft.leave'),
          cancelText: t('draft.stay'),
          onOk: () => resolve(true),
          onCancel: () => resolve(false),
        }),
      )
      return !leaves
    },
  })
}
