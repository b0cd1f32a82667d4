import { CONTACTS, CORE, MAIL, SUBMISSION, type Session } from '~/api/jmap'
import type { Invocation } from './answers'

/** Asks the server itself: the client's transport would be answered from the copy when the line goes. */
export async function askNetwork<T>(session: Session, name: string, args: Record<string, unknown>): Promise<T> {
  const using = [CORE, MAIL, SUBMISSION, CONTACTS].filter((c) => c in session.capabilities)
  const res = await fetch(session.apiUrl, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ using, methodCalls: [[name, args, '0']] }) })
  if (!res.ok) throw new TypeError(`status ${res.status}`)
  const [got] = ((await res.json()) as { methodResponses: Invocation[] }).methodResponses
  if (!got || got[0] === 'error') throw new Error(String(got?.[1]['type']))
  return got[1] as T
}
