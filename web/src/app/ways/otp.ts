/** What browsers on telephones answer (WebOTP). */
interface Answer extends Credential {
  code?: string
}

/** The code of a message that came to this very telephone, where the browser reads it and the person allows; undefined elsewhere. */
export async function codeFromMessage(signal: AbortSignal): Promise<string | undefined> {
  if (!('OTPCredential' in window)) return undefined
  try {
    const asked: CredentialRequestOptions & { otp: { transport: string[] } } = { otp: { transport: ['sms'] }, signal }
    return ((await navigator.credentials.get(asked)) as Answer | null)?.code
  } catch {
    return undefined // not allowed, or another way was taken: the person types it
  }
}
