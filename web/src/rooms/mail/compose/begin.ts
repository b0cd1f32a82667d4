import { RECEIPT_TO, type Email, type EmailAddress, type EmailBodyPart } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { people, personName } from '../names'
import { cleanMail, inlineParts } from '../sanitize'
import { localDay } from '../templates/fields'
import { readMeeting } from '../templates/meeting'
import { htmlToText, parseAddresses, sameAddress, splitDraft, textToHtml, type Draft, type DraftFile } from './draft'
import type { ComposeStart } from './start'

/** Who writes, and how they like to write. */
export interface Writer {
  identityId: string
  mine: ReadonlySet<string>
  rich: boolean
}

/** The message as it begins: empty, an answer, a forward, or a draft taken up again. */
export function beginDraft(start: ComposeStart, w: Writer): Draft {
  const empty: Draft = { identityId: w.identityId, to: [], cc: [], bcc: [], subject: '', rich: w.rich, body: '', quote: '', files: [], inReplyTo: null, references: null, signed: true }
  switch (start.how) {
    case 'new':
      return { ...empty, to: start.to ? parseAddresses(start.to) : [], subject: start.subject ?? '', body: empty.rich ? textToHtml(start.text ?? '') : (start.text ?? ''), ...start.draft }
    case 'reply':
    case 'replyAll':
      return answer(empty, start.email, start.how === 'replyAll', w)
    case 'forward':
      return forward(empty, start.email)
    case 'draft':
      return resume(empty, start.email)
    case 'attach':
      return enclose(empty, start.email)
    case 'again':
      return { ...resume(empty, start.email), inReplyTo: null, references: null }
    case 'resume':
      return start.draft
  }
}

function isMine(a: EmailAddress, w: Writer): boolean {
  return w.mine.has(a.email.toLowerCase())
}

function answer(empty: Draft, email: Email, all: boolean, w: Writer): Draft {
  const own = email.from?.some((a) => isMine(a, w)) ?? false
  // RFC 5322 section 3.6.2: Reply-To says where answers go. An answer to one's
  // own letter goes to those it was sent to.
  const to = own ? (email.to ?? []) : email.replyTo?.length ? email.replyTo : (email.from ?? [])
  const others = [...(own ? [] : (email.to ?? [])), ...(email.cc ?? [])]
  const cc = all ? others.filter((a, i) => !isMine(a, w) && !to.some((b) => sameAddress(a, b)) && others.findIndex((b) => sameAddress(a, b)) === i) : []
  const intro = t('compose.wrote', { date: fullDate(email.sentAt ?? email.receivedAt), name: personName(email.from?.[0]) })
  const plain = plainBody(email)
  return {
    ...empty,
    to: [...to],
    cc,
    subject: prefixed(email.subject ?? '', 'Re'),
    ...threading(email),
    body: empty.rich ? '' : `\n\n${intro}\n${plain.split('\n').map((l) => (l.startsWith('>') ? `>${l}` : `> ${l}`)).join('\n')}`,
    quote: empty.rich ? `<p>${escapeHtml(intro)}</p><blockquote type="cite">${htmlBody(email)}</blockquote>` : '',
    files: empty.rich ? inlineFiles(email) : [],
    ...inherited(email),
    answers: { emailId: email.id, keyword: '$answered' },
  }
}

function forward(empty: Draft, email: Email): Draft {
  const lines: [string, string][] = [
    [t('field.from'), full(email.from)],
    [t('field.date'), fullDate(email.sentAt ?? email.receivedAt)],
    [t('field.subject'), email.subject ?? ''],
    [t('field.to'), full(email.to)],
    ...(email.cc?.length ? [[t('field.cc'), full(email.cc)] as [string, string]] : []),
  ]
  const head = t('compose.forwarded')
  return {
    ...empty,
    subject: prefixed(email.subject ?? '', 'Fwd'),
    // RFC 5322 section 3.6.4 ties answers together; a forward starts anew but
    // keeps the references so that the conversation can still be found.
    references: threading(email).references,
    body: empty.rich ? '' : `\n\n---- ${head} ----\n${lines.map(([k, v]) => `${k}: ${v}`).join('\n')}\n\n${plainBody(email)}`,
    quote: empty.rich ? `<p>---- ${escapeHtml(head)} ----<br>${lines.map(([k, v]) => `${escapeHtml(k)}: ${escapeHtml(v)}`).join('<br>')}</p>${htmlBody(email)}` : '',
    files: [...inlineFiles(email), ...(email.attachments ?? []).filter((p) => p.blobId && !inlineParts([p]).size).map(toFile)],
    ...inherited(email),
    answers: { emailId: email.id, keyword: '$forwarded' },
  }
}

/** The letter goes along whole, with every line of its header (RFC 2046 section 5.2.1). */
function enclose(empty: Draft, email: Email): Draft {
  const name = `${(email.subject ?? '').replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').slice(0, 120).trim() || 'message'}.eml`
  const file: DraftFile = { key: email.blobId ?? '', name, type: 'message/rfc822', size: email.size, blobId: email.blobId ?? '' }
  return { ...empty, subject: prefixed(email.subject ?? '', 'Fwd'), files: [file], answers: { emailId: email.id, keyword: '$forwarded' }, ...inherited(email) }
}

function resume(empty: Draft, email: Email): Draft {
  const html = bodyOf(email, 'text/html')
  const parts = splitDraft(html)
  // The calendar part is made anew from the field with every save.
  const meeting = readMeeting(email['header:X-Chancery-Meeting:asText'] ?? '')
  return {
    ...empty,
    to: email.to ?? [],
    cc: email.cc ?? [],
    bcc: email.bcc ?? [],
    subject: email.subject ?? '',
    rich: html !== '',
    body: html ? cleanMail(parts.body, 'keep', true).html : plainBody(email),
    quote: parts.quote ? cleanMail(parts.quote, 'keep', true).html : '',
    signed: parts.signed,
    ...kindOf(email),
    files: (email.attachments ?? []).filter((p) => p.blobId && !(meeting && p.type === 'text/calendar')).map(toFile),
    ...(meeting ? { meeting } : {}),
    inReplyTo: email.inReplyTo ?? null,
    references: email.references ?? null,
    ...(email.secrecy ? { secrecy: email.secrecy } : {}),
    receipt: (email[RECEIPT_TO]?.length ?? 0) > 0,
  }
}

/** What is made of a letter is as secret as the letter. */
function inherited(email: Email): Pick<Draft, 'secrecy' | 'floor'> {
  return email.secrecy ? { secrecy: email.secrecy, floor: email.secrecy.level } : {}
}

/** The kind a draft was given, from its header. */
function kindOf(email: Email): Pick<Draft, 'kind'> {
  const kind = email['header:X-Chancery-Kind:asText']
  const due = email['header:X-Chancery-Due:asText']
  const every = email['header:X-Chancery-Every:asText']
  return kind ? { kind: { kind, ...(due ? { due: localDay(new Date(due)) } : {}), ...(every ? { every } : {}) } } : {}
}

/** RFC 5322 section 3.6.4: the parent's references and then its own id. */
export function threading(email: Email): { inReplyTo: string[] | null; references: string[] | null } {
  const id = email.messageId ?? null
  if (!id) return { inReplyTo: null, references: email.references ?? null }
  const before = email.references ?? (email.inReplyTo?.length === 1 ? email.inReplyTo : [])
  return { inReplyTo: id, references: [...before.filter((r) => !id.includes(r)), ...id] }
}

/** One prefix, whatever language the earlier ones were in. */
export function prefixed(subject: string, prefix: 'Re' | 'Fwd'): string {
  const known = prefix === 'Re' ? /^\s*(re|回覆|回复|答复|답장|trả lời|aw|sv)\s*(\[\d+\])?\s*[:：]/i : /^\s*(fwd?|轉寄|转发|전달|chuyển tiếp|wg)\s*[:：]/i
  return known.test(subject) ? subject : `${prefix}: ${subject}`
}

function bodyOf(email: Email, type: string): string {
  const parts = (type === 'text/html' ? email.htmlBody : email.textBody) ?? []
  return parts.filter((p) => p.type === type).map((p) => (p.partId ? (email.bodyValues?.[p.partId]?.value ?? '') : '')).join('\n')
}

function plainBody(email: Email): string {
  return (bodyOf(email, 'text/plain') || htmlToText(bodyOf(email, 'text/html'))).replace(/\r\n/g, '\n').trimEnd()
}

function htmlBody(email: Email): string {
  const html = bodyOf(email, 'text/html')
  return html ? cleanMail(html, 'keep', true).html : textToHtml(plainBody(email))
}

function toFile(p: EmailBodyPart): DraftFile {
  return { key: p.blobId ?? '', name: p.name ?? t('files.unnamed', { n: 1 }), type: p.type, size: p.size, blobId: p.blobId ?? '', ...(p.cid && p.disposition === 'inline' ? { cid: p.cid } : {}) }
}

function inlineFiles(email: Email): DraftFile[] {
  return [...inlineParts(email.attachments ?? []).values()].filter((p) => p.disposition !== 'attachment').map((p) => ({ ...toFile(p), cid: p.cid ?? '' }))
}

function full(list: EmailAddress[] | null | undefined): string {
  return (list ?? []).map((a) => (a.name ? `${a.name} <${a.email}>` : a.email)).join(', ') || people([], new Set())
}

function escapeHtml(s: string): string {
  return s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
