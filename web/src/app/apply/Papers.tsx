import { useId, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { Button, IconButton } from '~/kit/ui/Button'
import { Paperclip, X } from '~/kit/ui/icons'
import css from './Apply.module.css'
import type { Offer } from './apply'

const TYPES = ['application/pdf', 'image/jpeg', 'image/png']

/** The files that are enclosed; what the office would refuse is told before it is sent. */
export function Papers({ papers, offer, error, onChange }: { papers: File[]; offer: Offer | null; error: string | undefined; onChange: (list: File[]) => void }) {
  const t = useT()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [refused, setRefused] = useState<string>()
  const most = offer?.maxPapers ?? 5
  const limit = offer?.maxPaper ?? 0
  const add = (list: File[]): void => {
    const bad = list.find((p) => !TYPES.includes(p.type) || p.size > limit || p.size === 0)
    const good = [...papers, ...list.filter((p) => TYPES.includes(p.type) && p.size <= limit && p.size > 0)]
    setRefused(bad ? t('apply.badPaper', { name: bad.name, limit: fileSize(limit) }) : good.length > most ? t('apply.tooManyPapers', { count: most }) : undefined)
    onChange(good.slice(0, most))
  }
  const note = refused ?? error
  return (
    <div className={css.papers} role="group" aria-labelledby={id}>
      <p id={id} className={css.label}>{t('apply.papers')}</p>
      <p className={css.hint}>{t('apply.papers.hint', { count: most, limit: fileSize(limit) })}</p>
      {papers.length > 0 && (
        <ul className={css.list}>
          {papers.map((p, n) => (
            <li key={`${p.name} ${n}`}>
              <span>{p.name}</span>
              <small>{fileSize(p.size)}</small>
              <IconButton icon={X} label={t('apply.removePaper', { name: p.name })} onClick={() => onChange(papers.filter((x) => x !== p))} />
            </li>
          ))}
        </ul>
      )}
      {note && <p className={css.error} role="alert">{note}</p>}
      <input ref={input} type="file" multiple hidden accept={TYPES.join(',')} onChange={(e) => { add([...(e.target.files ?? [])]); e.target.value = '' }} />
      <Button id="add-paper" icon={Paperclip} onClick={() => input.current?.click()}>{t('apply.addPaper')}</Button>
    </div>
  )
}
