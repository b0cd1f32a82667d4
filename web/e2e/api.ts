import type { Desk } from './harness'

type Call = [string, Record<string, unknown>, string]

/** The server as another program sees it, for setting a scene and for checking what came of it. */
export class Api {
  private accountId = ''

  constructor(
    private readonly url: string,
    private readonly address: string,
    private readonly password: string,
  ) {}

  static of(desk: Desk): Api {
    return new Api(desk.url, desk.address, desk.password)
  }

  private headers(type: string): Record<string, string> {
    return { Authorization: `Basic ${Buffer.from(`${this.address}:${this.password}`).toString('base64')}`, 'Content-Type': type }
  }

  async account(): Promise<string> {
    if (this.accountId) return this.accountId
    const s = (await (await fetch(`${this.url}/.well-known/jmap`, { headers: this.headers('application/json') })).json()) as { primaryAccounts: Record<string, string> }
    this.accountId = s.primaryAccounts['urn:ietf:params:jmap:mail'] ?? ''
    return this.accountId
  }

  async call<T>(name: string, args: Record<string, unknown>): Promise<T> {
    const accountId = await this.account()
    const calls: Call[] = [[name, { accountId, ...args }, '0']]
    const using = ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail', 'urn:ietf:params:jmap:submission', 'urn:ietf:params:jmap:contacts', ...['admin', 'directory', 'preferences', 'templates', 'requests', 'rules', 'rulebook'].map((x) => `urn:chancery:params:jmap:${x}`)]
    const res = await fetch(`${this.url}/jmap/api`, { method: 'POST', headers: this.headers('application/json'), body: JSON.stringify({ using, methodCalls: calls }) })
    const { methodResponses } = (await res.json()) as { methodResponses: Call[] }
    const answer = methodResponses[0]
    if (!answer || answer[0] === 'error') throw new Error(`${name}: ${JSON.stringify(answer?.[1])}`)
    return answer[1] as T
  }

  async box(role: string): Promise<string> {
    const r = await this.call<{ list: { id: string; role: string | null }[] }>('Mailbox/get', { ids: null })
    const found = r.list.find((m) => m.role === role)
    if (!found) throw new Error(`no folder with the role ${role}`)
    return found.id
  }

  /** Puts a message as it stands into a folder, as if it had been delivered. */
  async deliver(message: string, role = 'inbox', keywords: Record<string, true> = {}): Promise<string> {
    return this.deliverBytes(Buffer.from(message.replace(/\r?\n/g, '\r\n')), role, keywords)
  }

  async deliverBytes(message: Uint8Array, role = 'inbox', keywords: Record<string, true> = {}): Promise<string> {
    const accountId = await this.account()
    const up = await fetch(`${this.url}/jmap/upload/${accountId}/`, { method: 'POST', headers: this.headers('message/rfc822'), body: Buffer.from(message) })
    const { blobId } = (await up.json()) as { blobId: string }
    const r = await this.call<{ created: Record<string, { id: string }> | null; notCreated: unknown }>('Email/import', {
      emails: { m: { blobId, mailboxIds: { [await this.box(role)]: true }, keywords, receivedAt: new Date().toISOString().replace(/\.\d+Z$/, 'Z') } },
    })
    const id = r.created?.['m']?.id
    if (!id) throw new Error(`import: ${JSON.stringify(r.notCreated)}`)
    return id
  }

  async thread(emailId: string): Promise<string> {
    const r = await this.call<{ list: { threadId: string }[] }>('Email/get', { ids: [emailId], properties: ['threadId'] })
    return r.list[0]?.threadId ?? ''
  }

  async find(filter: Record<string, unknown>): Promise<{ id: string; subject: string; keywords: Record<string, true>; mailboxIds: Record<string, true>; hasAttachment: boolean; preview: string; inReplyTo: string[] | null; references: string[] | null }[]> {
    const q = await this.call<{ ids: string[] }>('Email/query', { filter, sort: [{ property: 'receivedAt', isAscending: false }] })
    const g = await this.call<{ list: never[] }>('Email/get', { ids: q.ids, properties: ['id', 'subject', 'keywords', 'mailboxIds', 'hasAttachment', 'preview', 'inReplyTo', 'references'] })
    return g.list
  }
}

let serial = 0

/** A message of one's own, with headers as given. */
export function letter(subject: string, body: string, headers: Record<string, string> = {}): string {
  const all = {
    From: 'Visitor <visitor@outside.example>',
    To: 'someone@mingchuan.example',
    Date: new Date().toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<e2e-${Date.now()}-${serial++}@outside.example>`,
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
    ...headers,
    Subject: subject,
  }
  return `${Object.entries(all).map(([k, v]) => `${k}: ${v}`).join('\n')}\n\n${body}\n`
}

/** Waits until something is so. */
export async function until<T>(look: () => Promise<T | undefined | false>, what: string, ms = 15_000): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`not so after ${ms} ms: ${what}`)
    await new Promise((r) => setTimeout(r, 150))
  }
}
