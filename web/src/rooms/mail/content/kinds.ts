/** How a file can be looked at here. */
export type ViewKind = 'image' | 'pdf' | 'text' | 'table' | 'letter' | 'archive' | 'tnef' | 'office' | 'audio' | 'video' | 'none'

const byType: [RegExp, ViewKind][] = [
  [/^image\/(png|jpe?g|gif|webp|avif|bmp|svg\+xml|x-icon|vnd\.microsoft\.icon)$/, 'image'],
  [/^application\/(x-)?pdf$/, 'pdf'],
  [/^message\/(rfc822|global)$/, 'letter'],
  [/^text\/(csv|tab-separated-values)$/, 'table'],
  [/^application\/(x-)?zip(-compressed)?$/, 'archive'],
  [/^application\/(vnd\.)?ms-tnef$/, 'tnef'],
  [/^application\/(msword|vnd\.ms-excel|vnd\.ms-powerpoint|rtf|vnd\.openxmlformats-officedocument\.(wordprocessingml|spreadsheetml|presentationml)\.\w+|vnd\.oasis\.opendocument\.(text|spreadsheet|presentation))$/, 'office'],
  [/^text\/rtf$/, 'office'],
  [/^audio\/(mpeg|mp4|ogg|wav|x-wav|webm|aac|flac)$/, 'audio'],
  [/^video\/(mp4|webm|ogg)$/, 'video'],
  [/^text\/|^application\/(json|xml|x-sh|x-yaml|toml|sql|javascript)$/, 'text'],
]

const byEnding: Record<string, ViewKind> = {
  png: 'image', jpg: 'image', jpeg: 'image', gif: 'image', webp: 'image', avif: 'image', bmp: 'image', svg: 'image',
  pdf: 'pdf', eml: 'letter', csv: 'table', tsv: 'table', zip: 'archive',
  doc: 'office', docx: 'office', xls: 'office', xlsx: 'office', ppt: 'office', pptx: 'office', odt: 'office', ods: 'office', odp: 'office', rtf: 'office',
  mp3: 'audio', m4a: 'audio', ogg: 'audio', wav: 'audio', mp4: 'video', webm: 'video',
  txt: 'text', log: 'text', md: 'text', json: 'text', xml: 'text', yml: 'text', yaml: 'text', toml: 'text', ini: 'text', sql: 'text',
  js: 'text', ts: 'text', py: 'text', go: 'text', java: 'text', c: 'text', h: 'text', cs: 'text', sh: 'text', html: 'text', htm: 'text', css: 'text', ics: 'text', vcf: 'text',
}

/** The kind by the media type; by the ending where the type says nothing, as programs often have it. */
export function viewKind(type: string, name: string): ViewKind {
  const base = (type.split(';')[0] ?? '').trim().toLowerCase()
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  if (name.toLowerCase() === 'winmail.dat') return 'tnef'
  if (base === '' || base === 'application/octet-stream' || base === 'text/plain') return byEnding[ending] ?? (base === 'text/plain' ? 'text' : 'none')
  return byType.find(([re]) => re.test(base))?.[1] ?? byEnding[ending] ?? 'none'
}

/** The type a picture or sound is asked for by, where the letter says none. */
export function shownType(type: string, name: string): string {
  if (type && type !== 'application/octet-stream') return type
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const kind = byEnding[ending]
  const sub: Record<string, string> = { jpg: 'jpeg', svg: 'svg+xml', mp3: 'mpeg', m4a: 'mp4' }
  return kind === 'image' || kind === 'audio' || kind === 'video' ? `${kind}/${sub[ending] ?? ending}` : 'application/octet-stream'
}
