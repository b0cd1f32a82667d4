// Web Authentication in the JSON forms of its level 3: what the server asks and
// what it is answered travel as base64url text.

interface AskOptions {
  challenge: string
  allowCredentials?: { id: string; type: 'public-key'; transports?: string[] }[]
  [more: string]: unknown
}

interface MakeOptions {
  challenge: string
  user: { id: string; name: string; displayName: string }
  excludeCredentials?: { id: string; type: 'public-key'; transports?: string[] }[]
  [more: string]: unknown
}

/** Asks the person's keys; the answer is what the server wants, as text. */
export async function askKey(options: unknown): Promise<string> {
  const o = options as AskOptions
  const publicKey = { ...o, challenge: bytes(o.challenge), allowCredentials: o.allowCredentials?.map((c) => ({ ...c, id: bytes(c.id) })) }
  const c = (await navigator.credentials.get({ publicKey: publicKey as PublicKeyCredentialRequestOptions })) as PublicKeyCredential
  const r = c.response as AuthenticatorAssertionResponse
  return answer(c, { authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: r.userHandle ? text(r.userHandle) : undefined })
}

/** Has a key made; the answer is what the server wants, as text. */
export async function makeKey(options: unknown): Promise<string> {
  const o = options as MakeOptions
  const publicKey = {
    ...o,
    challenge: bytes(o.challenge),
    user: { ...o.user, id: bytes(o.user.id) },
    excludeCredentials: o.excludeCredentials?.map((c) => ({ ...c, id: bytes(c.id) })),
  }
  const c = (await navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions })) as PublicKeyCredential
  const r = c.response as AuthenticatorAttestationResponse
  return answer(c, { attestationObject: text(r.attestationObject), transports: r.getTransports?.() })
}

function answer(c: PublicKeyCredential, response: object): string {
  return JSON.stringify({
    id: c.id,
    rawId: text(c.rawId),
    type: c.type,
    authenticatorAttachment: c.authenticatorAttachment ?? undefined,
    clientExtensionResults: c.getClientExtensionResults(),
    response: { clientDataJSON: text(c.response.clientDataJSON), ...response },
  })
}

/** The bytes of base64url text (RFC 4648 section 5). */
export function bytes(s: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(s.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
}

/** Bytes as base64url text without padding. */
export function text(b: ArrayBuffer | Uint8Array<ArrayBuffer>): string {
  return btoa(String.fromCharCode(...new Uint8Array(b))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
