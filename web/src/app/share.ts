import { takeParcel } from '~/kit/pwa/worker'
import { textToHtml, type Draft } from '~/rooms/mail/compose/draft'
import { holdFiles, keepUnsaved } from '~/rooms/mail/compose/start'

/** What another program shares, or a mailto: address, becomes a letter begun; the room takes it up. */
export async function takeShared(rich: boolean): Promise<void> {
  if (location.pathname !== '/share') return
  const q = new URLSearchParams(location.search)
  const parcel = q.get('parcel')
  if (parcel) holdFiles(await takeParcel(parcel))
  const draft = begun(q, rich)
  history.replaceState(null, '', '/')
  keepUnsaved({ how: 'resume', draft, emailId: null })
}

/** The draft for the parameters of /share (Web Share Target, RFC 6068 for mailto). */
export function begun(q: URLSearchParams, rich: boolean): Draft {
  const mailto = parseMailto(q.get('mailto') ?? '')
  const text = [q.get('text'), q.get('url'), mailto.body].filter((s): s is string => Boolean(s)).join('\n\n').slice(0, 100_000)
  return {
    identityId: '', to: mailto.to, cc: mailto.cc, bcc: [],
    subject: (q.get('title') ?? mailto.subject ?? '').slice(0, 500),
    rich, body: rich ? textToHtml(text) : text, quote: '', files: [], inReplyTo: null, references: null,
  }
}

function parseMailto(url: string): { to: Draft['to']; cc: Draft['to']; subject?: string; body?: string } {
  if (!/^mailto:/i.test(url)) return { to: [], cc: [] }
  const [list, query] = url.slice(7).split('?', 2)
  const q = new URLSearchParams((query ?? '').replaceAll('+', '%2B')) // a plus is a plus in mailto
  const people = (s: string): Draft['to'] => s.split(',').map((x) => decode(x).trim()).filter(Boolean).slice(0, 100).map((email) => ({ name: null, email }))
  return { to: [...people(list ?? ''), ...people(q.get('to') ?? '')], cc: people(q.get('cc') ?? ''), subject: q.get('subject') ?? undefined, body: q.get('body') ?? undefined }
}

function decode(s: string): string {
  try {
    return decodeURIComponent(s)
  } catch {
    return s
  }
}
