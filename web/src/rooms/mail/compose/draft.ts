import { RECEIPT_TO, type EmailAddress, type EmailBodyPart, type Identity, type Secrecy } from '~/api/jmap'
import { instant } from '~/kit/i18n/zone'
import type { DraftLink } from '../parcel/links'
import { parseSealed } from '../sealed'
import { meetingField, meetingRequest, type Meeting } from '../templates/meeting'
import type { WritingPost } from './post'

/** A file that goes with the message; blobId is there once it has been uploaded. */
export interface DraftFile {
  key: string
  name: string
  type: string
  size: number
  blobId?: string
  cid?: string
  progress?: number
  error?: string
}

/** How a letter is sent by kind (doc/kinds.md). */
export interface DraftKind {
  kind: string
  /** An ISO date without time; the end of that day is meant. */
  due?: string
  every?: string
}

/** A message being written. */
export interface Draft {
  identityId: string
  to: EmailAddress[]
  cc: EmailAddress[]
  bcc: EmailAddress[]
  subject: string
  rich: boolean
  /** The written part: HTML when rich, text otherwise. */
  body: string
  /** The letter answered or forwarded, as safe HTML; kept apart so that the editor cannot spoil it. */
  quote: string
  files: DraftFile[]
  /** Files too large for a letter, which go by link. */
  links?: DraftLink[] | undefined
  inReplyTo: string[] | null
  references: string[] | null
  /** Whether the signature of the identity goes under what is written. */
  signed?: boolean
  /** The kind of document this is sent as, with its due date and period. */
  kind?: DraftKind
  /** When and where, of an invitation. */
  meeting?: Meeting
  /** How secret it is, where that was chosen, and the least it has to be. */
  secrecy?: Secrecy | null
  floor?: string | undefined
  /** Whether a read receipt is asked for. */
  receipt?: boolean
  /** The post that it is written as, where the person chose one. */
  post?: WritingPost | undefined
  /** The message to be marked as answered or forwarded on sending. */
  answers?: { emailId: string; keyword: '$answered' | '$forwarded' }
}

// As programs write and read it: an address with at most a short local part
// and a dotted or single-label domain; UTF-8 allowed (RFC 6532).
const ADDRESS = /^[^\s@<>()[\],;:"\\]{1,64}@[^\s@<>()[\],;:"\\]{1,255}$/u

export function validAddress(email: string): boolean {
  return ADDRESS.test(email) && !/\.\.|^\.|\.@|@\.|\.$/.test(email)
}

/** Reads "Name <address>" lists as people paste them. */
export function parseAddresses(text: string): EmailAddress[] {
  const out: EmailAddress[] = []
  for (const piece of text.match(/(?:"[^"]*"|<[^>]*>|[^,;，；、\n"<])+/gu) ?? []) {
    const m = /^\s*"?([^"<]*?)"?\s*<\s*([^>]*?)\s*>\s*$/u.exec(piece)
    const email = (m?.[2] ?? piece).trim()
    if (email) out.push({ name: m?.[1]?.trim() || null, email })
  }
  return out
}

export function sameAddress(a: EmailAddress, b: EmailAddress): boolean {
  return a.email.toLowerCase() === b.email.toLowerCase()
}

/** The Email object to create (RFC 8621 section 4.6). */
export function toEmail(d: Draft, identity: Identity, draftsId: string, messageId: string): Record<string, unknown> {
  const text = d.rich ? htmlToText(d.body) + textSignature(d, identity) + (d.quote ? `\n\n${htmlToText(d.quote)}` : '') : d.body + textSignature(d, identity)
  const parts: Record<string, { value: string }> = { text: { value: text } }
  if (d.rich) parts['html'] = { value: wholeHtml(d, identity) }
  const files = d.files.filter((f) => f.blobId && shown(d, f)).map((f) => attachment(d.rich ? f : { ...f, cid: undefined }))
  const calendar = invites(d) ? meetingRequest(d.meeting, { uid: messageId, subject: d.subject, text: d.rich ? htmlToText(d.body) : d.body, organizer: identity, to: orNull(d.to) ?? [], cc: orNull(d.cc) ?? [], stamp: new Date() }) : ''
  if (calendar) parts['calendar'] = { value: calendar }
  return {
    mailboxIds: { [draftsId]: true },
    keywords: { $draft: true, $seen: true },
    from: [{ name: identity.name || null, email: identity.email }],
    to: orNull(d.to),
    cc: orNull(d.cc),
    bcc: orNull([...d.bcc, ...(identity.bcc ?? [])]),
    ...(identity.replyTo ? { replyTo: identity.replyTo } : {}),
    ...(d.receipt ? { [RECEIPT_TO]: [{ name: identity.name || null, email: identity.email }] } : {}),
    ...(d.secrecy ? { secrecy: d.secrecy } : {}),
    subject: d.subject,
    messageId: [messageId],
    inReplyTo: d.inReplyTo,
    references: d.references,
    bodyValues: parts,
    ...(calendar
      ? { bodyStructure: invitation(d.rich, files) }
      : { textBody: [{ partId: 'text', type: 'text/plain' }], ...(d.rich ? { htmlBody: [{ partId: 'html', type: 'text/html' }] } : {}), attachments: files }),
    ...kindFields(d.kind),
    ...(invites(d) ? { 'header:X-Chancery-Meeting:asText': meetingField(d.meeting) } : {}),
  }
}

function invites(d: Draft): d is Draft & { meeting: Meeting } {
  return d.kind?.kind === 'meeting-invitation' && d.meeting !== undefined
}

type Part = Record<string, unknown>

/** The calendar is one of the forms of the letter (RFC 6047 section 2.4), beside text and HTML. */
function invitation(rich: boolean, files: Partial<EmailBodyPart>[]): Part {
  const inline = rich ? files.filter((f) => f.cid) : []
  const html = { partId: 'html', type: 'text/html' }
  const forms: Part[] = [
    { partId: 'text', type: 'text/plain' },
    ...(rich ? [inline.length > 0 ? { type: 'multipart/related', subParts: [html, ...inline] } : html] : []),
    { partId: 'calendar', 'header:Content-Type:asRaw': ' text/calendar; method=REQUEST; charset=utf-8' },
  ]
  const alternative = { type: 'multipart/alternative', subParts: forms }
  const rest = files.filter((f) => !inline.includes(f))
  return rest.length > 0 ? { type: 'multipart/mixed', subParts: [alternative, ...rest] } : alternative
}

/** A picture that was taken out of the text again does not go along. */
function shown(d: Draft, f: DraftFile): boolean {
  return !f.cid || !d.rich || `${d.body}${d.quote}`.toLowerCase().includes(`cid:${f.cid.toLowerCase()}`)
}

function attachment(f: DraftFile): Partial<EmailBodyPart> {
  return { blobId: f.blobId ?? null, type: f.type || 'application/octet-stream', name: f.name, disposition: f.cid ? 'inline' : 'attachment', ...(f.cid ? { cid: f.cid } : {}) }
}

function orNull(list: EmailAddress[]): EmailAddress[] | null {
  const good = list.filter((a) => validAddress(a.email))
  return good.length > 0 ? good : null
}

// A mark of ours around the quote lets a draft be taken up again with the
// written part and the quote apart.
const QUOTE_MARK = '<div class="chancery-quote">'

const SIGNATURE_MARK = '<div class="chancery-signature">'

/** The signature as text, after the line that sets it off (RFC 3676 section 4.3). */
function textSignature(d: Draft, identity: Identity): string {
  const text = d.signed ? identity.textSignature || htmlToText(identity.htmlSignature) : ''
  return text ? `\n\n-- \n${text}` : ''
}

/** The signature as HTML, made from the text where there is no other. */
export function htmlSignature(identity: Identity): string {
  return identity.htmlSignature || (identity.textSignature ? textToHtml(identity.textSignature) : '')
}

function kindFields(k: DraftKind | undefined): Record<string, string> {
  if (!k) return {}
  return {
    'header:X-Chancery-Kind:asText': k.kind,
    ...(k.due ? { 'header:X-Chancery-Due:asText': instant(new Date(`${k.due}T23:59:59Z`)).toISOString().replace('.000', '') } : {}),
    ...(k.due && k.every ? { 'header:X-Chancery-Every:asText': k.every } : {}),
  }
}

function wholeHtml(d: Draft, identity: Identity): string {
  const signature = d.signed ? htmlSignature(identity) : ''
  return `<!doctype html><html><body>${d.body}${signature ? `${SIGNATURE_MARK}${signature}</div>` : ''}${d.quote ? `${QUOTE_MARK}${d.quote}</div>` : ''}</body></html>`
}

/** Takes a saved draft apart again. */
export function splitDraft(html: string): { body: string; quote: string; signed: boolean } {
  const inner = /<body[^>]*>([\s\S]*)<\/body>/i.exec(html)?.[1] ?? html
  const at = inner.indexOf(QUOTE_MARK)
  const own = at < 0 ? inner : inner.slice(0, at)
  const sign = own.indexOf(SIGNATURE_MARK)
  return {
    body: sign < 0 ? own : own.slice(0, sign),
    quote: at < 0 ? '' : inner.slice(at + QUOTE_MARK.length).replace(/<\/div>\s*$/, ''),
    signed: sign >= 0,
  }
}

// Not by instanceof: the nodes belong to the sealed window.
function isElement(node: Node): node is Element {
  return node.nodeType === Node.ELEMENT_NODE
}

const BLOCKS = new Set(['P', 'DIV', 'LI', 'TR', 'H1', 'H2', 'H3', 'H4', 'BLOCKQUOTE', 'PRE', 'UL', 'OL', 'TABLE', 'HR'])

/** The text of HTML, for the text/plain half and for changing to plain writing. */
export function htmlToText(html: string): string {
  const doc = parseSealed(html)
  doc.querySelectorAll('style, script').forEach((s) => s.remove())
  return blockText(doc.body).replace(/\n{3,}/g, '\n\n').trim()
}

function blockText(node: Node): string {
  let out = ''
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) out += (child.textContent ?? '').replace(/[ \t\r\n]+/g, ' ')
    else if (isElement(child)) {
      if (child.tagName === 'BR') out += '\n'
      else {
        const inner = blockText(child)
        if (child.tagName === 'BLOCKQUOTE') out += `\n${inner.trim().split('\n').map((l) => (l.startsWith('>') ? `>${l}` : `> ${l}`)).join('\n')}\n`
        else if (child.tagName === 'LI') out += `\n${child.parentElement?.tagName === 'OL' ? `${[...child.parentElement.children].indexOf(child) + 1}. ` : '- '}${inner.trim()}`
        else if (BLOCKS.has(child.tagName)) out += `${out && !out.endsWith('\n') ? '\n' : ''}${inner.trim()}\n${child.tagName === 'P' ? '\n' : ''}`
        else out += inner
      }
    }
  }
  return out
}

/** Makes a text safe to stand in HTML. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function textToHtml(text: string): string {
  const safe = escapeText(text)
  return safe.split(/\n{2,}/).map((p) => `<p>${p.replaceAll('\n', '<br>')}</p>`).join('')
}

/** Whether there is anything worth keeping. */
export function isBlank(d: Draft): boolean {
  return d.to.length + d.cc.length + d.bcc.length + d.files.length + (d.links?.length ?? 0) === 0 && !d.subject.trim() && !(d.rich ? htmlToText(d.body) : d.body).trim()
}

/** A Message-ID of ours, so that it stays the same over all saves of a draft. */
export function newMessageId(email: string): string {
  return `${crypto.randomUUID()}@${email.split('@')[1] ?? 'localhost'}`
}
