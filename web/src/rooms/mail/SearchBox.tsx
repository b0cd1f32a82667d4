import { useEffect, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { useKeys } from '~/kit/keys'
import { composing } from '~/kit/keys/ime'
import { IconButton } from '~/kit/ui/Button'
import { Search, X } from '~/kit/ui/icons'
import { useMail } from './context'
import { SEARCH } from './route'
import css from './SearchBox.module.css'

const EXAMPLES = ['from:', 'to:', 'subject:', 'has:attachment', 'is:unread', 'in:', 'after:', 'before:', 'larger:'] as const

/** The search box, in the same spot everywhere; answers come while typing. */
export function SearchBox() {
  const t = useT()
  const { route, go } = useMail()
  const [text, setText] = useState(route.query)
  const [focused, setFocused] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const busy = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const back = useRef<string | undefined>(undefined)

  useEffect(() => {
    if (document.activeElement !== input.current) setText(route.query)
  }, [route.query])
  useEffect(() => {
    if (route.box !== SEARCH) back.current = route.box
  }, [route.box])
  useKeys({ '/': () => input.current?.focus() })

  const run = (value: string): void => {
    clearTimeout(timer.current)
    if (value.trim()) go({ box: SEARCH, query: value, threadId: undefined, unread: false }, route.box === SEARCH)
    else if (route.box === SEARCH) leave()
  }
  const leave = (): void => {
    setText('')
    clearTimeout(timer.current)
    if (route.box === SEARCH && back.current) go({ box: back.current, query: '', threadId: undefined })
  }
  const later = (value: string): void => {
    clearTimeout(timer.current)
    // A word that is still being composed is not searched for.
    timer.current = setTimeout(() => !busy.current && value.trim().length > 0 && run(value), 300)
  }
  const add = (piece: string): void => {
    const next = `${text.trim()}${text.trim() ? ' ' : ''}${piece}`
    setText(next)
    input.current?.focus()
    if (!piece.endsWith(':')) run(next)
  }

  return (
    <form
      className={css.box}
      role="search"
      onSubmit={(e) => {
        e.preventDefault()
        run(text)
      }}
      onFocus={() => setFocused(true)}
      onBlur={(e) => !e.currentTarget.contains(e.relatedTarget) && setFocused(false)}
    >
      <Search className={css.glass} size={18} aria-hidden />
      <input
        ref={input}
        type="search"
        className={css.input}
        value={text}
        placeholder={t('search.placeholder')}
        aria-label={t('search.title')}
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        onChange={(e) => {
          setText(e.target.value)
          if (!busy.current) later(e.target.value)
        }}
        onCompositionStart={() => (busy.current = true)}
        onCompositionEnd={(e) => {
          busy.current = false
          later(e.currentTarget.value)
        }}
        onKeyDown={(e) => {
          if (composing(e)) return
          if (e.key === 'Escape') {
            leave()
            input.current?.blur()
          }
        }}
      />
      {text ? <IconButton icon={X} size={16} label={t('search.clear')} onClick={leave} /> : <kbd className={css.key}>/</kbd>}
      {focused && !text && (
        <div className={css.hints}>
          <p>{t('search.operators')}</p>
          <ul>
            {EXAMPLES.map((x) => (
              <li key={x}>
                <button type="button" onClick={() => add(x)}>
                  {x}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </form>
  )
}
