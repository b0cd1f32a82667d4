import { Suspense, lazy, useCallback, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useT, withTexts } from '~/kit/i18n'
import { useKeys } from '~/kit/keys'
import { composing } from '~/kit/keys/ime'
import { IconButton } from '~/kit/ui/Button'
import { Search, X } from '~/kit/ui/icons'
import { choices, choose, recent } from './choices'
import { useMail } from './context'
import { SEARCH } from './route'
import css from './SearchBox.module.css'

const Suggest = lazy(() => withTexts('folders', () => import('./find/Suggest')))

/** Between two keys of somebody who types fast; a longer wait is felt. */
const PAUSE_MS = 50

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
  const id = useId()
  const [active, setActive] = useState<string>()
  const [listed, setListed] = useState(false)
  // Once a search was ordered, its results are not covered any more.
  const [settled, setSettled] = useState(false)
  const keys = useRef<((e: KeyboardEvent) => boolean) | null>(null)
  const onActive = useCallback((some: boolean, now: string | undefined) => {
    setListed(some)
    setActive(now)
  }, [])

  useEffect(() => {
    if (document.activeElement !== input.current) setText(route.query)
  }, [route.query])
  useEffect(() => {
    if (route.box !== SEARCH) back.current = route.box
  }, [route.box])
  useKeys({ '/': () => input.current?.focus() })

  const run = (value: string): void => {
    clearTimeout(timer.current)
    if (value.trim()) go({ box: SEARCH, query: value, threadId: undefined }, route.box === SEARCH)
    else if (route.box === SEARCH) leave()
  }
  const leave = (): void => {
    setText('')
    clearTimeout(timer.current)
    if (route.box === SEARCH && back.current) go({ box: back.current, threadId: undefined })
  }
  const later = (value: string): void => {
    clearTimeout(timer.current)
    // A word that is still being composed is not searched for.
    timer.current = setTimeout(() => !busy.current && value.trim().length > 0 && run(value), PAUSE_MS)
  }
  const order = (value: string): void => {
    const clean = value.trim()
    if (clean) choose({ recentSearches: recent(choices().recentSearches, clean) })
    setSettled(true)
    run(value)
  }
  const take = (query: string): void => {
    const unfinished = query.endsWith(':') || query === 'OR'
    const next = unfinished && text.trim() ? `${text.trim()} ${query}` : unfinished ? query : `${query} `
    setText(next)
    input.current?.focus()
    if (!unfinished) order(query)
  }
  const open = focused && !settled

  return (
    <form
      className={css.box}
      role="search"
      onSubmit={(e) => {
        e.preventDefault()
        order(input.current?.value ?? text) // what stands there now: a method may end its word by the very key
      }}
      onFocus={() => {
        setFocused(true)
        setSettled(false)
      }}
      onBlur={(e) => !e.currentTarget.contains(e.relatedTarget) && setFocused(false)}
    >
      <Search className={css.glass} size={18} aria-hidden />
      <input
        ref={input}
        type="search"
        role={listed ? 'combobox' : undefined}
        aria-expanded={listed ? true : undefined}
        aria-controls={listed ? id : undefined}
        aria-activedescendant={listed ? active : undefined}
        aria-autocomplete={listed ? 'list' : undefined}
        className={css.input}
        value={text}
        placeholder={t('search.placeholder')}
        aria-label={t('search.title')}
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        onChange={(e) => {
          setText(e.target.value)
          setSettled(false)
          if (!busy.current) later(e.target.value)
        }}
        onCompositionStart={() => (busy.current = true)}
        onCompositionEnd={(e) => {
          busy.current = false
          if (e.currentTarget.value.trim()) run(e.currentTarget.value) // a word that was composed is a whole one
        }}
        onKeyDown={(e) => {
          if (composing(e)) return
          if (open && keys.current?.(e)) return e.preventDefault()
          if (e.key === 'ArrowDown') {
            // With nothing to suggest, down leads into what was found.
            const row = document.querySelector<HTMLElement>('#list [role=row][tabindex="0"]')
            if (row) {
              e.preventDefault()
              row.focus()
            }
          }
          if (e.key === 'Escape') {
            leave()
            input.current?.blur()
          }
        }}
      />
      {text ? <IconButton icon={X} size={16} label={t('search.clear')} onClick={leave} /> : <kbd className={css.key}>/</kbd>}
      {open && (
        <Suspense>
          <Suggest text={text} id={id} keys={keys} onTake={take} onActive={onActive} />
        </Suspense>
      )}
    </form>
  )
}
