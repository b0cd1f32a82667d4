import { useEffect, useState, useSyncExternalStore } from 'react'
import type { SearchSnippet } from '~/api/jmap'
import type { QueryView } from '~/kit/sync/view'
import { useMail } from './context'

const none: ReadonlyMap<string, SearchSnippet> = new Map()

/** The matching words of the rows found so far (RFC 8621 section 5). */
export function useSnippets(view: QueryView | null): ReadonlyMap<string, SearchSnippet> {
  const { engine, account } = useMail()
  const [snippets, setSnippets] = useState(none)
  const version = useSyncExternalStore(
    (fn) => view?.subscribe(fn) ?? (() => {}),
    () => view?.version ?? 0,
  )
  useEffect(() => setSnippets(none), [view])
  useEffect(() => {
    if (!view) return
    const missing = view.rows.filter((id): id is string => id !== undefined && !snippets.has(id)).slice(0, 100)
    if (missing.length === 0) return
    let current = true
    engine.transport
      .call<{ list: SearchSnippet[] }>('SearchSnippet/get', { accountId: account.id, filter: view.spec.filter, emailIds: missing })
      .then((r) => {
        if (!current) return
        const found = new Map(r.list.map((s) => [s.emailId, s]))
        setSnippets((old) => new Map([...old, ...missing.map((id) => [id, found.get(id) ?? { emailId: id, subject: null, preview: null }] as const)]))
      })
      // Without snippets the rows show their ordinary preview.
      .catch(() => {})
    return () => {
      current = false
    }
  }, [view, version, snippets, engine, account])
  return snippets
}
