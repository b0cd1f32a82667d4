import type { Email } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import type { MailAccount } from '../account'
import { change, manyKeywords, movePatches, roleFolder } from '../acts'
import type { MailEngine } from '../engine'

/** The server sends what arrives in a conversation of such letters past the inbox. */
export const MUTED = '$muted'

export function isMuted(emails: readonly Email[]): boolean {
  return emails.some((e) => e.keywords[MUTED])
}

/** Mutes the conversations of letters, which then leave the inbox; or hears them again, which brings them back. */
export async function mute(engine: MailEngine, a: MailAccount, chosen: readonly Email[]): Promise<void> {
  const threads = new Set(chosen.map((e) => e.threadId))
  const all = [...new Map([...threads].flatMap((id) => a.threadEmails(id)).concat(chosen).map((e) => [e.id, e])).values()]
  const on = !isMuted(chosen)
  try {
    const patches = manyKeywords(all, on ? [MUTED] : [], on ? [] : [MUTED])
    const inbox = a.role('inbox')?.id
    const archive = await roleFolder(engine, a, 'archive', t('folder.archive'))
    const [from, to] = on ? [inbox, archive] : [archive, inbox]
    const moving = from && to ? movePatches(all.filter((e) => e.mailboxIds[from] && (on || e.keywords[MUTED])), from, to) : new Map()
    for (const [id, patch] of moving) patches.set(id, { ...patches.get(id), ...patch })
    const c = change(engine, a, patches)
    say(t(on ? 'done.muted' : 'done.unmuted', { count: threads.size }), {
      undo: async () => {
        await c.done.catch(() => {})
        await change(engine, a, c.back).done
      },
    })
    await c.done
  } catch (e) {
    sayError(`${t('error.putBack')} ${errorText(t, asSyncError(e))}`)
  }
}
