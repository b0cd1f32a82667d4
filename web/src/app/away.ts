import type { Session } from '~/api/jmap'
import { addTexts, t } from '~/kit/i18n'
import { Mirror, wipeMirror } from '~/kit/offline/mirror'
import type { Deed } from '~/kit/offline/outbox'
import { setPrefs } from '~/kit/prefs'
import { unsubscribe } from '~/kit/pwa/notify'
import { tellCaughtUp } from '~/kit/sync/notices'
import { confirm } from '~/kit/ui/Dialog'
import { forgetUndo, say, sayError } from '~/kit/undo'
import { nameOf } from '~/rooms/contacts/card'
import type { MailEngine } from '~/rooms/mail/engine'
import type { Me } from './session'

function told(m: Mirror): Mirror {
  const texts = addTexts('offline') // at once: they may be wanted when there is no line
  m.onQueued = (waiting) => void texts.then(() => say(t('offline.queued', { count: waiting })))
  m.onFull = (lost) => void texts.then(() => sayError(t(lost ? 'offline.fullLost' : 'offline.full')))
  m.onAbsent = () => void texts.then(() => sayError(t('offline.file.absentSaid')))
  return m
}

/** The copy for somebody who just signed in; none where the office forbids it. */
export async function mirrorFor(me: Me, session: Session): Promise<Mirror | null> {
  if (!('indexedDB' in globalThis) || !crypto.subtle) return null
  if (me.offline === false) {
    await wipeMirror().catch(() => {})
    return null
  }
  // Private windows may refuse to keep anything; the client works without.
  return Mirror.make(me, session).then(told, () => null)
}

/** The copy of the last session, for a start without a line. */
export async function lastMirror(): Promise<Mirror | null> {
  return Mirror.open().then((m) => m && told(m), () => null)
}

/** Does what waited for the line, then looks at everything anew. */
export async function catchUp(engine: MailEngine, mirror: Mirror): Promise<void> {
  let sent = mirror.outbox.waiting
  await addTexts('offline')
  let refused = 0
  const done = await mirror
    .drain((d, why) => {
      refused++
      if (d.kind === 'submit') sent--
      tellRefused(d, why)
    })
    .catch(() => 0)
  if (done + refused === 0) return
  tellCaughtUp([mirror.people.accountId])
  for (const a of engine.accounts) {
    a.emails.remove(a.emails.ids().filter((id) => id.startsWith('local-')))
    engine.syncSoon(a.id, 0)
  }
  if (sent > 0) say(t('offline.sent', { count: sent }))
}

function tellRefused(d: Deed, why: string): void {
  const name = d.kind === 'cardUpdate' || d.kind === 'cardDestroy' ? nameOf(d.was) : ''
  if (why === 'conflictCopied') return void sayError(t('offline.conflict.copied', { name }))
  if (why === 'conflictStays') return void sayError(t('offline.conflict.stays', { name }))
  sayError(t(d.kind === 'submit' ? 'offline.notSent' : 'offline.refused', { why }))
}

/** Asks before signing out would lose what was not sent yet. */
export async function mayLeave(mirror: Mirror | null): Promise<boolean> {
  if (!mirror || mirror.outbox.size === 0) return true
  await addTexts('offline')
  const count = mirror.outbox.size
  return confirm({ title: t('offline.leave.title'), text: t('offline.leave.text', { count }), confirm: t('offline.leave.confirm') })
}

/** Leaves nothing behind in this browser, or says that it could not. */
export async function forget(): Promise<void> {
  forgetUndo()
  // Where uploads of large files stood (tus-js-client), by the names of the files.
  Object.keys(localStorage).filter((k) => k.startsWith('tus::')).forEach((k) => localStorage.removeItem(k))
  setPrefs({ lately: [], notify: 'off' })
  const [wiped] = await Promise.allSettled(['indexedDB' in globalThis ? wipeMirror() : undefined, unsubscribe()])
  if (wiped.status === 'fulfilled') return
  await addTexts('offline')
  sayError(t('offline.notWiped'))
}

/**
 * The session ended without the person asking: nothing can be read here any
 * more. Only what was written and not sent stays, sealed, for the same person.
 */
export async function ended(mirror: Mirror | null): Promise<void> {
  forgetUndo()
  if (!('indexedDB' in globalThis)) return
  const kept = mirror ?? (await Mirror.open().catch(() => null))
  await (kept ? kept.lock() : Promise.resolve()).catch(async () => {
    await addTexts('offline')
    sayError(t('offline.notWiped'))
  })
}
