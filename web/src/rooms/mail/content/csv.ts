/** Reads rows of fields (RFC 4180), with whatever stands between them: comma, semicolon or tab. */
export function parseTable(text: string): string[][] {
  const separator = guessSeparator(text)
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let quoted = false
  const endRow = (): void => {
    row.push(field)
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
    field = ''
  }
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    if (quoted) {
      if (c !== '"') field += c
      else if (text[i + 1] === '"') {
        field += '"' // RFC 4180 section 2.7: a doubled quote is one
        i++
      } else quoted = false
    } else if (c === '"' && field === '') quoted = true
    else if (c === separator) {
      row.push(field)
      field = ''
    } else if (c === '\n') endRow()
    else if (c !== '\r') field += c
  }
  if (field !== '' || row.length > 0) endRow()
  return rows
}

function guessSeparator(text: string): string {
  const first = text.slice(0, 4000).split('\n').slice(0, 5).join('\n').replace(/"[^"]*"/g, '')
  const count = (s: string): number => first.split(s).length
  return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] as string
}
