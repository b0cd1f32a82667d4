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

/** Goes to the page where a text is signed with the program of a card: to sign in by it, or to register it. */
export function signByCard(purpose: 'in' | 'add'): void {
  sessionStorage.setItem(PURPOSE, purpose)
  goAway('/sso/card')
}

/** A text to be signed, and by what its signature is told. */
export interface Challenge {
  ask: string
  text: string
}

/** What the page of the card was opened for. */
export const sent = (): 'in' | 'add' => (sessionStorage.getItem(PURPOSE) === 'add' ? 'add' : 'in')

/** Asks for a text to sign; each is good once, for some minutes, in this browser. */
export const askChallenge = (purpose: 'in' | 'add'): Promise<Challenge> => post<Challenge>('/sso/api/cert/challenge', purpose === 'add' ? { client: 'add' } : {})

/** Hands the signature over, PEM or base64, and returns the pass with which one is let in. */
export const sendSigned = async (ask: string, signature: string): Promise<string> => (await post<{ pass: string }>('/sso/api/cert/signed', { ask, signature })).pass

/** The text of a signature in a file: PEM as it stands, DER as base64. */
export async function fileText(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  return bytes[0] === 0x30 ? btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')) : new TextDecoder().decode(bytes)
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
