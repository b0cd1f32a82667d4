import { useMemo } from 'react'
import type { Email, Mailbox, MailboxRole } from '~/api/jmap'
import { t, type Key } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { confirm } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import type { MailAccount } from './account'
import { change, destroy, junkPatches, keywordPatches, manyKeywords, movePatches, roleFolder, type Patches } from './acts'
import type { MailEngine } from './engine'
import { folderName } from './names'
import { inTrash } from './place'

/** The acts on messages, each shown at once and open to undo. */
export interface MailActs {
  archive: (emails: Email[]) => Promise<void>
  /** False when it was asked and the answer was no. */
  trash: (emails: Email[]) => Promise<boolean>
  junk: (emails: Email[]) => Promise<void>
  notJunk: (emails: Email[]) => Promise<void>
  move: (emails: Email[], to: Mailbox) => Promise<void>
  star: (emails: Email[], on: boolean) => Promise<void>
  /** Labels and other keywords, several at once. */
  keywords: (emails: readonly Email[], add: readonly string[], remove: readonly string[]) => Promise<void>
  /** The same with a sentence of one's own. */
  marked: (emails: readonly Email[], add: readonly string[], remove: readonly string[], done: string) => Promise<void>
  important: (emails: Email[], on: boolean) => Promise<void>
  seen: (emails: Email[], on: boolean, quiet?: boolean) => Promise<void>
}

const folderKeys = { archive: 'folder.archive', trash: 'folder.trash', junk: 'folder.junk', inbox: 'folder.inbox' } as const

export function useActs(engine: MailEngine, a: MailAccount, from: Mailbox | undefined): MailActs {
  const fromId = from?.id ?? null
  const inBin = inTrash(a, from)
  return useMemo(() => {
    const run = async (patches: Patches, done: string | null): Promise<void> => {
      if (patches.size === 0) return
      const c = change(engine, a, patches)
      if (done !== null) {
        say(done, {
          undo: async () => {
            await c.done.catch(() => {})
            await change(engine, a, c.back).done
          },
        })
      }
      await c.done.catch((e: unknown) => sayError(`${t('error.putBack')} ${errorText(t, asSyncError(e))}`))
    }
    const to = async (role: MailboxRole & keyof typeof folderKeys, key: Key, emails: Email[], patches: (to: string) => Patches): Promise<void> => {
      try {
        // Without a wait where the folder is there: the rows change in one drawing with the cursor.
        const box = a.role(role)?.id ?? (await roleFolder(engine, a, role, t(folderKeys[role])))
        await run(patches(box), t(key, { count: emails.length }))
      } catch (e) {
        sayError(errorText(t, asSyncError(e)))
      }
    }
    return {
      archive: (emails) => to('archive', 'done.archived', emails, (box) => movePatches(emails, fromId, box)),
      trash: async (emails) => {
        if (!inBin) {
          await to('trash', 'done.trashed', emails, (box) => movePatches(emails, null, box))
          return true
        }
        const count = emails.length
        const yes = await confirm({ title: t('ask.destroy.title', { count }), text: t('ask.destroy.text'), confirm: t('ask.destroy.confirm', { count }) })
        if (!yes) return false
        await destroy(engine, a, emails.map((e) => e.id)).then(
          () => void say(t('done.destroyed', { count })),
          (e: unknown) => void sayError(errorText(t, asSyncError(e))),
        )
        return true
      },
      junk: (emails) => to('junk', 'done.junked', emails, (box) => junkPatches(emails, fromId, box, true)),
      notJunk: (emails) => to('inbox', 'done.notJunk', emails, (box) => junkPatches(emails, fromId, box, false)),
      move: (emails, box) => run(movePatches(emails, fromId, box.id), t('done.moved', { count: emails.length, folder: folderName(box) })),
      star: (emails, on) => run(keywordPatches(emails, '$flagged', on), null),
      keywords: (emails, add, remove) => run(manyKeywords(emails, add, remove), t('done.labelled', { count: emails.length })),
      marked: (emails, add, remove, done) => run(manyKeywords(emails, add, remove), done),
      important: (emails, on) => run(keywordPatches(emails, '$important', on), null),
      seen: (emails, on, quiet) => run(keywordPatches(emails, '$seen', on), quiet ? null : t(on ? 'done.read' : 'done.unread', { count: emails.length })),
    }
  }, [engine, a, fromId, inBin])
}
