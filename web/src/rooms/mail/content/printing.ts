import type { Email, EmailAddress } from '~/api/jmap'
import { textsIn, language, isLanguage, type Language } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { calendarSystem } from '~/kit/prefs'
import { sayError } from '~/kit/undo'
import type { MailAccount } from '../account'
import { blobUrl } from '../blobs'
import type { MailEngine } from '../engine'
import { cleanMail, inlineParts } from '../sanitize'
import { openSealed } from '../sealed'

type Say = Awaited<ReturnType<typeof textsIn>>

/**
 * Prints letters on clean pages: what was written, below a table of who, when
 * and about what, in the language of the letter. The page is a frame under a
 * policy of its own, since the client's forbids the inline styles of mail.
 */
export async function printLetters(engine: MailEngine, account: MailAccount, emails: readonly Email[]): Promise<void> {
  await openSealed()
  await engine.loadBodies(account, emails.map((e) => e.id))
  const full = emails.map((e) => account.emails.get(e.id) ?? e)
  const guess = guessLanguage(`${full[0]?.subject ?? ''} ${full[0]?.preview ?? ''}`)
  const spoken: Language = isLanguage(guess) ? guess : language()
  const say = await textsIn(spoken, ['main', 'content'])
  const frame = document.createElement('iframe')
  frame.dataset['print'] = ''
  frame.setAttribute('aria-hidden', 'true')
  frame.tabIndex = -1
  frame.setAttribute('sandbox', 'allow-same-origin allow-modals')
  Object.assign(frame.style, { position: 'fixed', inset: '0 auto auto -10000px', width: '794px', height: '1123px', border: '0' })
  frame.src = '/mail-print.html'
  document.querySelector('iframe[data-print]')?.remove()
  const loaded = new Promise((done, fail) => {
    frame.onload = done
    frame.onerror = fail
  })
  document.body.append(frame)
  await loaded
  const doc = frame.contentDocument
  if (!doc) return void sayError(say('error.server'))
  doc.documentElement.lang = spoken
  doc.title = full[0]?.subject ?? ''
  const made: string[] = []
  for (const e of full) doc.body.append(await sheet(doc, engine, account, e, say, spoken, made))
  await Promise.all([...doc.images].map((i) => i.decode().catch(() => {})))
  const win = frame.contentWindow
  win?.addEventListener('afterprint', () => made.forEach((u) => URL.revokeObjectURL(u)), { once: true })
  win?.focus()
  win?.print()
}

async function sheet(doc: Document, engine: MailEngine, account: MailAccount, e: Email, say: Say, spoken: Language, made: string[]): Promise<HTMLElement> {
  const article = doc.createElement('article')
  const head = doc.createElement('h1')
  head.textContent = e.subject || say('message.noSubject')
  const table = doc.createElement('table')
  table.className = 'head'
  const files = (e.attachments ?? []).filter((f) => !f.cid || f.disposition === 'attachment').map((f) => f.name ?? '')
  const when = new Intl.DateTimeFormat(spoken, { dateStyle: 'full', timeStyle: 'short', calendar: calendarSystem() === 'roc' ? 'roc' : 'gregory' })
  for (const [label, value] of [
    [say('field.from'), people(e.from)],
    [say('field.to'), people(e.to)],
    [say('field.cc'), people(e.cc)],
    [say('field.date'), when.format(new Date(e.sentAt ?? e.receivedAt))],
    [say('files.title'), files.join(', ')],
  ] as const) {
    if (!value) continue
    const row = table.insertRow()
    const th = doc.createElement('th')
    th.textContent = label
    row.append(th)
    row.insertCell().textContent = value
  }
  const body = doc.createElement('div')
  body.className = 'body'
  const parts = e.htmlBody ?? e.textBody ?? []
  const html = parts.some((p) => p.type === 'text/html')
  const text = parts.map((p) => (p.partId ? (e.bodyValues?.[p.partId]?.value ?? '') : '')).join('\n')
  if (html) body.innerHTML = cleanMail(text, await pictures(engine, account, e, made), false).html
  else {
    const pre = doc.createElement('pre')
    pre.textContent = text
    body.append(pre)
  }
  article.append(head, table, body)
  return article
}

const people = (list: readonly EmailAddress[] | null | undefined): string => (list ?? []).map((a) => (a.name ? `${a.name} <${a.email}>` : a.email)).join(', ')

/** The pictures that a letter carries, fetched for the page. */
async function pictures(engine: MailEngine, account: MailAccount, e: Email, made: string[]): Promise<Map<string, string>> {
  const out = new Map<string, string>()
  await Promise.all(
    [...inlineParts(e.attachments ?? [])].map(async ([cid, p]) => {
      const r = await fetch(blobUrl(engine, account, p.blobId ?? '', p.name ?? 'image', p.type)).catch(() => null)
      if (!r?.ok) return
      const url = URL.createObjectURL(new Blob([await r.blob()], { type: p.type }))
      made.push(url)
      out.set(cid, url)
    }),
  )
  return out
}
