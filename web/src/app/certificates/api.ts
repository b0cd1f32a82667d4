import type { CertificateAnswer } from '~/api/jmap'
import type { RoomProps } from '../rooms'
import { cameFrom, goAway, post } from '../sso/agency'

const CERTIFICATES = 'urn:chancery:params:jmap:certificates'
const PURPOSE = 'chancery.cert.for'

/** Sends the browser to show a certificate: to sign in by it, or to register it. */
export async function showCertificate(purpose: 'in' | 'add'): Promise<void> {
  const { redirect } = await post<{ redirect: string }>('/sso/api/cert/begin', purpose === 'add' ? { client: 'add' } : {})
  sessionStorage.setItem(PURPOSE, purpose)
  goAway(redirect)
}

/** What a browser that is back set out for, and from which of our pages. */
export function setOut(): { purpose: 'in' | 'add'; from: string } {
  const purpose = sessionStorage.getItem(PURPOSE) === 'add' ? 'add' : 'in'
  sessionStorage.removeItem(PURPOSE)
  return { purpose, from: cameFrom() }
}

/** Registers the certificate that was shown, and returns whose name is in it. */
export const addShown = async (pass: string): Promise<string> => (await post<{ name: string }>('/sso/api/cert/add', { ask: pass })).name

/** The calls of the settings; all are about the person's own account. */
export function certificatesApi(engine: RoomProps['engine']) {
  const accountId = engine.session.primaryAccounts[CERTIFICATES] ?? engine.accounts[0]?.id ?? ''
  return {
    read: () => engine.transport.call<CertificateAnswer>('Certificate/get', { accountId }),
    remove: (id: string) => engine.transport.call('Certificate/remove', { accountId, id }),
  }
}
