import type { ReactNode } from 'react'
import type { RegulationText } from '~/api/jmap'
import { language } from '~/kit/i18n'
import css from './Regulations.module.css'

/** A regulation in the person's language, else in one that it is there in, with that language. */
export function inLanguage(texts: Record<string, RegulationText>): [string, RegulationText] {
  const l = [language(), 'en', ...Object.keys(texts)].find((l) => texts[l]) ?? 'en'
  return [l, texts[l] ?? { title: '—', body: '' }]
}

/**
 * What a text says: blocks between blank lines, of which "# " makes a heading
 * and "- " an item of a list. Everything else is text as it stands.
 */
export function blocks(body: string): { kind: 'heading' | 'list' | 'text'; lines: string[] }[] {
  const out: { kind: 'heading' | 'list' | 'text'; lines: string[] }[] = []
  let open = false
  for (const raw of body.split('\n')) {
    const line = raw.trim()
    if (!line) {
      open = false
      continue
    }
    const kind = /^#+ /.test(line) ? 'heading' : line.startsWith('- ') ? 'list' : 'text'
    const last = out.at(-1)
    const text = kind === 'heading' ? line.replace(/^#+ /, '') : kind === 'list' ? line.slice(2) : line
    if (open && last?.kind === kind && kind !== 'heading') last.lines.push(text)
    else out.push({ kind, lines: [text] })
    open = true
  }
  return out
}

/** The wording of a regulation. */
export function Wording({ text: [lang, text] }: { text: [string, RegulationText] }) {
  const draw = (b: ReturnType<typeof blocks>[number], n: number): ReactNode => {
    if (b.kind === 'heading') return <h3 key={n}>{b.lines[0]}</h3>
    if (b.kind === 'list') return <ul key={n}>{b.lines.map((line, i) => <li key={i}>{line}</li>)}</ul>
    return <p key={n}>{b.lines.join('\n')}</p>
  }
  return <div className={css.wording} lang={lang}>{blocks(text.body).map(draw)}</div>
}
