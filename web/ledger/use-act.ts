import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useState } from 'react'
import { send } from '../shell/api.ts'
import { newRequestKey } from '../shell/request-key.ts'

/** One act on a book: sent once however often it is pressed, said when it is done, and all that was read is read anew. */
export function useAct() {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [requestKey, setRequestKey] = useState(newRequestKey)
  const act = async <Answer>(path: string, body: object, said: (answer: Answer) => string): Promise<boolean> => {
    setBusy(true)
    setError(null)
    try {
      const answer = await send<Answer>('POST', path, { ...body, requestKey })
      setRequestKey(newRequestKey())
      message.success(said(answer))
      await queries.invalidateQueries()
      return true
    } catch (refused) {
      setError(refused)
      return false
    } finally {
      setBusy(false)
    }
  }
  return { act, busy, error, clear: () => setError(null) }
}
