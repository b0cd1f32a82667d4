import type { Email, Identity, Mailbox, Thread } from '~/api/jmap'
import type { Deed } from './outbox'
import { isLocal, patched, type Args } from './patch'
import { answerPeople, type KeptPeople } from './people'
import { NotKept, Refused } from './refusal'

export { NotKept }

export type Invocation = [name: string, args: Args, id: string]

/** What is kept of one account. */
export interface Kept {
  accountId: string
  states: Record<string, string>
  mailboxes: Map<string, Mailbox>
  emails: Map<string, Email>
  threads: Map<string, Thread>
  identities: Identity[]
  people?: KeptPeople
}

/**
 * Answers JMAP calls from what is kept, as far as reading recent mail, looking
 * up people and writing need it. What is changed goes to `act`, to be done when
 * the line is back. A call that cannot be answered fails alone, so that a
 * shared mailbox does not keep the person from their own; when none can be, all
 * fail as without a line. `ready` has what was answered already, by call.
 */
export function answer(kept: Kept, calls: readonly Invocation[], act: (d: Deed) => void, ready: ReadonlyMap<string, Args> = new Map()): Invocation[] {
  const out: Invocation[] = []
  let lacking: NotKept | undefined
  for (const [name, raw, id] of calls) {
    try {
      out.push([name, ready.get(id) ?? method(kept, name, resolve(raw, out), act), id])
    } catch (e) {
      if (e instanceof Refused) out.push(['error', { type: e.type }, id])
      else if (e instanceof NotKept) {
        lacking = e
        out.push(['error', { type: 'notKept', description: e.message }, id])
      } else throw e
    }
  }
  if (lacking && out.every(([name, args]) => name === 'error' && args['type'] === 'notKept')) throw lacking
  return out
}

function method(k: Kept, name: string, args: Args, act: (d: Deed) => void): Args {
  const base = { accountId: k.accountId }
  const type = name.split('/')[0] ?? ''
  if (type === 'ContactCard' || type === 'AddressBook') {
    if (!k.people || k.people.accountId !== args['accountId']) throw new NotKept('these contacts')
    return answerPeople(k.people, name, args, act)
  }
  if (args['accountId'] !== undefined && args['accountId'] !== k.accountId) throw new NotKept('another account')
  const state = k.states[type] ?? ''
  const get = (records: ReadonlyMap<string, object>): Args => {
    const ids = (args['ids'] as string[] | null | undefined) ?? [...records.keys()]
    return { ...base, state, list: ids.map((i) => records.get(i)).filter((r) => r !== undefined), notFound: ids.filter((i) => !records.has(i)) }
  }
  switch (name) {
    case 'Mailbox/get':
      return get(k.mailboxes)
    case 'Thread/get':
      return get(k.threads)
    case 'Identity/get':
      return { ...base, state, list: k.identities, notFound: [] }
    case 'Email/get': {
      const wantsBody = (args['properties'] as string[] | undefined)?.includes('bodyValues')
      if (wantsBody && (args['ids'] as string[] | null)?.some((i) => k.emails.get(i)?.bodyValues === undefined)) throw new NotKept('a body')
      return get(k.emails)
    }
    case 'Mailbox/changes':
    case 'Email/changes':
    case 'Thread/changes':
      return { ...base, oldState: args['sinceState'], newState: args['sinceState'], hasMoreChanges: false, created: [], updated: [], destroyed: [], updatedProperties: null }
    case 'Email/query':
      return { ...base, ...query(k, args) }
    case 'Email/set':
      return { ...base, oldState: state, newState: state, ...setEmails(k, args, act) }
    case 'EmailSubmission/set':
      return { ...base, oldState: '', newState: '', ...submit(args, act) }
  }
  throw new NotKept(name)
}

function query(k: Kept, args: Args): Args {
  const filter = args['filter'] as Args | null
  let all = [...k.emails.values()].filter((e) => matches(e, filter)).toSorted((a, b) => b.receivedAt.localeCompare(a.receivedAt))
  if (args['collapseThreads']) {
    const seen = new Set<string>()
    all = all.filter((e) => !seen.has(e.threadId) && seen.add(e.threadId))
  }
  const from = Number(args['position'] ?? 0)
  const ids = all.slice(from, from + Number(args['limit'] ?? 50)).map((e) => e.id)
  return { queryState: `offline-${all.length}-${all[0]?.id ?? ''}`, canCalculateChanges: false, position: from, ids, total: all.length }
}

function matches(e: Email, f: Args | null | undefined): boolean {
  if (!f) return true
  if (typeof f['operator'] === 'string') {
    const parts = (f['conditions'] as Args[]).map((c) => matches(e, c))
    return f['operator'] === 'AND' ? parts.every(Boolean) : f['operator'] === 'OR' ? parts.some(Boolean) : !parts.some(Boolean)
  }
  const words = (list: readonly { name: string | null; email: string }[] | null | undefined): string => (list ?? []).map((a) => `${a.name ?? ''} ${a.email}`).join(' ')
  const has = (hay: string | null | undefined, needle: unknown): boolean => (hay ?? '').toLocaleLowerCase().includes(String(needle).toLocaleLowerCase())
  return Object.entries(f).every(([key, v]) => {
    switch (key) {
      case 'inMailbox': return e.mailboxIds[v as string] === true
      case 'inMailboxOtherThan': return Object.keys(e.mailboxIds).some((m) => !(v as string[]).includes(m))
      case 'hasKeyword': return e.keywords[v as string] === true
      case 'notKeyword': return e.keywords[v as string] !== true
      case 'hasAttachment': return e.hasAttachment === v
      case 'from': return has(words(e.from), v)
      case 'to': return has(words(e.to), v)
      case 'subject': return has(e.subject, v)
      case 'text':
      case 'body':
        return has(`${e.subject ?? ''} ${e.preview} ${words(e.from)} ${words(e.to)} ${Object.values(e.bodyValues ?? {}).map((b) => b.value).join(' ')}`, v)
      case 'before': return e.receivedAt < String(v)
      case 'after': return e.receivedAt >= String(v)
      default: throw new NotKept(`filter ${key}`)
    }
  })
}

function setEmails(k: Kept, args: Args, act: (d: Deed) => void): Args {
  const created: Record<string, Args> = {}
  for (const [c, email] of Object.entries((args['create'] ?? {}) as Record<string, Args>)) {
    const id = `local-${crypto.randomUUID()}`
    const threadId = `local-t-${id.slice(6)}`
    const bodyValues = (email['bodyValues'] ?? {}) as NonNullable<Email['bodyValues']>
    const text = Object.values(bodyValues)[0]?.value ?? ''
    const made = { ...email, id, threadId, blobId: id, size: text.length, receivedAt: new Date().toISOString(), sentAt: null, preview: text.replace(/<[^>]*>/g, ' ').trim().slice(0, 200), hasAttachment: Array.isArray(email['attachments']) && email['attachments'].length > 0, attachments: [], ...parts(email) } as unknown as Email
    k.emails.set(id, made)
    k.threads.set(threadId, { id: threadId, emailIds: [id] })
    act({ kind: 'create', id, email })
    created[c] = { id, threadId, blobId: id, size: text.length }
  }
  const updated: Record<string, null> = {}
  for (const [id, patch] of Object.entries((args['update'] ?? {}) as Record<string, Args>)) {
    const e = k.emails.get(id)
    if (e) k.emails.set(id, patched(e, patch))
    act({ kind: 'update', id, patch })
    updated[id] = null
  }
  const destroyed = (args['destroy'] ?? []) as string[]
  for (const id of destroyed) {
    k.emails.delete(id)
    act({ kind: 'destroy', id })
  }
  return { created, updated, destroyed, notCreated: null, notUpdated: null, notDestroyed: null }
}

/** The parts of a draft as a reader finds them: from bodyStructure or from textBody and htmlBody. */
function parts(email: Args): Pick<Email, 'textBody' | 'htmlBody'> {
  type Part = NonNullable<Email['textBody']>[number]
  const flat = (p: Part | undefined): Part[] => (!p ? [] : p.subParts ? p.subParts.flatMap(flat) : [p])
  const all = [...flat(email['bodyStructure'] as Part | undefined), ...((email['textBody'] ?? []) as Part[]), ...((email['htmlBody'] ?? []) as Part[])]
  const of = (type: string): Part[] => all.filter((p) => p.type === type)
  const [text, html] = [of('text/plain'), of('text/html')]
  return { textBody: text.length > 0 ? text : html, htmlBody: html.length > 0 ? html : text }
}

function submit(args: Args, act: (d: Deed) => void): Args {
  const created: Record<string, Args> = {}
  const patches = (args['onSuccessUpdateEmail'] ?? {}) as Record<string, Args>
  for (const [c, raw] of Object.entries((args['create'] ?? {}) as Record<string, Args>)) {
    const id = `local-s-${crypto.randomUUID()}`
    // Held back already by having no line; the server need not hold it again.
    const { envelope: _, ...create } = raw
    act({ kind: 'submit', id, emailId: String(raw['emailId']), create, onSuccess: patches[`#${c}`] ?? {} })
    created[c] = { id, undoStatus: 'pending', sendAt: new Date().toISOString() }
  }
  const updates = Object.keys((args['update'] ?? {}) as Args)
  if (updates.some((id) => !isLocal(id))) throw new NotKept('a submission of before')
  return { created, updated: Object.fromEntries(updates.map((id) => [id, null])), cancelled: updates, notCreated: null, notUpdated: null }
}

/** Result references (RFC 8620 section 3.7), as far as the client uses them. */
function resolve(args: Args, done: readonly Invocation[]): Args {
  const out: Args = {}
  for (const [key, v] of Object.entries(args)) {
    if (!key.startsWith('#')) {
      out[key] = v
      continue
    }
    const ref = v as { resultOf: string; name: string; path: string }
    const from = done.find((d) => d[2] === ref.resultOf && d[0] === ref.name)
    // What it would ask for is not known; an absent list would mean everything.
    if (!from) throw new NotKept(`the answer of ${ref.name}`)
    let now: unknown[] = [from[1]]
    let many = false
    for (const step of ref.path.split('/').slice(1)) {
      if (step === '*') {
        many = true
        now = now.flat()
      } else now = now.map((x) => (x as Record<string, unknown> | undefined)?.[step])
    }
    out[key.slice(1)] = many ? now.flat() : now[0]
  }
  return out
}
