import { useRef, useState, type DragEvent, type RefObject } from 'react'
import type { Mailbox } from '~/api/jmap'
import { withTexts } from '~/kit/i18n'
import type { MailAccount } from '../account'
import type { MailState } from '../context'
import { dragged, dropOnFolder, type Dragged } from '../drag'

export type Zone = 'into' | 'before' | 'after'

/** A folded branch unfolds when something is held over it for this long. */
const OPEN_MS = 650

/** What may be dropped on a folder: letters into it; a folder into, before or after it. */
export function useDrop(account: MailAccount, box: Mailbox, unfold: (() => void) | undefined, now: RefObject<MailState>): { over: Zone | undefined; handlers: Record<'onDragOver' | 'onDragLeave' | 'onDrop', (e: DragEvent) => void> } {
  const [over, setOver] = useState<Zone>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const zone = (e: DragEvent, d: Dragged): Zone | undefined => {
    if (d.accountId !== account.id) return undefined
    if (d.what === 'letters') return box.myRights.mayAddItems && now.current.mailbox?.id !== box.id && box.role !== 'drafts' ? 'into' : undefined
    if (d.id === box.id || isBelow(account, box, d.id)) return undefined
    const at = e.currentTarget.getBoundingClientRect()
    const part = (e.clientY - at.top) / at.height
    if (box.role === null && part < 0.28) return 'before'
    if (box.role === null && part > 0.72) return 'after'
    return box.myRights.mayCreateChild && box.role !== 'junk' ? 'into' : undefined
  }
  const leave = (): void => {
    clearTimeout(timer.current)
    timer.current = undefined
    setOver(undefined)
  }
  return {
    over,
    handlers: {
      onDragOver: (e) => {
        const d = dragged(e)
        const z = d && zone(e, d)
        if (!z) return leave()
        e.preventDefault()
        e.dataTransfer.dropEffect = 'move'
        if (z !== over) setOver(z)
        if (unfold) timer.current ??= setTimeout(unfold, OPEN_MS)
      },
      onDragLeave: leave,
      onDrop: (e) => {
        const d = dragged(e)
        const z = d && zone(e, d)
        leave()
        if (!d || !z) return
        e.preventDefault()
        if (d.what === 'letters') return dropOnFolder(now.current, d, box)
        void withTexts('folders', () => import('./drop-folder')).then((f) => f.dropFolder(now.current.engine, account, d.id, box, z))
      },
    },
  }
}

function isBelow(a: MailAccount, box: Mailbox, id: string): boolean {
  for (let p = box.parentId, n = 0; p !== null && n < 20; p = a.mailboxes.get(p)?.parentId ?? null, n++) if (p === id) return true
  return false
}
