import { useSyncExternalStore } from 'react'
import type { Email } from '~/api/jmap'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

/** What a time is asked for. */
export type LaterRequest =
  /** To put letters off, or to be reminded of them. */
  | { kind: 'snooze' | 'remind'; engine: MailEngine; account: MailAccount; emails: Email[]; leave?: (() => void) | undefined }
  /** To send a letter, at first or anew; or to be reminded when nobody answers it. */
  | { kind: 'send' | 'answer'; pick: (at: Date) => void; clear?: (() => void) | undefined }

let request: LaterRequest | null = null
const listeners = new Set<() => void>()

/** Opens the dialog that asks when; null closes it. */
export function askLater(r: LaterRequest | null): void {
  if (r && 'emails' in r && r.emails.length === 0) return
  request = r
  listeners.forEach((fn) => fn())
}

export function useLaterRequest(): LaterRequest | null {
  return useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => request,
  )
}
