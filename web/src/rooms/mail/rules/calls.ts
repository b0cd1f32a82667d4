import type { Email, GetResponse, SetError, SetResponse } from '~/api/jmap'
import type { MailRules, OutsideReply, Rule, RulesRunAnswer, RulesTestAnswer, SieveScript, UploadAnswer, VacationResponse } from '~/api/types.gen'
import { protocolError } from '~/kit/sync/errors'
import type { MailAccount } from '../account'
import { blobUrl } from '../blobs'
import type { MailEngine } from '../engine'

/** Whose rules: an account of an engine. */
export interface Place {
  engine: MailEngine
  account: MailAccount
}

function check(e: SetError | undefined): void {
  if (e) throw protocolError(e.type, e.description)
}

async function setOne<T>({ engine, account }: Place, type: string, patch: Record<string, unknown>): Promise<void> {
  const r = await engine.transport.call<SetResponse<T>>(`${type}/set`, { accountId: account.id, update: { singleton: patch } })
  check(r.notUpdated?.['singleton'])
}

export async function getRules({ engine, account }: Place): Promise<MailRules> {
  const r = await engine.transport.call<GetResponse<MailRules>>('MailRules/get', { accountId: account.id, ids: null })
  const one = r.list[0]
  if (!one) throw protocolError('notFound')
  return one
}

export const setRules = (p: Place, patch: Partial<Pick<MailRules, 'rules' | 'isActive'>>): Promise<void> => setOne(p, 'MailRules', patch)

export interface Tried {
  looked: number
  emails: Email[]
  matched: number
}

/** Which of the newest letters of a folder rules would act on. */
export async function tryRules({ engine, account }: Place, mailboxId: string, rules: Rule[]): Promise<Tried> {
  const group = engine.transport.group()
  const test = group.add<RulesTestAnswer>('MailRules/test', { accountId: account.id, mailboxId, rules, limit: 100 })
  const got = group.add<GetResponse<Email>>('Email/get', { accountId: account.id, '#ids': test.ref('/matches/*/emailId'), properties: ['id', 'from', 'subject', 'receivedAt'] })
  const [a, e] = await Promise.all([test.result, got.result])
  return { looked: a.looked, matched: a.matches.length, emails: e.list }
}

/** Applies saved rules to a part of a folder; the answer says where to go on. */
export function runRules({ engine, account }: Place, mailboxId: string, ruleIds: string[] | null, after: string | null): Promise<RulesRunAnswer> {
  return engine.transport.call<RulesRunAnswer>('MailRules/run', { accountId: account.id, mailboxId, ruleIds, after, limit: 50 })
}

export async function getScripts({ engine, account }: Place): Promise<SieveScript[]> {
  return (await engine.transport.call<GetResponse<SieveScript>>('SieveScript/get', { accountId: account.id, ids: null })).list
}

export async function scriptText({ engine, account }: Place, blobId: string): Promise<string> {
  const res = await fetch(blobUrl(engine, account, blobId, 'script.sieve', 'text/plain'))
  if (!res.ok) throw protocolError('notFound')
  return res.text()
}

async function upload({ engine, account }: Place, text: string): Promise<string> {
  const url = engine.session.uploadUrl.replace('{accountId}', encodeURIComponent(account.id))
  const res = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sieve' }, body: text })
  if (!res.ok) throw protocolError('serverFail')
  return ((await res.json()) as UploadAnswer).blobId
}

/** What is wrong with a script, as the server says it; empty when nothing is. */
export async function validate(p: Place, text: string): Promise<string> {
  const r = await p.engine.transport.call<{ error: SetError | null }>('SieveScript/validate', { accountId: p.account.id, blobId: await upload(p, text) })
  return r.error?.description ?? ''
}

/** Saves a script and lets it run; the rules are off from then on. */
export async function saveScript(p: Place, id: string | null, name: string, text: string): Promise<void> {
  const blobId = await upload(p, text)
  const change = id ? { update: { [id]: { blobId } }, onSuccessActivateScript: id } : { create: { k: { name, blobId } }, onSuccessActivateScript: '#k' }
  const r = await p.engine.transport.call<SetResponse<SieveScript>>('SieveScript/set', { accountId: p.account.id, ...change })
  check(r.notCreated?.['k'] ?? (id ? r.notUpdated?.[id] : undefined))
}

export type Away = VacationResponse & { outside: OutsideReply }

const awayProperties = ['id', 'isEnabled', 'fromDate', 'toDate', 'subject', 'textBody', 'outside']

export async function getAway({ engine, account }: Place): Promise<Away> {
  const r = await engine.transport.call<GetResponse<Away>>('VacationResponse/get', { accountId: account.id, ids: null, properties: awayProperties })
  const one = r.list[0]
  if (!one) throw protocolError('notFound')
  return one
}

export const setAway = (p: Place, patch: Partial<Away>): Promise<void> => setOne(p, 'VacationResponse', patch)
