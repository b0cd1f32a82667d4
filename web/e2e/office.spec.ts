import { execFileSync } from 'node:child_process'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

// Documents of office programs, converted by the real LibreOffice where it is
// installed; where it is not, the note that says so (files.spec.ts).
const installed = ((): boolean => {
  try {
    execFileSync('sh', ['-c', 'command -v soffice'])
    return true
  } catch {
    return false
  }
})()

const run = Date.now()
let desk: Desk

/** A ZIP archive of files that are stored as they are. */
function zip(files: [string, string][]): Buffer {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  for (const [path, text] of files) {
    const [name, data] = [Buffer.from(path), Buffer.from(text)]
    const sizes = (b: Buffer, from: number): void => {
      b.writeUInt32LE(crc32(data), from)
      b.writeUInt32LE(data.length, from + 4)
      b.writeUInt32LE(data.length, from + 8)
      b.writeUInt16LE(name.length, from + 12)
    }
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    sizes(head, 14)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    sizes(entry, 16)
    entry.writeUInt32LE(at, 42)
    parts.push(head, name, data)
    entries.push(entry, name)
    at += head.length + name.length + data.length
  }
  const list = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, list, end])
}

const ns = 'http://schemas.openxmlformats.org'
const office = `${ns}/officeDocument/2006/relationships`

/** A file of Word with these paragraphs. */
function docx(paragraphs: string[]): Buffer {
  return zip([
    ['[Content_Types].xml', `<Types xmlns="${ns}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`],
    ['_rels/.rels', `<Relationships xmlns="${ns}/package/2006/relationships"><Relationship Id="r" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`],
    ['word/document.xml', `<w:document xmlns:w="${ns}/wordprocessingml/2006/main"><w:body>${paragraphs.map((p) => `<w:p><w:r><w:t>${p}</w:t></w:r></w:p>`).join('')}</w:body></w:document>`],
  ])
}

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const files: [string, Buffer][] = [
  ['道路計畫.docx', docx(['道路養護計畫，含河濱公園', 'Kế hoạch bảo trì đường', '도로 관리 계획'])],
  ['broken.docx', zip([['nothing.xml', '<nothing/>']])],
]

beforeAll(async () => {
  desk = await openDesk(56)
  const b = 'office-boundary'
  const parts = files.map(([name, content]) => `--${b}\nContent-Type: ${word}\nContent-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(name)}\nContent-Transfer-Encoding: base64\n\n${content.toString('base64').replace(/.{76}/g, '$&\n')}`)
  await Api.of(desk).deliver(letter(`Office ${run}`, `--${b}\nContent-Type: text/plain; charset=utf-8\n\nPlease see the plan.\n${parts.join('\n')}\n--${b}--`, { 'Content-Type': `multipart/mixed; boundary=${b}` }))
})
afterAll(() => desk.close())

test.skipIf(!installed).each<Size>(['desktop', 'phone'])('a document of Word is looked at in the letter: %s', async (size) => {
  const { page, context, errors } = await newPage(desk, { size })
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Office ${run}`) }).click()
  const attachments = page.getByRole('region', { name: 'Attachments' }).first()
  await attachments.getByRole('button', { name: /道路計畫/ }).click()
  const viewer = page.locator('dialog[open]').last()
  // Read out, chosen and found like any PDF, in three scripts.
  for (const words of ['道路養護計畫', 'Kế hoạch bảo trì đường', '도로 관리 계획']) await viewer.getByText(words).first().waitFor({ timeout: 60_000 })
  await until(() => viewer.locator('[data-page] canvas').first().evaluate((c: HTMLCanvasElement) => (c.getContext('2d')?.getImageData(0, 0, c.width, c.height).data ?? []).some((v, i) => i % 4 < 3 && v < 128)), 'the page is drawn')
  if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/office-${size}.png` })
  expect(await findings(page, 'office')).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  // What cannot be converted says so, with the way to the file itself.
  await viewer.getByRole('button', { name: 'Next file' }).click()
  await viewer.getByText(/could not be converted/).waitFor({ timeout: 60_000 })
  await viewer.getByRole('link', { name: /Download/ }).first().waitFor()
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  await context.close()
}, 150_000)
