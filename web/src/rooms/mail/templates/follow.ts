import { useEffect, useState } from 'react'
import type { GetResponse } from '~/api/jmap'
import { onChanged } from '~/kit/sync/notices'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

/**
 * All objects of a small type of an account, kept up to date; undefined until
 * they are here, and again when another account is looked at: what belongs to
 * one must not be shown, or changed, as the other's.
 */
export function useAll<T>(engine: MailEngine, account: MailAccount, urn: string, type: string, arrange: (list: T[]) => T[]): T[] | undefined {
  const [held, setHeld] = useState<{ account: MailAccount; list: T[] }>()
  useEffect(() => {
    if (!(urn in engine.session.capabilities)) return setHeld({ account, list: [] })
    // Only the answer to the newest question counts.
    let newest = 0
    const load = (): void => {
      const mine = ++newest
      void engine.transport.call<GetResponse<T>>(`${type}/get`, { accountId: account.id, ids: null }).then(
        (r) => mine === newest && setHeld({ account, list: arrange(r.list) }),
        () => {},
      )
    }
    load()
    const stop = onChanged(type, (id) => id === account.id && load())
    return () => {
      newest = -1
      stop()
    }
  }, [engine, account, urn, type, arrange])
  return held?.account === account ? held.list : undefined
}
