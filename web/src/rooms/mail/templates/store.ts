import { TEMPLATES, type GetResponse, type Person, type QueryResponse, type SetResponse, type Template } from '~/api/jmap'
import { protocolError } from '~/kit/sync/errors'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { useAll } from './follow'

const inOrder = (list: Template[]): Template[] => list.toSorted((a, b) => a.sortOrder - b.sortOrder || a.name.localeCompare(b.name))

/** The templates of an account, kept up to date; undefined until they are here. */
export function useTemplates(engine: MailEngine, account: MailAccount): Template[] | undefined {
  return useAll(engine, account, TEMPLATES, 'Template', inOrder)
}

/** Keeps a template: a new one, or in the place of one that is there. */
export async function saveTemplate(engine: MailEngine, account: MailAccount, t: Omit<Template, 'id'>, id?: string): Promise<void> {
  const r = await engine.transport.call<SetResponse<Template>>('Template/set', { accountId: account.id, ...(id ? { update: { [id]: t } } : { create: { t } }) })
  const refused = id ? r.notUpdated?.[id] : r.notCreated?.['t']
  if (refused) throw protocolError(refused.type, refused.description)
}

/** Removes a template. */
export async function removeTemplate(engine: MailEngine, account: MailAccount, id: string): Promise<void> {
  const r = await engine.transport.call<SetResponse<Template>>('Template/set', { accountId: account.id, destroy: [id] })
  const refused = r.notDestroyed?.[id]
  if (refused) throw protocolError(refused.type, refused.description)
}

/** The unit of the person at work, for {{unit}}. */
export async function ownUnit(engine: MailEngine, address: string): Promise<string> {
  const accountId = engine.accounts[0]?.id ?? ''
  const group = engine.transport.group()
  const q = group.add<QueryResponse>('Person/query', { accountId, filter: { text: address }, limit: 1 })
  const got = group.add<GetResponse<Person>>('Person/get', { accountId, '#ids': q.ref('/ids') })
  return (await got.result).list[0]?.posts[0]?.unit ?? ''
}
