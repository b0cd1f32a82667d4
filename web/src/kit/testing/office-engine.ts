import type { MailAccount } from '~/rooms/mail/account'
import { MailEngine } from '~/rooms/mail/engine'
import { Transport } from '~/kit/sync/transport'
import { FakeJmap } from './fake'

/** A started engine on an in-memory office, without a network between. */
export async function officeEngine(extra = 0): Promise<{ fake: FakeJmap; engine: MailEngine; account: MailAccount }> {
  const fake = new FakeJmap(Date.UTC(2025, 10, 21, 12), extra)
  const session = fake.session('http://x')
  const transport = new Transport(session, async (_, init) => {
    const { methodCalls } = JSON.parse(String(init?.body)) as { methodCalls: Parameters<FakeJmap['handle']>[0] }
    return new Response(JSON.stringify({ methodResponses: fake.handle(methodCalls) }))
  })
  const engine = new MailEngine(session, transport)
  await engine.start()
  return { fake, engine, account: engine.accounts[0] as MailAccount }
}
