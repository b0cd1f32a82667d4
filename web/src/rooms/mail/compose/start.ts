import type { Email } from '~/api/jmap'
import type { Draft } from './draft'

/** How a message begins. */
export type ComposeStart =
  | { how: 'new'; to?: string; subject?: string; text?: string; draft?: Partial<Draft> }
  | { how: 'reply' | 'replyAll' | 'forward'; email: Email }
  | { how: 'draft'; email: Email }
  /** A letter as a file of a new one, and a letter written once more. */
  | { how: 'attach' | 'again'; email: Email }
  /** Taken up again just as it was left, after an undo. */
  | { how: 'resume'; draft: Draft; emailId: string | null }

const UNSAVED = 'chancery.unsaved'

/** Keeps in this tab what the server would not take, as when the session has ended. */
export function keepUnsaved(start: ComposeStart & { how: 'resume' | 'new' }): void {
  try {
    sessionStorage.setItem(UNSAVED, JSON.stringify(start))
  } catch {
    // Without storage there is nowhere to keep it.
  }
}

/** What was kept, once. */
export function takeUnsaved(): ComposeStart | null {
  try {
    const text = sessionStorage.getItem(UNSAVED)
    sessionStorage.removeItem(UNSAVED)
    return text ? (JSON.parse(text) as ComposeStart) : null
  } catch {
    return null
  }
}

let files: File[] = []

/** Holds files for the next sheet, which uploads them; they are kept nowhere else. */
export function holdFiles(list: File[]): void {
  files = list
}

/** What was held, once. */
export function takeFiles(): File[] {
  const list = files
  files = []
  return list
}

const wanted = new Set<() => void>()

/** Has the mail room open a sheet, from another room. */
export function composeFrom(start: ComposeStart & { how: 'new' }): void {
  keepUnsaved(start)
  wanted.forEach((fn) => fn())
}

/** Hears that another room wants a sheet; `takeUnsaved` has it. */
export function onComposeWanted(fn: () => void): () => void {
  wanted.add(fn)
  return () => wanted.delete(fn)
}
