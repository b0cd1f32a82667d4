import { useCallback, useEffect, useState } from 'react'
import { ADMIN, APPLICATIONS, type AdminCapability, type Category, type Holding, type LockedAccount, type Person, type PersonMade, type PersonRecord, type ServiceLevel, type SetResponse, type Unit, type UnlockAnswer, type Visibility } from '~/api/jmap'
import type { RoomProps } from '~/app/rooms'
import { language, t, type Key } from '~/kit/i18n'
import { asSyncError, protocolError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'

export type Duty = 'unlock' | 'accounts' | 'people' | 'units' | 'system' | 'security' | 'record'

/** What every screen of the console knows of the organisation. */
export interface Office {
  units: Unit[]
  levels: ServiceLevel[]
  categories: Category[]
}

type Changes = { create?: Record<string, object>; update?: Record<string, object>; destroy?: string[] }

/** The calls of the console; all are about the person's own account. */
export function adminApi(engine: RoomProps['engine']) {
  const accountId = engine.session.primaryAccounts[ADMIN] ?? engine.accounts[0]?.id ?? ''
  const mine = engine.session.accounts[accountId]?.accountCapabilities[ADMIN] as unknown as AdminCapability
  const call = <T,>(name: string, args: object = {}): Promise<T> => engine.transport.call<T>(name, { accountId, ...args })
  const list = async <T,>(type: string): Promise<T[]> => (await call<{ list: T[] }>(`${type}/get`, { ids: null })).list
  const set = async (type: string, changes: Changes): Promise<SetResponse<{ password?: string | null }>> => {
    const a = await call<SetResponse<{ password?: string | null }>>(`${type}/set`, changes)
    const [bad] = [a.notCreated, a.notUpdated, a.notDestroyed].flatMap((x) => Object.values(x ?? {}))
    if (bad) throw protocolError(bad.type, bad.description)
    return a
  }
  return {
    engine,
    mine,
    office: async (): Promise<Office> => {
      const [units, levels, categories] = await Promise.all([list<Unit>('Unit'), list<ServiceLevel>('ServiceLevel'), list<Category>('Category')])
      return { units, levels, categories }
    },
    people: async (filter: object, position = 0, limit = PAGE): Promise<{ people: PersonRecord[]; total: number }> => {
      const q = await call<{ ids: string[]; total?: number }>('PersonRecord/query', { filter, position, limit, calculateTotal: true })
      const got = q.ids.length === 0 ? { list: [] } : await call<{ list: PersonRecord[] }>('PersonRecord/get', { ids: q.ids })
      return { people: got.list, total: q.total ?? 0 }
    },
    names: async (ids: string[]) => (ids.length === 0 ? [] : (await call<{ list: Person[] }>('Person/get', { ids })).list),
    addPerson: async (fields: object) => (await set('Person', { create: { new: fields } })).created?.['new'] as unknown as PersonMade,
    roles: () => list<Holding>('Role'),
    rules: () => list<Visibility>('Visibility'),
    queue: () => list<LockedAccount>('LockedAccount'),
    /** How many applications wait for the person. */
    applications: async (): Promise<number> => (APPLICATIONS in (engine.session.accounts[accountId]?.accountCapabilities ?? {}) ? (await list('Application')).length : 0),
    leave: (id: string, successor: string | null) => call<object>('Person/leave', { id, successor }),
    unlock: (id: string, how: { newPassword: boolean; forgetFactors: boolean }) => call<UnlockAnswer>('LockedAccount/unlock', { id, ...how }),
    dismiss: (id: string) => call<object>('LockedAccount/dismiss', { id }),
    set,
    call,
    /** What the account says of a capability; undefined where it is not offered. */
    offer: (capability: string) => engine.session.accounts[accountId]?.accountCapabilities[capability],
    offered: (capability: string): boolean => capability in (engine.session.accounts[accountId]?.accountCapabilities ?? {}),
  }
}

export const PAGE = 100
export type AdminApi = ReturnType<typeof adminApi>

/** Reads something, and anew by `reload`. */
export function useLoad<T>(read: () => Promise<T>): { data: T | null; error: unknown; reload: () => void } {
  const [data, setData] = useState<T | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    let stale = false
    read().then((d) => { if (!stale) { setData(d); setError(null) } }, (e: unknown) => { if (!stale) setError(e) })
    return () => { stale = true }
  }, [read, turn])
  return { data, error, reload: useCallback(() => setTurn((n) => n + 1), []) }
}

/** A name in the person's language, else in any. */
export function nameIn(names: Record<string, string> | undefined): string {
  return names?.[language()] || Object.values(names ?? {}).find(Boolean) || '—'
}

/** A unit with those above it, topmost left out where there are others. */
export function unitPath(units: readonly Unit[], id: string | null): string {
  const path: string[] = []
  for (let u = units.find((x) => x.id === id); u && path.length < 50; u = units.find((x) => x.id === u?.parentId)) path.unshift(nameIn(u.names))
  return (path.length > 1 ? path.slice(1) : path).join(' › ')
}

/** How far below the top a unit stands. */
export function depth(units: readonly Unit[], u: Unit): number {
  let n = 0
  for (let at: Unit | undefined = u; at?.parentId && n < 50; n++) at = units.find((x) => x.id === at?.parentId)
  return n
}

/** Whether the person has a duty on a unit; null is the whole organisation. */
export function may(mine: AdminCapability, duty: Duty, units: readonly Unit[], unit: string | null): boolean {
  if (mine.duties.includes(duty)) return true
  for (let at = unit, n = 0; at && n < 50; n++) {
    if (mine.units[at]?.includes(duty)) return true
    at = units.find((x) => x.id === at)?.parentId ?? null
  }
  return false
}

/** Whether they have a duty anywhere. */
export function anywhere(mine: AdminCapability, duty: Duty): boolean {
  return mine.duties.includes(duty) || Object.values(mine.units).some((d) => d?.includes(duty))
}

const refusals: Record<string, Key> = {
  forbidden: 'console.error.forbidden', ownRole: 'console.error.ownRole', ownLock: 'console.error.ownLock', holdsRole: 'console.error.holdsRole',
  rolesExclude: 'console.error.rolesExclude', lastSecurity: 'console.error.lastSecurity', unitHasContents: 'console.error.unitHasContents',
  levelInUse: 'console.error.levelInUse', alreadyExists: 'console.error.exists', invalidProperties: 'console.error.invalid', notFound: 'console.error.gone',
}

/** What happened and what to do. */
export function refusal(e: unknown): string {
  const error = asSyncError(e)
  const key = refusals[error.type]
  return key ? t(key) : errorText(t, error)
}

const acts: Record<string, Key> = {
  'person.add': 'console.act.personAdd', 'person.change': 'console.act.personChange', 'person.remove': 'console.act.personRemove',
  'unit.add': 'console.act.unitAdd', 'unit.change': 'console.act.unitChange', 'unit.remove': 'console.act.unitRemove',
  'role.grant': 'console.act.roleGrant', 'role.revoke': 'console.act.roleRevoke', 'visibility.change': 'console.act.rules',
  'level.add': 'console.act.levelAdd', 'level.change': 'console.act.levelChange', 'level.remove': 'console.act.levelRemove',
  'category.add': 'record.act.categoryAdd', 'category.change': 'record.act.categoryChange', 'category.remove': 'record.act.categoryRemove',
  'feed.add': 'console.act.feedAdd', 'feed.remove': 'console.act.feedRemove', 'feed.plan': 'console.act.feedPlan', 'feed.apply': 'console.act.feedApply',
  'feed.rollback': 'console.act.feedRollback', 'feed.look': 'console.act.feedLook', 'account.address': 'console.act.accountAddress',
  'account.add': 'console.act.accountAdd', 'account.lock': 'console.act.lock', 'account.unlock': 'console.act.unlock',
  'account.password': 'console.act.password', 'account.ask': 'life.act.ask', 'account.dismiss': 'life.act.dismiss', 'account.handover': 'life.act.handover',
  'password.ask': 'life.act.resetAsk', 'password.reset': 'life.act.reset', 'second-address.ask': 'life.act.secondAsk', 'second-address.add': 'life.act.secondAdd', 'second-address.remove': 'life.act.secondRemove', 'record.read': 'console.act.record', 'access.look': 'access.act.look', 'access.end': 'access.act.end', 'means.look': 'means.act.look', 'means.change': 'means.act.change', 'certificate.look': 'means.act.certLook', 'record.export': 'record.act.export', 'record.check': 'record.act.check', 'record.upgrade': 'record.act.upgrade',
  'rule.preview': 'console.act.rulePreview', 'application.send': 'console.act.applySend', 'application.prove': 'console.act.applyProve', 'application.look': 'console.act.applyLook', 'application.approve': 'console.act.applyApprove', 'application.refuse': 'console.act.applyRefuse', 'application.forget': 'console.act.applyForget',
  'parcel.make': 'record.act.parcelMake', 'parcel.open': 'record.act.parcelOpen', 'parcel.fetch': 'record.act.parcelFetch', 'parcel.extend': 'record.act.parcelExtend', 'parcel.relabel': 'record.act.parcelRelabel', 'parcel.close': 'record.act.parcelClose', 'parcel.expire': 'record.act.parcelExpire', 'parcel.remove': 'record.act.parcelRemove',
  'regulation.draft': 'record.act.ruleDraft', 'regulation.change': 'record.act.ruleChange', 'regulation.remove': 'record.act.ruleRemove', 'regulation.publish': 'record.act.rulePublish', 'regulation.withdraw': 'record.act.ruleWithdraw',
  'regulation.accept': 'record.act.ruleAccept', 'regulation.remind': 'record.act.ruleRemind', 'regulation.export': 'record.act.ruleExport', 'regulation.read': 'record.act.ruleRead', 'regulation.look': 'record.act.ruleLook',
  'sign-in': 'console.act.signIn',
  'sign-in.list': 'console.act.signInList', 'sign-out': 'console.act.signOut', 'account.disown': 'console.act.disown',
  'app-password.add': 'console.act.appPasswordAdd', 'app-password.remove': 'console.act.appPasswordRemove',
  'device.add': 'console.act.deviceAdd', 'device.forget': 'console.act.deviceForget', 'session.end': 'console.act.sessionEnd', 'session.replace': 'console.act.sessionReplace',
  'factor.add': 'console.act.factorAdd', 'factor.forget': 'console.act.factorForget', 'factor.remove': 'console.act.factorRemove', 'factor.rename': 'console.act.factorRename', 'recovery.renew': 'console.act.recovery',
  'sso.client.add': 'console.act.ssoClientAdd', 'sso.client.remove': 'console.act.ssoClientRemove', 'sso.client.change': 'parties.act.change', 'sso.client.secret': 'parties.act.secret', 'sso.key': 'console.act.ssoKey', 'sso.link': 'console.act.ssoLink',
  'sso.replay': 'console.act.ssoReplay', 'sso.revoke': 'console.act.ssoRevoke', 'sso.sign-on': 'console.act.ssoSignOn', 'sso.goodbye': 'parties.act.goodbye',
  'contacts.export': 'console.act.contactsExport', 'mail.assign': 'console.act.assign', 'account.clearance': 'console.act.clearance', 'mail.relabel': 'console.act.relabel', 'mail.report': 'console.act.report', 'mail.report.undo': 'console.act.reportUndo',
  'approval.ask': 'record.act.approvalAsk', 'approval.approve': 'record.act.approvalApprove', 'approval.refuse': 'record.act.approvalRefuse', 'approval.pass': 'record.act.approvalPass', 'approval.recall': 'record.act.approvalRecall', 'approval.late': 'record.act.approvalLate',
  'mail.rule': 'record.act.flowRule', 'mail.rule.try': 'record.act.flowTry', 'mail.rules': 'record.act.flowRules', 'mail.journal': 'record.act.flowJournal', 'mail.journal.list': 'record.act.flowJournalList', 'mail.journal.end': 'record.act.flowJournalEnd', 'mail.journal.read': 'record.act.flowJournalRead', 'mail.look': 'record.act.lookAsk', 'mail.look.begin': 'record.act.lookBegin', 'mail.look.end': 'record.act.lookEnd', 'mail.look.list': 'record.act.lookList', 'mail.look.read': 'record.act.lookRead', 'mail.review.look': 'record.act.reviewLook',
  'mail.removal': 'record.act.removalAsk', 'mail.removal.begin': 'record.act.removalBegin', 'mail.removal.done': 'record.act.removalDone', 'mail.removal.restore': 'record.act.removalRestore', 'mail.removals': 'record.act.removals', 'mail.remove': 'record.act.remove', 'mail.restore': 'record.act.restore',
  'mail.rules.run': 'console.act.rulesRun', 'mail.script': 'console.act.script', 'mail.unsubscribe': 'console.act.unsubscribe',
}

/** What was done, in words; what this client does not know as the record calls it. */
export function actName(verb: string): string {
  const key = acts[verb]
  return key ? t(key) : verb
}

const results: Record<string, Key> = { forbidden: 'console.result.forbidden', unauthenticated: 'console.result.unauthenticated' }

/** How it ended, where it was refused. */
export function resultName(result: string): string {
  const key = results[result]
  return key ? t(key) : result
}

const roleNames: Record<string, Key> = {
  system: 'console.role.system', security: 'console.role.security', audit: 'console.role.audit',
  unit: 'console.role.unit', personnel: 'console.role.personnel', helpdesk: 'console.role.helpdesk',
}
const roleHints: Record<string, Key> = {
  system: 'console.roleHint.system', security: 'console.roleHint.security', audit: 'console.roleHint.audit',
  unit: 'console.roleHint.unit', personnel: 'console.roleHint.personnel', helpdesk: 'console.roleHint.helpdesk',
}

/** A role's name; that of one that this client does not know as the server calls it. */
export function roleName(role: string): string {
  const key = roleNames[role]
  return key ? t(key) : role
}

/** What a role is for. */
export function roleHint(role: string): string {
  const key = roleHints[role]
  return key ? t(key) : ''
}
