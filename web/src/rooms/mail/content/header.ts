/** A field of a header: as it stands, and as a person reads it. */
export interface HeaderField {
  name: string
  raw: string
  text: string
}

/** Divides a letter into its header's fields and the rest. */
export function splitSource(source: string): { fields: HeaderField[]; body: string } {
  const end = /\r?\n\r?\n/.exec(source)
  const head = end ? source.slice(0, end.index) : source
  const fields: HeaderField[] = []
  for (const line of head.split(/\r?\n/)) {
    const last = fields.at(-1)
    if (/^[ \t]/.test(line) && last) last.raw += `\n${line}`
    else {
      const at = line.indexOf(':')
      if (at > 0) fields.push({ name: line.slice(0, at).trim(), raw: line.slice(at + 1).trim(), text: '' })
    }
  }
  for (const f of fields) f.text = decodeWords(f.raw.replace(/\r?\n[ \t]+/g, ' '))
  return { fields, body: end ? source.slice(end.index + end[0].length) : '' }
}

const WORD = /=\?([^?*]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi

/** Decodes encoded words (RFC 2047); blanks between two of them are none. */
export function decodeWords(text: string): string {
  return text.replace(/(\?=)\s+(=\?[^?]+\?[bq]\?)/gi, '$1$2').replace(WORD, (whole, charset: string, kind: string, data: string) => {
    try {
      return new TextDecoder(charset).decode(kind.toLowerCase() === 'b' ? bytes(atob(data)) : quoted(data))
    } catch {
      return whole // a charset or bytes that nobody knows stay as they are
    }
  })
}

const bytes = (binary: string): Uint8Array<ArrayBuffer> => Uint8Array.from(binary, (c) => c.charCodeAt(0))

function quoted(data: string): Uint8Array<ArrayBuffer> {
  return bytes(data.replaceAll('_', ' ').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))))
}

/** A server that a letter passed. */
export interface Hop {
  from: string
  by: string
  at: Date | null
  /** Seconds since the server before. */
  took: number | null
}

/** The way of a letter, from the first server to the last (RFC 5321 section 4.4). */
export function hopsOf(fields: readonly HeaderField[]): Hop[] {
  const hops = fields
    .filter((f) => f.name.toLowerCase() === 'received')
    .toReversed()
    .map((f): Hop => {
      const text = f.text
      const at = new Date(text.slice(text.lastIndexOf(';') + 1).replace(/\([^)]*\)/g, '').trim())
      const word = (name: string): string => new RegExp(`(?:^|\\s)${name}\\s+([^\\s;()]+)`, 'i').exec(text)?.[1] ?? ''
      return { from: word('from'), by: word('by'), at: Number.isNaN(at.getTime()) ? null : at, took: null }
    })
  hops.forEach((h, i) => {
    const before = hops[i - 1]?.at
    if (h.at && before) h.took = Math.max(0, Math.round((h.at.getTime() - before.getTime()) / 1000))
  })
  return hops
}
