// @vitest-environment jsdom
import { describe, expect, test } from 'vitest'
import { cleanMail } from './sanitize'

const none = new Map<string, string>()
const clean = (html: string, remote = false) => cleanMail(html, none, remote)

describe('cleanMail', () => {
  test.each([
    ['<script>alert(1)</script>ok'],
    ['<img src=x onerror=alert(1)>'],
    ['<a href="javascript:alert(1)">x</a>'],
    ['<svg><script>alert(1)</script></svg>'],
    ['<form action="https://evil.example"><input name=a><button>go</button></form>'],
    ['<iframe src="https://evil.example"></iframe>'],
    ['<object data="x.swf"></object><embed src=x>'],
    ['<meta http-equiv=refresh content="0;url=https://evil.example">'],
    ['<base href="https://evil.example/">'],
    ['<link rel=stylesheet href="https://evil.example/x.css">'],
    ['<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>'],
  ])('%s', (html) => {
    const out = clean(html).html
    expect(out).not.toMatch(/<script|onerror|javascript:|<form|<input|<button|<iframe|<object|<embed|<meta|<base|<link|<math/i)
  })

  test('remote pictures are counted and not fetched', () => {
    const c = clean('<img src="https://t.example/p.gif"><td background="//t.example/b.png"></td><p style="background:url(https://t.example/c.png)">x</p>')
    expect(c.remote).toBeGreaterThanOrEqual(2)
    expect(c.html).not.toContain('p.gif')
    expect(clean('<img src="https://t.example/p.gif">', true).html).toContain('p.gif')
  })

  test('pictures of its own are shown from the message', () => {
    const c = cleanMail('<img src="cid:Logo@X">', new Map([['logo@x', 'blob:1']]), false)
    expect(c.cids).toEqual(['logo@x'])
    expect(c.html).toContain('blob:1')
    expect(clean('<img src="cid:gone">').html).not.toContain('cid:')
  })

  test('links open elsewhere and show where they lead', () => {
    const out = clean('<a href="https://real.example/x">https://bank.example</a>').html
    expect(out).toContain('target="_blank"')
    expect(out).toContain('noopener')
    expect(out).toContain('title="https://real.example/x"')
  })

  test('knows whether the sender chose colours', () => {
    expect(clean('<p>plain</p>').coloured).toBe(false)
    expect(clean('<p style="color:red">x</p>').coloured).toBe(true)
    expect(clean('<table bgcolor="#fff"><tr><td>x</td></tr></table>').coloured).toBe(true)
  })

  test.each([
    ['<img src="https://t.example/o.gif" width=1 height=1>', 1],
    ['<img src="https://t.example/o.gif" style="width:0px">', 1],
    ['<img src="https://t.example/o.gif" style="display:none">', 1],
    ['<img src="https://t.example/logo.gif" width=120>', 0],
    ['<img src="cid:x" width=1>', 0],
  ])('%s has %i trackers, never fetched', (html, n) => {
    const c = clean(html, true)
    expect(c.trackers).toBe(n)
    if (n > 0) expect(c.html).not.toContain('o.gif')
  })

  test('forms are counted', () => {
    expect(clean('<form action=x><input type="password"></form>').forms).toBe(2)
    expect(clean('<p>A formal letter</p>').forms).toBe(0)
  })

  test('tables keep what holds them together', () => {
    const { html } = clean('<table width="600" cellpadding="4" bgcolor="white"><tr><td colspan="2" align="center" valign="top" height="20">a</td></tr></table>')
    for (const kept of ['width="600"', 'cellpadding="4"', 'bgcolor="white"', 'colspan="2"', 'align="center"', 'valign="top"', 'height="20"']) expect(html).toContain(kept)
  })
})
