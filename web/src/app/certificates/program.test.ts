import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CardError, PROGRAM, refusal, runsHere, signByProgram, type Opener } from './program'

/** A page, and the window that it opens. */
function desk(opens = true) {
  const said: [string, string][] = []
  const popup = { closed: false, close: vi.fn(() => void (popup.closed = true)), postMessage: (text: string, to: string) => void said.push([text, to]) }
  const heard = new Set<(e: MessageEvent) => void>()
  const opened: string[] = []
  const page = {
    open: (url: string) => (opened.push(url), opens ? popup : null),
    addEventListener: (_: string, f: (e: MessageEvent) => void) => void heard.add(f),
    removeEventListener: (_: string, f: (e: MessageEvent) => void) => void heard.delete(f),
  } as unknown as Opener
  const tell = (data: unknown, origin = PROGRAM, source: unknown = popup): void => [...heard].forEach((f) => f({ data, origin, source } as unknown as MessageEvent))
  return { page, popup, said, opened, heard, tell }
}
const ready = JSON.stringify({ func: 'getTbs' })
const good = JSON.stringify({ func: 'sign', ret_code: 0, last_error: 0, signature: 'MIIC' })
const why = (p: Promise<string>): Promise<string> => p.then(() => 'signed', (e: CardError) => e.why.replace('cert.program.no.', '') + (e.code ? ` ${e.code}` : ''))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the request goes to the program alone, once, as its form reads it', async () => {
  const d = desk()
  const signed = signByProgram('I sign in to https://a (until 5%+)', '12+&%', d.page)
  expect(d.opened).toEqual(['http://localhost:61161/popupForm'])
  d.tell(good) // before it said that it is there
  d.tell(ready)
  d.tell(ready)
  expect(d.said).toHaveLength(1)
  const [text, to] = d.said[0] as [string, string]
  expect(to).toBe('http://localhost:61161')
  const form = new URLSearchParams('tbsPackage=' + text)
  expect([...form.keys()]).toEqual(['tbsPackage'])
  expect(JSON.parse(form.get('tbsPackage') ?? '')).toEqual({
    func: 'MakeSignature', signatureType: 'PKCS7', hashAlgorithm: 'SHA256', tbs: 'I sign in to https://a (until 5%+)', tbsEncoding: 'NONE', withCardSN: 'false', nonce: '', pin: '12+&%',
  })
  void why(signed)
})

test('what others say is not heard', async () => {
  const d = desk()
  const signed = signByProgram('text', '1', d.page)
  for (const origin of ['http://localhost:61162', 'https://localhost:61161', 'http://localhost.evil.example:61161', 'http://evil.example', 'null']) d.tell(ready, origin)
  d.tell(ready, PROGRAM, {})
  d.tell({ func: 'getTbs' })
  d.tell('no JSON')
  d.tell('null')
  expect(d.said).toEqual([])
  d.tell(ready)
  d.tell(good, 'http://evil.example')
  d.tell(good, PROGRAM, null)
  d.tell(good + ' '.repeat(200_000))
  expect(d.popup.closed).toBe(false)
  d.tell(good)
  expect(await signed).toBe('MIIC')
  expect(d.popup.closed).toBe(true)
  expect(d.heard.size).toBe(0)
})

test('a window that is blocked, silent, closed or slow is told so', async () => {
  expect(await why(signByProgram('t', '1', desk(false).page))).toBe('blocked')
  const silent = desk()
  const first = why(signByProgram('t', '1', silent.page))
  vi.advanceTimersByTime(10_001)
  expect(await first).toBe('missing')
  expect([silent.popup.closed, silent.heard.size]).toEqual([true, 0])
  for (const [asked, told] of [[false, 'missing'], [true, 'cancelled']] as const) {
    const d = desk()
    const signed = why(signByProgram('t', '1', d.page))
    if (asked) d.tell(ready)
    d.popup.closed = true
    vi.advanceTimersByTime(1200)
    expect(await signed).toBe(told)
  }
  const slow = desk()
  const last = why(signByProgram('t', '1', slow.page))
  slow.tell(ready)
  vi.advanceTimersByTime(60_000)
  expect(slow.popup.closed).toBe(false)
  vi.advanceTimersByTime(31_000)
  expect(await last).toBe('late')
})

test('an answer on its way is heard though the window closed', async () => {
  const d = desk()
  const signed = signByProgram('t', '1', d.page)
  d.tell(ready)
  d.popup.closed = true
  vi.advanceTimersByTime(350)
  d.tell(good)
  expect(await signed).toBe('MIIC')
})

test.each([
  [{ ret_code: 0x76000006 }, 'card 0x76000006'],
  [{ ret_code: 0x76100003 }, 'reader 0x76100003'],
  [{ ret_code: 0x76000998 }, 'noPin 0x76000998'],
  [{ ret_code: 0x76000999 }, 'cancelled 0x76000999'],
  [{ ret_code: 0x76000031 }, 'site 0x76000031'],
  [{ ret_code: 0x7600000f }, 'site 0x7600000F'],
  [{ ret_code: 0x7600000d }, 'late 0x7600000D'],
  [{ ret_code: 0x76100006, last_error: 0xa0 }, 'pin 0x76100006, 0xA0'],
  [{ ret_code: 0x76100006, last_error: 0xa2 }, 'length 0x76100006, 0xA2'],
  [{ ret_code: 0x76100006, last_error: 0xa4 }, 'locked 0x76100006, 0xA4'],
  [{ ret_code: 0x76100006, last_error: -2147483647 }, 'lastTry 0x76100006, 0x80000001'],
  [{ ret_code: 0x76100006, last_error: -2147483646 }, 'twoTries 0x76100006, 0x80000002'],
  [{ ret_code: -2130706429 }, 'failed 0x81000003'],
  [{ ret_code: 0 }, 'failed 0x0'],
  [{ ret_code: 0, signature: '' }, 'failed 0x0'],
  [{ ret_code: '0', signature: 'MIIC' }, 'failed 0x0'],
  [{}, 'failed 0x0'],
])('%j is told as %s', (said, told) => {
  const e = refusal(said as Record<string, unknown>)
  expect(`${e?.why.replace('cert.program.no.', '')} ${e?.code}`).toBe(told)
})

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', 0, true],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', 10, true],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15', 0, true],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15', 5, false],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1', 5, false],
  ['Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', 5, false],
])('%s with %i touches', (agent, touches, here) => expect(runsHere(agent, touches)).toBe(here))
