import { Suspense, lazy, useSyncExternalStore } from 'react'
import type { Email, Mailbox } from '~/api/jmap'
import { withTexts } from '~/kit/i18n'
import type { MailAccount } from './account'
import type { Label } from './choices'

/** A question that a dialog of the mail room puts to the person. */
export type Ask =
  | { what: 'move'; title: string; account: MailAccount; not: readonly string[]; latest: boolean; top?: string; pick: (to: Mailbox | null) => void }
  | { what: 'label'; emails: readonly Email[]; apply: (add: string[], remove: string[]) => void }
  | { what: 'labels' }
  | { what: 'labelEdit'; label: Label | null; then?: (keyword: string) => void }
  | { what: 'folder'; account: MailAccount; parent: Mailbox | null; rename?: Mailbox; then?: (id: string) => void }
  | { what: 'filters'; query: string; run: (query: string) => void }
  | { what: 'save'; query: string }
  | { what: 'assign'; email: Email; pick: (address: string | null) => void }

const Dialogs = lazy(() => withTexts('folders', () => import('./folders/Dialogs')))

let asked: Ask | null = null
const listeners = new Set<() => void>()

/** Opens a dialog; one at a time. */
export function ask(a: Ask | null): void {
  asked = a
  listeners.forEach((fn) => fn())
}

/** Shows what is asked; once in the room. */
export function Asked() {
  const a = useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => asked,
  )
  return (
    a && (
      <Suspense>
        <Dialogs asked={a} onClose={() => asked === a && ask(null)} />
      </Suspense>
    )
  )
}
