import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { letter } from './api'

/** A file of each kind, and a letter that carries them. */
export interface FileOf {
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
export const files: FileOf[] = [
  { name: '年度計畫.pdf', type: 'application/pdf', content: pdf('First page of the plan', 'Second page, with the budget') },
  { name: 'dot.png', type: 'image/png', content: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') },
  { name: '名冊.csv', type: 'text/csv', content: Buffer.from('機關,人數\n"臺北, 總處",12\n') },
  { name: 'big5.txt', type: 'text/plain', content: Buffer.from('b77cc4b3acf6bffdbb50b3f8a769a4e5a5f3b77cc4b3acf6bffdbb50b3f8a769a4e5a5f3', 'hex') },
  { name: 'inner.eml', type: 'message/rfc822', content: Buffer.from(inner) },
  { name: 'papers.zip', type: 'application/zip', content: zip(big5) },
  { name: 'winmail.dat', type: 'application/ms-tnef', content: readFileSync(fileURLToPath(new URL('../../mail/mailapi/testdata/winmail.dat', import.meta.url))) },
  { name: 'plan.docx', type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', content: zip(big5) },
]

/** A letter with these attachments. */
export function withFiles(subject: string, list: FileOf[]): string {
  const b = 'files-boundary'
  const parts = list.map((f) =>
    f.type === 'message/rfc822'
      ? `--${b}\nContent-Type: message/rfc822; name=${f.name}\nContent-Disposition: attachment; filename=${f.name}\n\n${f.content.toString()}`
      : `--${b}\nContent-Type: ${f.type}\nContent-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(f.name)}\nContent-Transfer-Encoding: base64\n\n${f.content.toString('base64').replace(/.{76}/g, '$&\n')}`,
  )
  return letter(subject, `--${b}\nContent-Type: text/plain; charset=utf-8\n\nPlease find the papers enclosed.\n${parts.join('\n')}\n--${b}--`, { 'Content-Type': `multipart/mixed; boundary=${b}` })
}
