import { useEffect, useState } from 'react'
import type { QueryResponse } from '~/api/jmap'
import type { MailAccount } from '../account'
import { useVersion } from '../context'
import type { MailEngine } from '../engine'
import { hiddenFolders } from '../place'

/** Letters of each label that are unread; asked anew when the counts of folders change. */
export function useLabelCounts(engine: MailEngine, account: MailAccount, keywords: readonly string[]): Readonly<Record<string, number>> {
  const version = useVersion(account.mailboxes)
  const [counts, setCounts] = useState<Record<string, number>>({})
  const wanted = keywords.join(' ')
  useEffect(() => {
    if (wanted === '') return setCounts({})
    let here = true
    const timer = setTimeout(() => {
      const group = engine.transport.group()
      const hidden = hiddenFolders(account)
      const asked = wanted.split(' ').slice(0, MAX).map(async (keyword) => {
        const filter = { operator: 'AND', conditions: [{ hasKeyword: keyword, ...(hidden.length > 0 ? { inMailboxOtherThan: hidden } : {}) }, { notKeyword: '$seen' }] }
        const r = await group.add<QueryResponse>('Email/query', { accountId: account.id, filter, limit: 1, calculateTotal: true }).result
        return [keyword, r.total ?? 0] as const
      })
      void Promise.all(asked).then((list) => here && setCounts(Object.fromEntries(list)), () => {})
    }, LATER)
    return () => {
      here = false
      clearTimeout(timer)
    }
  }, [engine, account, version, wanted])
  return counts
}

/** As many as one request may ask (RFC 8620 section 2, maxCallsInRequest). */
const MAX = 16
/** Many changes in a row are one question. */
const LATER = 800
