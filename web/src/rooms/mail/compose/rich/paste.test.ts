// @vitest-environment jsdom
import { describe, expect, test } from 'vitest'
import { cleanPaste } from './paste'

const clean = (html: string): string => cleanPaste(html).innerHTML.replace(/\s+/g, ' ').trim()

describe('cleanPaste', () => {
  test('a table of Excel keeps its cells and loses its looks', () => {
    const excel = `<html xmlns:o="urn:x"><head><style>.xl65{color:red;mso-style:x}</style></head><body><!--StartFragment--><table border=0 width=128 style='border-collapse:collapse'><col width=64 span=2>
      <tr height=20><td class=xl65 width=64 style='width:48pt;color:black'>機關</td><td align=right colspan=2 style='font-size:11.0pt'>人數</td></tr><tr><td></td><td></td></tr></table><!--EndFragment--></body></html>`
    expect(clean(excel)).toBe('<table><tbody><tr><td>機關</td><td colspan="2" style="text-align:right"><p style="text-align:right">人數</p></td></tr></tbody></table>')
  })

  test('lists of Word become lists', () => {
    const word = `<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.<span>&nbsp;</span></span>First<o:p></o:p></p><p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.</span>Second</p><p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>·</span>Dot</p>`
    expect(clean(word)).toBe('<ol><li>First</li><li>Second</li></ol><ul><li>Dot</li></ul>')
  })

  test.each([
    ['<p onclick="x()">a<script>b</script></p>', '<p>a</p>'],
    ['<a href="javascript:x">a</a><a href="https://a.example">b</a>', '<a>a</a><a href="https://a.example">b</a>'],
    ['<span style="color:#c00000;font-family:X">red</span>', '<span style="color:rgb(192, 0, 0)">red</span>'],
    ['<span style="font-size:24px">large</span><span style="font-size:10pt">usual</span>', '<span style="font-size:24px">large</span><span>usual</span>'],
    ['<h2>Head</h2>', '<h2><b>Head</b></h2>'],
    ['<!--[if gte mso 9]><xml>x</xml><![endif]-->a', 'a'],
    ['<img src="https://spy.example/a.gif"><img src="cid:own" alt="x">', '<img src="https://spy.example/a.gif"><img src="cid:own" alt="x">'],
  ])('%s', (from, to) => expect(clean(from)).toBe(to))
})
