import { useEffect, useState } from 'react'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { useReading } from '../context'
import type { Viewed } from './Viewer'

export interface Asked<T> {
  answer: T | undefined
  error: SyncError | null
  retry: () => void
}

/** Asks the server to look into a file. */
export function useAsk<T>(method: string, file: Viewed, more: Record<string, unknown> = {}): Asked<T> {
  const { engine, account } = useReading()
  const [state, setState] = useState<{ answer?: T; error: SyncError | null }>({ error: null })
  const [attempt, setAttempt] = useState(0)
  const args = JSON.stringify(more)
  useEffect(() => {
    let gone = false
    engine.transport
      .call<T>(method, { accountId: account.id, blobId: file.blobId, type: file.type, name: file.name, ...(JSON.parse(args) as object) })
      .then((answer) => !gone && setState({ answer, error: null }), (e: unknown) => !gone && setState({ error: asSyncError(e) }))
    return () => {
      gone = true
    }
  }, [engine, account, method, file.blobId, file.type, file.name, args, attempt])
  return { answer: state.answer, error: state.error, retry: () => setAttempt((n) => n + 1) }
}
