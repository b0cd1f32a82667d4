import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk } from './harness'

const run = Date.now()
let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(5)
  api = Api.of(desk)
  await api.deliver(withFiles(`Files ${run}`, files))
})
afterAll(() => desk.close())

interface FileOf {
  name: string
  type: string
  content: Buffer
}

/** A one-page PDF with a line of text per page. */
export function pdf(...lines: string[]): Buffer {
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', `<</Type/Pages/Count ${lines.length}/Kids[${lines.map((_, i) => `${4 + 2 * i} 0 R`).join(' ')}]>>`, '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>']
  lines.forEach((l, i) => {
    const text = `BT /F 24 Tf 72 700 Td (${l}) Tj ET`
    objects.push(`<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${5 + 2 * i} 0 R/Resources<</Font<</F 3 0 R>>>>>>`, `<</Length ${text.length}>>stream\n${text}\nendstream`)
  })
  let out = '%PDF-1.4\n'
  const at = objects.map((o, i) => {
    const here = out.length
    out += `${i + 1} 0 obj${o}endobj\n`
    return here
  })
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${at.map((a) => `${String(a).padStart(10, '0')} 00000 n \n`).join('')}trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${out.lastIndexOf('xref')}\n%%EOF`
  return Buffer.from(out, 'latin1')
}

/** An archive of one file whose name is in Big5, as Windows of the region makes it. */
function zip(name: Buffer): Buffer {
  const data = deflateRawSync(Buffer.from('x'))
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(8, 8)
  head.writeUInt32LE(data.length, 18)
  head.writeUInt32LE(1, 22)
  head.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(1, 8) // encrypted
  entry.writeUInt16LE(8, 10)
  entry.writeUInt32LE(data.length, 20)
  entry.writeUInt32LE(1, 24)
  entry.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + name.length, 12)
  end.writeUInt32LE(30 + name.length + data.length, 16)
  return Buffer.concat([head, name, data, entry, name, end])
}

const big5 = Buffer.from('b77cc4b3acf6bffdbb50b3f8a769a4e5a5f32e747874', 'hex') // 會議紀錄與報告文件.txt
const inner = letter('Inner letter', 'Words inside the inner letter')
const files: FileOf[] = [
  { name: '年度計畫.pdf', type: 'application/pdf', content: pdf('First page of the plan', 'Second page, with the budget') },
  { name: 'dot.png', type: 'image/png', content: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') },
  { name: '名冊.csv', type: 'text/csv', content: Buffer.from('機關,人數\n"臺北, 總處",12\n') },
  { name: 'big5.txt', type: 'text/plain', content: Buffer.from('b77cc4b3acf6bffdbb50b3f8a769a4e5a5f3b77cc4b3acf6bffdbb50b3f8a769a4e5a5f3', 'hex') },
  { name: 'inner.eml', type: 'message/rfc822', content: Buffer.from(inner) },
  { name: 'papers.zip', type: 'application/zip', content: zip(big5) },
  { name: 'winmail.dat', type: 'application/ms-tnef', content: readFileSync(fileURLToPath(new URL('../../mail/mailapi/testdata/winmail.dat', import.meta.url))) },
  { name: 'plan.docx', type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', content: zip(big5) },
]

function withFiles(subject: string, list: FileOf[]): string {
  const b = 'files-boundary'
  const parts = list.map((f) =>
    f.type === 'message/rfc822'
      ? `--${b}\nContent-Type: message/rfc822; name=${f.name}\nContent-Disposition: attachment; filename=${f.name}\n\n${f.content.toString()}`
      : `--${b}\nContent-Type: ${f.type}\nContent-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(f.name)}\nContent-Transfer-Encoding: base64\n\n${f.content.toString('base64').replace(/.{76}/g, '$&\n')}`,
  )
  return letter(subject, `--${b}\nContent-Type: text/plain; charset=utf-8\n\nPlease find the papers enclosed.\n${parts.join('\n')}\n--${b}--`, { 'Content-Type': `multipart/mixed; boundary=${b}` })
}

async function open(page: Page, name: string): Promise<ReturnType<Page['locator']>> {
  await page.getByRole('region', { name: 'Attachments' }).first().getByRole('button', { name: new RegExp(name) }).click()
  const viewer = page.locator('dialog[open]').last()
  await viewer.getByRole('heading', { name: new RegExp(name) }).waitFor()
  return viewer
}

test('every kind of file is looked at without leaving the letter', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Files ${run}`) }).click()
  let viewer = await open(page, '年度計畫')
  // The text of a PDF is there to be read out, chosen and found.
  await viewer.getByText('First page of the plan').waitFor()
  await until(() => viewer.locator('[data-page] canvas').first().evaluate((c: HTMLCanvasElement) => (c.getContext('2d')?.getImageData(0, 0, c.width, c.height).data ?? []).some((v) => v === 0)), 'the page is drawn')
  await viewer.getByRole('searchbox').fill('BUDGET')
  await viewer.getByText('1 of 1').waitFor()
  await until(() => page.evaluate(() => (CSS.highlights.get('pdf-now')?.size ?? 0) === 1), 'the word is marked')
  expect(await findings(page, 'pdf')).toEqual([])
  const wide = await viewer.locator('[data-page="1"]').evaluate((e) => e.clientWidth)
  await viewer.getByRole('button', { name: 'Zoom in' }).click()
  expect(await viewer.locator('[data-page="1"]').evaluate((e) => e.clientWidth)).toBeGreaterThan(wide)

  // On with the arrow keys, through all of them.
  await viewer.getByRole('button', { name: 'Next file' }).click()
  await until(() => viewer.locator('img').evaluate((i: HTMLImageElement) => i.naturalWidth === 1), 'the picture')
  await page.keyboard.press('ArrowRight')
  await viewer.getByRole('cell', { name: '臺北, 總處' }).waitFor()
  expect(await findings(page, 'table')).toEqual([])
  await page.keyboard.press('ArrowRight')
  await viewer.getByText('會議紀錄與報告文件').waitFor()
  await page.keyboard.press('ArrowRight')
  await viewer.getByText('Words inside the inner letter').waitFor()
  await page.keyboard.press('ArrowRight')
  await viewer.getByText('會議紀錄與報告文件.txt (protected)').waitFor()
  await page.keyboard.press('ArrowRight')
  await viewer.getByText('請見附件').waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), viewer.getByRole('link', { name: 'Download: 年度報告.pdf' }).click()])
  expect(readFileSync(await file.path()).toString()).toBe('%PDF-1.4 data')
  await page.keyboard.press('ArrowRight')
  await viewer.getByText(/no program for converting|could not be converted/).waitFor()
  expect(await findings(page, 'office')).toEqual([])
  await page.keyboard.press('Escape')
  await viewer.waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('年度計畫.pdf')
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  viewer = await open(page, 'big5')
  await viewer.getByLabel('Encoding').selectOption('windows-1252')
  await until(async () => !(await viewer.locator('pre').textContent())?.includes('會議'), 'read in the chosen encoding')
  await context.close()
})

test('on a phone a stroke turns to the next file', async () => {
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Files ${run}`) }).click()
  const viewer = await open(page, 'dot.png')
  const stroke = async (from: number, to: number): Promise<void> => {
    const cdp = await context.newCDPSession(page)
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: from, y: 600 }] })
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: (from + to) / 2, y: 600 }] })
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: to, y: 600 }] })
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  }
  await stroke(320, 60)
  await viewer.getByRole('heading', { name: '名冊.csv' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await viewer.getByRole('button', { name: 'Close' }).click()
  const plan = await open(page, '年度計畫')
  await plan.getByText('First page of the plan').waitFor()
  expect(await findings(page, 'pdf on a phone')).toEqual([])
  await context.close()
})
