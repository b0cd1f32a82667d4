import { useEffect, useState } from 'react'
import { DIRECTORY, type GetResponse, type Person, type QueryResponse } from '~/api/jmap'
import type { MailEngine } from '../engine'

const known = new Map<string, string>()
const asked = new Map<string, Promise<void>>()

/** The name of a colleague by address; the address itself until it is known. */
export function usePersonName(engine: MailEngine, address: string | undefined): string {
  const [, redraw] = useState(0)
  useEffect(() => {
    if (!address || known.has(address)) return
    let here = true
    void find(engine, address).then(() => here && redraw((n) => n + 1))
    return () => {
      here = false
    }
  }, [engine, address])
  return address ? (known.get(address) ?? address.split('@')[0] ?? address) : ''
}

export function learnName(address: string, name: string): void {
  if (name) known.set(address.toLowerCase(), name)
}

function find(engine: MailEngine, address: string): Promise<void> {
  const job = asked.get(address) ?? ask(engine, address)
  asked.set(address, job)
  return job
}

async function ask(engine: MailEngine, address: string): Promise<void> {
  const account = engine.accounts[0]
  if (!account || !(DIRECTORY in engine.session.capabilities)) return
  try {
    const group = engine.transport.group()
    const q = group.add<QueryResponse>('Person/query', { accountId: account.id, filter: { text: address }, limit: 5 })
    const got = group.add<GetResponse<Person>>('Person/get', { accountId: account.id, '#ids': q.ref('/ids') })
    for (const p of (await got.result).list) learnName(p.email, p.name)
  } catch {
    // The address says who it is, too.
  }
}
