import { useSyncExternalStore } from 'react'

/** A standing remark at the top of every room, such as "letters are answered automatically". */
export interface Note {
  /** Asked when drawn, so that it follows the language. */
  text: () => string
  act: () => string
  /** Where the act leads. */
  path: string
}

let notes: Readonly<Record<string, Note>> = {}
const listeners = new Set<() => void>()

/** Shows a note, or with null takes it away. */
export function setNote(id: string, note: Note | null): void {
  const { [id]: old, ...rest } = notes
  if (!old && !note) return
  notes = note ? { ...rest, [id]: note } : rest
  listeners.forEach((fn) => fn())
}

/** The notes that stand at present. */
export function useNotes(): Readonly<Record<string, Note>> {
  return useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => notes,
  )
}
