import { Suspense, lazy, useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { EmailAddress } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { composing } from '~/kit/keys/ime'
import { Avatar } from '~/kit/ui/Avatar'
import { IconButton } from '~/kit/ui/Button'
import { Users, X } from '~/kit/ui/icons'
import { personName } from '../names'
import { parseAddresses, sameAddress, validAddress } from './draft'
import css from './RecipientField.module.css'
import { isOutside } from './outside'
import { matching, type Suggestion } from './suggest'
import type { Sources } from './use-composer'

const RecipientPicker = lazy(() => withTexts('contacts', () => import('../picker/RecipientPicker')))

interface Props {
  label: string
  value: EmailAddress[]
  onChange: (value: EmailAddress[]) => void
  sources: Sources
  autoFocus?: boolean
  error?: string | undefined
  children?: ReactNode
  /** Addresses of the organisation's own domains are plain; others are marked. */
  domains?: ReadonlySet<string> | undefined
  /** The person's service level has no letters to others than those. */
  inside?: boolean
  /** It stands in a form, not on the sheet of a letter. */
  inForm?: boolean
}

/** People as chips, completed from those one writes to and from the directory. */
export function RecipientField({ label, value, onChange, sources, autoFocus, error: fault, children, domains, inside, inForm }: Props) {
  const t = useT()
  const id = useId()
  const [text, setText] = useState('')
  const [found, setFound] = useState<Suggestion[]>([])
  const [at, setAt] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const busy = useRef(false)
  const [picking, setPicking] = useState(false)
  const barred = inside ? value.filter((a) => isOutside(a, domains)) : []
  const error = fault ?? (barred.length > 0 ? t('compose.barred', { addresses: barred.map((a) => a.email).join(', ') }) : undefined)

  useEffect(() => {
    if (!text.trim() || busy.current) return setFound([])
    let current = true
    const known = matching(sources.recent, text).filter((s) => !value.some((v) => sameAddress(v, s)))
    setFound(known)
    setAt(0)
    const timer = setTimeout(() => {
      void sources.directory(text.trim()).then((people) => {
        if (!current) return
        const more = people.filter((p) => !value.some((v) => sameAddress(v, p)))
        const noted = known.map((k) => {
          const m = more.find((x) => sameAddress(x, k))
          return m ? { ...k, name: k.name || m.name, note: m.note } : k
        })
        setFound([...noted, ...more.filter((m) => !known.some((k) => sameAddress(k, m)))].slice(0, 8))
      })
    }, 120)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [text, sources, value])

  const add = (list: EmailAddress[]): void => {
    const fresh = list.filter((a, i) => !value.some((v) => sameAddress(v, a)) && list.findIndex((b) => sameAddress(a, b)) === i)
    if (fresh.length > 0) onChange([...value, ...fresh])
    setText('')
    setFound([])
  }
  const take = (s: Suggestion): void => add(s.members ?? [{ name: s.name, email: s.email }])
  const commit = (): void => {
    if (text.trim()) add(parseAddresses(text))
  }
  const keys = (e: KeyboardEvent<HTMLInputElement>): void => {
    if (composing(e)) return
    const pick = found[at]
    if (e.key === 'ArrowDown' && found.length > 0) setAt((at + 1) % found.length)
    else if (e.key === 'ArrowUp' && found.length > 0) setAt((at + found.length - 1) % found.length)
    else if ((e.key === 'Enter' || e.key === 'Tab') && pick && text.trim()) take(pick)
    else if (e.key === 'Enter' && !e.ctrlKey && !e.metaKey) commit()
    else if ((e.key === ',' || e.key === ';' || e.key === '，' || e.key === '；') && text.trim()) commit()
    else if (e.key === 'Backspace' && text === '' && value.length > 0) onChange(value.slice(0, -1))
    else if (e.key === 'Escape' && found.length > 0) setFound([])
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  const open = found.length > 0
  return (
    <div className={css.field} data-form={inForm || undefined} onClick={(e) => e.target === e.currentTarget && input.current?.focus()}>
      <label htmlFor={id}>{label}</label>
      <div className={css.box}>
        {value.map((a) => (
          <span key={a.email} className={css.chip} data-bad={!validAddress(a.email) || barred.includes(a) || undefined} data-outside={isOutside(a, domains) || undefined} title={a.email}>
            <span className={css.name} lang={guessLanguage(personName(a))}>
              {personName(a)}
            </span>
            <button type="button" aria-label={t('compose.remove', { name: personName(a) })} onClick={() => {
                onChange(value.filter((v) => v !== a))
                input.current?.focus()
              }}>
              <X size={13} aria-hidden />
            </button>
          </span>
        ))}
        <input
          ref={input}
          id={id}
          className={css.input}
          role="combobox"
          aria-expanded={open}
          aria-autocomplete="list"
          aria-controls={open ? `${id}-list` : undefined}
          aria-activedescendant={open ? `${id}-${at}` : undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={autoFocus}
          value={text}
          onChange={(e) => setText(e.target.value)}
          onCompositionStart={() => (busy.current = true)}
          onCompositionEnd={(e) => {
            busy.current = false
            setText(e.currentTarget.value)
          }}
          onKeyDown={keys}
          onBlur={() => {
            // What was typed is kept as a recipient, complete or not.
            setFound([])
            commit()
          }}
          onPaste={(e) => {
            const list = parseAddresses(e.clipboardData.getData('text'))
            if (list.length < 2 && !list[0]?.name) return
            e.preventDefault()
            add(list)
          }}
        />
        {error && (
          <p id={`${id}-error`} className={css.error} role="alert">
            {error}
          </p>
        )}
      </div>
      {sources.engine && <IconButton className={css.pick} icon={Users} label={t('compose.pick')} onClick={() => setPicking(true)} />}
      {children}
      {picking && sources.engine && (
        <Suspense>
          <RecipientPicker engine={sources.engine} field={label} recent={sources.recent} onClose={() => setPicking(false)} onDone={(list) => { add(list); setPicking(false) }} />
        </Suspense>
      )}
      {open && (
        <ul className={css.list} role="listbox" id={`${id}-list`} aria-label={t('compose.suggestions')}>
          {found.map((s, i) => (
            <li key={s.email} id={`${id}-${i}`} role="option" aria-selected={i === at} onPointerDown={(e) => { e.preventDefault(); take(s) }} onPointerEnter={() => setAt(i)}>
              <Avatar name={s.name ?? ''} email={s.email} size={30} />
              <span className={css.who}>
                <span lang={guessLanguage(s.name ?? '')}>{s.name || s.email}</span>
                <span className={css.note}>{s.note ? `${s.note} · ${s.email}` : s.email}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
