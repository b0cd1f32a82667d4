import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { composing } from '~/kit/keys/ime'
import { Check, Minus } from '~/kit/ui/icons'
import css from './Pick.module.css'

export interface Option {
  id: string
  text: string
  note?: string
  mark?: ReactNode
  /** For lists where several can be on. */
  state?: 'on' | 'some' | 'off'
  group?: string
}

interface Props {
  label: string
  options: readonly Option[]
  onText?: (text: string) => void
  /** Shown after what matches, such as making what was typed. */
  extra?: (text: string) => Option | undefined
  onPick: (o: Option, text: string) => void
  /** Matching is done already, as by the server. */
  matched?: boolean
}

/** A line to type in and the list it narrows: arrows walk, Enter takes (the combobox of the ARIA practices). */
export function Pick({ label, options, onText, extra, onPick, matched }: Props) {
  const t = useT()
  const id = useId()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const found = matched ? [...options] : options.filter((o) => fold(`${o.note ?? ''} ${o.text}`).includes(fold(text)))
  const more = extra?.(text.trim())
  if (more) found.push(more)
  const here = Math.min(at, found.length - 1)
  useEffect(() => void list.current?.children[here]?.scrollIntoView({ block: 'nearest' }), [here])
  useEffect(() => input.current?.focus(), [])

  const keys = (e: KeyboardEvent): void => {
    if (composing(e)) return
    if (e.key === 'ArrowDown') setAt((here + 1) % Math.max(found.length, 1))
    else if (e.key === 'ArrowUp') setAt((here + found.length - 1) % Math.max(found.length, 1))
    else if (e.key === 'Enter' && !e.ctrlKey && !e.metaKey && found[here]) onPick(found[here], text.trim())
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  let group: string | undefined
  return (
    <div className={css.pick}>
      <label className="sr" htmlFor={id}>
        {label}
      </label>
      <input
        ref={input}
        id={id}
        className={css.input}
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found[here] ? `${id}-${here}` : undefined}
        aria-autocomplete="list"
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(e) => {
          setText(e.target.value)
          setAt(0)
          onText?.(e.target.value)
        }}
        onKeyDown={keys}
      />
      <ul ref={list} onMouseDown={(e) => e.preventDefault()} id={`${id}-list`} className={css.list} role="listbox" aria-label={label} aria-multiselectable={options.some((o) => o.state) || undefined}>
        {found.map((o, i) => {
          const head = !text && o.group !== group
          group = o.group
          return (
            <li key={o.id} id={`${id}-${i}`} className={css.option} role="option" aria-selected={o.state ? o.state === 'on' : i === here} data-at={i === here || undefined} data-head={(head && o.group) || undefined} onClick={() => onPick(o, text.trim())} onPointerMove={() => i !== here && setAt(i)}>
              {o.mark}
              <span className={css.text} lang={guessLanguage(o.text)}>
                {o.text}
              </span>
              {o.note && <span className={css.note}>{o.note}</span>}
              {o.state === 'on' && <Check size={16} aria-hidden />}
              {o.state === 'some' && <Minus size={16} aria-label={t('labels.some')} role="img" />}
            </li>
          )
        })}
      </ul>
      {found.length === 0 && (
        <p className={css.none} role="status">
          {t('pick.none')}
        </p>
      )}
    </div>
  )
}

// Names are found with and without their tone marks.
function fold(s: string): string {
  return s.toLowerCase().replaceAll('đ', 'd').normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC')
}
