import type { Key } from '~/kit/i18n'

/**
 * Where the program of Taiwanese cards listens on the person's own machine
 * (HiCOS, the HiPKI local server): loopback, on a port that is fixed. It
 * answers no page of another site but its own, which is opened in a window and
 * written to (../../../../doc/adr/0023-card-program.md).
 */
export const PROGRAM = 'http://localhost:61161'

/** How long the window may take to be there, and then to sign. */
const READY = 10_000
const SIGNED = 90_000
/** More than any signature of one line. */
const MAX_ANSWER = 100_000

/** Why a card did not sign: the words for it, and the number that its program gave. */
export class CardError extends Error {
  constructor(
    readonly why: Key,
    readonly code?: string,
  ) {
    super(why)
  }
}

/** What the window is opened from and tells its answer to; the page's own, but for tests. */
export type Opener = Pick<Window, 'open' | 'addEventListener' | 'removeEventListener'>

/** Whether the program can be on this machine at all: there is none for phones and tablets. */
export const runsHere = (agent = navigator.userAgent, touches = navigator.maxTouchPoints): boolean =>
  !/Android|iPhone|iPad|Mobile/i.test(agent) && !(/Macintosh/.test(agent) && touches > 1)

/**
 * Has the card sign a text, and returns the signature (CMS, base64). It must
 * be called in a click, since it opens a window; the window takes one request
 * and closes. The PIN goes to the program alone.
 */
export function signByProgram(text: string, pin: string, page: Opener = window): Promise<string> {
  const popup = page.open(`${PROGRAM}/popupForm`, 'chancery-card', 'popup,width=480,height=320')
  if (!popup) return Promise.reject(new CardError('cert.program.no.blocked'))
  return new Promise((resolve, reject) => {
    let asked = false
    let gone = 0
    const end = (): void => {
      page.removeEventListener('message', hear as EventListener)
      clearInterval(look)
      clearTimeout(limit)
      popup.close()
    }
    const fail = (e: CardError): void => {
      end()
      reject(e)
    }
    // What another window says is nothing to us, whatever it says; nor is what
    // this one says once it shows the page of another site.
    const hear = (e: MessageEvent<unknown>): void => {
      if (e.source !== popup || e.origin !== PROGRAM || typeof e.data !== 'string' || e.data.length > MAX_ANSWER) return
      const said = read(e.data)
      if (!asked) {
        if (said['func'] !== 'getTbs') return
        asked = true
        clearTimeout(limit)
        limit = setTimeout(() => fail(new CardError('cert.program.no.late')), SIGNED)
        popup.postMessage(request(text, pin), PROGRAM)
        return
      }
      const no = refusal(said)
      if (no) return fail(no)
      end()
      resolve(String(said['signature']))
    }
    let limit = setTimeout(() => fail(new CardError('cert.program.no.missing')), READY)
    // A window that is closed says so to nobody; its last word may still be on the way.
    const look = setInterval(() => {
      if (popup.closed && ++gone > 2) fail(new CardError(asked ? 'cert.program.no.cancelled' : 'cert.program.no.missing'))
    }, 300)
    page.addEventListener('message', hear as EventListener)
  })
}

/** The request as the program reads it: out of a form, so that text and PIN are escaped once more. */
const request = (text: string, pin: string): string =>
  JSON.stringify({
    func: 'MakeSignature',
    signatureType: 'PKCS7',
    hashAlgorithm: 'SHA256',
    tbs: encodeURIComponent(text),
    tbsEncoding: 'NONE',
    withCardSN: 'false',
    nonce: '',
    pin: encodeURIComponent(pin),
  })

function read(text: string): Record<string, unknown> {
  try {
    const said: unknown = JSON.parse(text)
    return said !== null && typeof said === 'object' ? (said as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** What the program's own numbers mean. */
const reasons: Record<number, Key> = {
  0x76000006: 'cert.program.no.card',
  0x7600000d: 'cert.program.no.late',
  0x7600000f: 'cert.program.no.site',
  0x76000031: 'cert.program.no.site',
  0x76000998: 'cert.program.no.noPin',
  0x76000999: 'cert.program.no.cancelled',
  0x76100003: 'cert.program.no.reader',
  0x76100009: 'cert.program.no.certificate',
}

/** What the card said, where the program could not open it. */
const ofCard: Record<number, Key> = {
  0xa0: 'cert.program.no.pin',
  0xa2: 'cert.program.no.length',
  0xa4: 'cert.program.no.locked',
  0x80000001: 'cert.program.no.lastTry',
  0x80000002: 'cert.program.no.twoTries',
}

/** Why an answer is no signature; undefined when it is one. */
export function refusal(said: Record<string, unknown>): CardError | undefined {
  const [major, minor] = [said['ret_code'], said['last_error']].map((n) => (typeof n === 'number' ? n >>> 0 : undefined)) as [number | undefined, number | undefined]
  if (major === 0 && typeof said['signature'] === 'string' && said['signature'] !== '') return undefined
  const hex = (n: number): string => '0x' + n.toString(16).toUpperCase()
  if (!major) return new CardError('cert.program.no.failed', '0x0')
  return new CardError((minor && ofCard[minor]) || reasons[major] || 'cert.program.no.failed', minor ? `${hex(major)}, ${hex(minor)}` : hex(major))
}
