import { CORE, MAIL, SUBMISSION, type Email, type EmailBodyPart, type EmailFilter, type Filter, type Session } from '~/api/jmap'
import { applyPatch, type EmailPatch } from '~/rooms/mail/patch'
import { countAll, makeOffice, type Office } from './office'

type Args = Record<string, unknown>
type Call = [name: string, args: Args, id: string]
class Refusal extends Error {}

/**
 * FakeJmap answers the methods the client uses from memory. It is for tests
 * and for work on the client alone; whether the client speaks JMAP rightly is
 * proved against the real server.
 */
export class FakeJmap {
  readonly office: Office
  private state = 1
  private log: { at: number; type: string; id: string; kind: 'created' | 'updated' | 'destroyed' }[] = []
  private snapshots = new Map<string, string[]>()
  private listeners = new Set<(state: number) => void>()
  private serial = 0
  requests: Call[][] = []
  /** Set by tests: refuse the next Email/set with this error type. */
  refuseNextSet: string | null = null
  readonly accountId = 'a1'

  constructor(now = Date.now(), extra = 0) {
    this.office = makeOffice(now, extra)
  }

  session(base: string): Session {
    return {
      capabilities: { [CORE]: { maxCallsInRequest: 32, maxObjectsInSet: 500, maxSizeUpload: 50_000_000 }, [MAIL]: {}, [SUBMISSION]: {} },
      accounts: { a1: { name: 'lin.yating@mingchuan.example', isPersonal: true, isReadOnly: false, accountCapabilities: { [CORE]: {}, [MAIL]: {}, [SUBMISSION]: { maxDelayedSend: 0 } } } },
      primaryAccounts: { [CORE]: 'a1', [MAIL]: 'a1', [SUBMISSION]: 'a1' },
      username: 'lin.yating@mingchuan.example',
      apiUrl: `${base}/jmap/api`,
      downloadUrl: `${base}/jmap/download/{accountId}/{blobId}/{name}?type={type}`,
      uploadUrl: `${base}/jmap/upload/{accountId}`,
      eventSourceUrl: `${base}/jmap/events?types={types}&closeafter={closeafter}&ping={ping}`,
      state: 's1',
    }
  }

  onState(fn: (state: number) => void): () => void {
    this.listeners.add(fn)
    return () => this.listeners.delete(fn)
  }

  get current(): string {
    return String(this.state)
  }

  /** Puts a new message into the inbox, as a delivery would. */
  deliver(subject: string, text: string): string {
    const like = [...this.office.emails.values()][0] as Email
    const id = `n${this.serial++}`
    const e: Email = { ...like, id, threadId: `tn${id}`, subject, preview: text, keywords: {}, mailboxIds: { inbox: true }, hasAttachment: false, attachments: [], receivedAt: new Date().toISOString().replace(/\.\d+Z$/, 'Z'), messageId: [`${id}@x.example`], inReplyTo: null, references: null, bodyValues: { 1: { value: text, isEncodingProblem: false, isTruncated: false } } }
    this.office.emails.set(id, e)
    this.office.threads.set(e.threadId, [id])
    this.bump([['Email', id, 'created'], ['Thread', e.threadId, 'created']])
    return id
  }

  private bump(changes: [type: string, id: string, kind: 'created' | 'updated' | 'destroyed'][]): void {
    this.state++
    for (const [type, id, kind] of changes) this.log.push({ at: this.state, type, id, kind })
    countAll(this.office)
    for (const id of this.office.mailboxes.keys()) this.log.push({ at: this.state, type: 'Mailbox', id, kind: 'updated' })
    this.listeners.forEach((fn) => fn(this.state))
  }

  /** Answers one API request. */
  handle(calls: Call[]): Call[] {
    this.requests.push(calls)
    const out: Call[] = []
    for (const [name, raw, id] of calls) {
      try {
        out.push([name, this.method(name, resolve(raw, out)), id])
        if (name === 'EmailSubmission/set') this.afterSubmission(raw, out)
      } catch (e) {
        out.push(['error', { type: e instanceof Refusal ? e.message : 'serverFail', description: String(e) }, id])
      }
    }
    return out
  }

  private method(name: string, a: Args): Args {
    const base = { accountId: a['accountId'] }
    switch (name) {
      case 'Mailbox/get': return { ...base, ...this.get(this.office.mailboxes, a) }
      case 'Thread/get': return { ...base, ...this.get(new Map([...this.office.threads].map(([id, emailIds]) => [id, { id, emailIds }])), a) }
      case 'Email/get': return { ...base, ...this.get(this.office.emails, a) }
      case 'Identity/get': return { ...base, state: '1', list: this.office.identities, notFound: [] }
      case 'Mailbox/changes': return { ...base, ...this.changes('Mailbox', a), updatedProperties: null }
      case 'Email/changes': return { ...base, ...this.changes('Email', a) }
      case 'Thread/changes': return { ...base, ...this.changes('Thread', a) }
      case 'Email/query': return { ...base, ...this.query(a) }
      case 'Email/queryChanges': return { ...base, ...this.queryChanges(a) }
      case 'Email/set': return { ...base, ...this.set(a) }
      case 'EmailSubmission/set': return { ...base, ...this.submit(a) }
      case 'SearchSnippet/get': return { ...base, ...this.snippets(a) }
      default: throw new Refusal('unknownMethod')
    }
  }

  private get<T extends { id: string }>(from: Map<string, T>, a: Args): Args {
    const ids = a['ids'] as string[] | null
    const props = a['properties'] as string[] | undefined
    const found = (ids ?? [...from.keys()]).map((id) => from.get(id)).filter((x): x is T => x !== undefined)
    const list = found.map((o) => (props ? Object.fromEntries(Object.entries(o).filter(([k]) => k === 'id' || props.includes(k))) : o))
    return { state: this.current, list, notFound: (ids ?? []).filter((id) => !from.has(id)) }
  }

  private changes(type: string, a: Args): Args {
    const since = Number(a['sinceState'])
    const kinds = { created: new Set<string>(), updated: new Set<string>(), destroyed: new Set<string>() }
    for (const l of this.log) if (l.at > since && l.type === type) kinds[l.kind].add(l.id)
    for (const id of kinds.created) kinds.updated.delete(id)
    return { oldState: a['sinceState'], newState: this.current, hasMoreChanges: false, created: [...kinds.created], updated: [...kinds.updated], destroyed: [...kinds.destroyed] }
  }

  private matching(a: Args): string[] {
    const sorted = [...this.office.emails.values()]
      .filter((e) => matches(e, (a['filter'] ?? {}) as Filter))
      .sort((x, y) => (x.receivedAt < y.receivedAt ? 1 : x.receivedAt > y.receivedAt ? -1 : 0))
    if (!a['collapseThreads']) return sorted.map((e) => e.id)
    const seen = new Set<string>()
    return sorted.filter((e) => !seen.has(e.threadId) && seen.add(e.threadId)).map((e) => e.id)
  }

  private query(a: Args): Args {
    const key = JSON.stringify([this.state, a['filter'], a['collapseThreads']])
    const ids = this.snapshots.get(key) ?? this.matching(a)
    this.snapshots.set(key, ids)
    const position = Number(a['position'] ?? 0)
    return { queryState: this.current, canCalculateChanges: true, position, ids: ids.slice(position, position + Number(a['limit'] ?? 50)), total: ids.length }
  }

  private queryChanges(a: Args): Args {
    const before = this.snapshots.get(JSON.stringify([Number(a['sinceQueryState']), a['filter'], a['collapseThreads']]))
    if (!before) throw new Refusal('cannotCalculateChanges')
    const after = this.matching(a)
    this.snapshots.set(JSON.stringify([this.state, a['filter'], a['collapseThreads']]), after)
    const was = new Set(before)
    const is = new Set(after)
    return {
      oldQueryState: a['sinceQueryState'], newQueryState: this.current, total: after.length,
      removed: before.filter((id) => !is.has(id)),
      added: after.map((id, index) => ({ id, index })).filter(({ id }) => !was.has(id)),
    }
  }

  private set(a: Args): Args {
    if (this.refuseNextSet) {
      const type = this.refuseNextSet
      this.refuseNextSet = null
      throw new Refusal(type)
    }
    const changes: [string, string, 'created' | 'updated' | 'destroyed'][] = []
    const updated: Record<string, null> = {}
    const created: Record<string, Args> = {}
    for (const [id, patch] of Object.entries((a['update'] ?? {}) as Record<string, EmailPatch>)) {
      const e = this.office.emails.get(id)
      if (!e) continue
      this.office.emails.set(id, applyPatch(e, patch))
      updated[id] = null
      changes.push(['Email', id, 'updated'])
    }
    for (const [cid, e] of Object.entries((a['create'] ?? {}) as Record<string, Email>)) {
      const made = this.create(e)
      created[cid] = { id: made.id, threadId: made.threadId, blobId: made.blobId, size: made.size }
      changes.push(['Email', made.id, 'created'], ['Thread', made.threadId, 'updated'])
    }
    for (const id of (a['destroy'] ?? []) as string[]) {
      const e = this.office.emails.get(id)
      if (!e) continue
      this.office.emails.delete(id)
      this.office.threads.set(e.threadId, (this.office.threads.get(e.threadId) ?? []).filter((x) => x !== id))
      changes.push(['Email', id, 'destroyed'], ['Thread', e.threadId, 'updated'])
    }
    const oldState = this.current
    this.bump(changes)
    return { oldState, newState: this.current, created, updated, destroyed: a['destroy'] ?? [] }
  }

  private create(e: Email): Email {
    const id = `m${this.serial++}`
    const parent = e.inReplyTo ? [...this.office.emails.values()].find((x) => x.messageId?.some((m) => e.inReplyTo?.includes(m))) : undefined
    const threadId = parent?.threadId ?? `tm${id}`
    const text = Object.values(e.bodyValues ?? {})[0]?.value ?? ''
    const parts = (e as unknown as { bodyStructure?: EmailBodyPart }).bodyStructure
    const files = collect(parts).filter((p) => p.blobId)
    const first = collect(parts).filter((p) => p.partId && p.type.startsWith('text/'))
    const full: Email = {
      ...e, id, threadId, blobId: `${id}-m`, size: text.length + 500, preview: text.slice(0, 200), hasAttachment: files.length > 0, attachments: files,
      keywords: e.keywords ?? {}, receivedAt: new Date().toISOString().replace(/\.\d+Z$/, 'Z'), sentAt: null, messageId: [`${id}@mingchuan.example`],
      htmlBody: first.slice(-1), textBody: first.slice(0, 1),
    }
    this.office.emails.set(id, full)
    this.office.threads.set(threadId, [...(this.office.threads.get(threadId) ?? []), id])
    return full
  }

  private submit(a: Args): Args {
    const created = Object.fromEntries(Object.keys((a['create'] ?? {}) as Args).map((k) => [k, { id: `s${this.serial++}`, undoStatus: 'final', sendAt: new Date().toISOString() }]))
    return { oldState: '1', newState: '2', created, updated: a['update'] ?? null }
  }

  private afterSubmission(a: Args, out: Call[]): void {
    const create = (a['create'] ?? {}) as Record<string, { emailId: string }>
    for (const [ref, patch] of Object.entries((a['onSuccessUpdateEmail'] ?? {}) as Record<string, EmailPatch>)) {
      let id = create[ref.slice(1)]?.emailId
      for (const o of out) if (id?.startsWith('#')) id = (o[1]['created'] as Record<string, { id: string }> | undefined)?.[id.slice(1)]?.id ?? id
      if (id) this.set({ update: { [id]: patch } })
    }
  }

  private snippets(a: Args): Args {
    const word = ((a['filter'] ?? {}) as EmailFilter).text ?? ''
    const mark = (s: string): string => escape(s).split(escape(word)).join(`<mark>${escape(word)}</mark>`)
    const list = ((a['emailIds'] ?? []) as string[]).map((id) => {
      const e = this.office.emails.get(id)
      return { emailId: id, subject: word && e?.subject?.includes(word) ? mark(e.subject) : null, preview: word && e?.preview.includes(word) ? mark(e.preview) : null }
    })
    return { list, notFound: [] }
  }
}

function escape(s: string): string {
  return s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function collect(p: EmailBodyPart | undefined): EmailBodyPart[] {
  return p ? [p, ...(p.subParts ?? []).flatMap(collect)] : []
}

function matches(e: Email, f: Filter): boolean {
  if ('operator' in f) {
    const each = f.conditions.map((c) => matches(e, c))
    return f.operator === 'AND' ? each.every(Boolean) : f.operator === 'OR' ? each.some(Boolean) : !each.some(Boolean)
  }
  const has = (s: string | null | undefined, w: string): boolean => (s ?? '').toLowerCase().includes(w.toLowerCase())
  const people = (l: Email['from']): string => (l ?? []).map((p) => `${p.name} ${p.email}`).join(' ')
  const body = Object.values(e.bodyValues ?? {}).map((v) => v.value).join(' ')
  return (
    (!f.inMailbox || e.mailboxIds[f.inMailbox] === true) &&
    !(f.inMailboxOtherThan && Object.keys(e.mailboxIds).every((b) => f.inMailboxOtherThan?.includes(b))) &&
    (!f.hasKeyword || e.keywords[f.hasKeyword] === true) && (!f.notKeyword || !e.keywords[f.notKeyword]) &&
    (f.hasAttachment == null || e.hasAttachment === f.hasAttachment) &&
    (!f.from || has(people(e.from), f.from)) && (!f.to || has(people(e.to), f.to)) && (!f.subject || has(e.subject, f.subject)) &&
    (!f.before || e.receivedAt < f.before) && (!f.after || e.receivedAt >= f.after) &&
    (!f.text || has(`${e.subject} ${people(e.from)} ${people(e.to)} ${body}`, f.text))
  )
}

// Result references, RFC 8620 section 3.7, as far as the client uses them.
function resolve(args: Args, done: Call[]): Args {
  const out: Args = {}
  for (const [k, v] of Object.entries(args)) {
    if (!k.startsWith('#')) out[k] = v
    else {
      const ref = v as { resultOf: string; path: string }
      const source = done.find((d) => d[2] === ref.resultOf)
      if (!source || source[0] === 'error') throw new Refusal('invalidResultReference')
      out[k.slice(1)] = [...new Set([walk(source[1], ref.path.split('/').slice(1))].flat())]
    }
  }
  return out
}

function walk(value: unknown, path: string[]): unknown {
  const [head, ...rest] = path
  if (head === undefined) return value
  if (head === '*') return (value as unknown[]).flatMap((v) => walk(v, rest))
  return walk((value as Args)[head], rest)
}
