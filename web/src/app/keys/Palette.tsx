import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useLocation } from 'wouter'
import { addTexts, t as text, useT } from '~/kit/i18n'
import { composing } from '~/kit/keys/ime'
import { prefs, setPrefs, usePrefs } from '~/kit/prefs'
import { Search } from '~/kit/ui/icons'
import type { MailEngine } from '~/rooms/mail/engine'
import { commandAreas, refreshKeys } from './commands'
import { entries, type Entry } from './entries'
import { score } from './find'
import { Caps } from './HelpKeys'
import css from './Palette.module.css'

for (const area of commandAreas) void addTexts(area)
const LATELY = 6

/**
 * One line from which everything can be reached by typing: acts, folders,
 * rooms, settings, and the search for the words themselves. It shows the key
 * of each act, so that it is needed less and less.
 */
export default function Palette({ engine, onClose }: { engine: MailEngine; onClose: () => void }) {
  const t = useT()
  const id = useId()
  const p = usePrefs()
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const dialog = useRef<HTMLDialogElement>(null)
  // Made anew each time: names come with their areas of texts.
  const all = entries(engine, navigate)
  useEffect(() => {
    refreshKeys()
    dialog.current?.showModal()
  }, [])
  const found = match(all, typed, p.lately)
  const chosen = Math.min(at, found.length - 1)

  const run = (e: Entry): void => {
    setPrefs({ lately: [e.id, ...prefs().lately.filter((x) => x !== e.id)].slice(0, 20) })
    // Closed first: the browser gives the focus back, and the act may move it on.
    dialog.current?.close()
    onClose()
    setTimeout(e.run, 0)
  }
  const key = (e: KeyboardEvent): void => {
    if (composing(e)) return // the input method's own Enter and arrows
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault()
      setAt((chosen + (e.key === 'ArrowDown' ? 1 : -1) + found.length) % Math.max(1, found.length))
    } else if (e.key === 'Enter') {
      e.preventDefault()
      const entry = found[chosen]
      if (entry) run(entry)
    }
  }
  useEffect(() => {
    dialog.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <dialog ref={dialog} className={css.palette} aria-label={t('palette.title')} onClose={onClose} onClick={(e) => e.target === e.currentTarget && dialog.current?.close()}>
      <div className={css.box}>
        <div className={css.line}>
          <Search size={18} aria-hidden />
          <input
            autoFocus
            className={css.input}
            role="combobox"
            aria-expanded
            aria-controls={`${id}-l`}
            aria-activedescendant={found[chosen] ? `${id}-${chosen}` : undefined}
            aria-label={t('palette.title')}
            placeholder={t('palette.placeholder')}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(e) => {
              setTyped(e.target.value)
              setAt(0)
            }}
            onKeyDown={key}
          />
        </div>
        <ul id={`${id}-l`} role="listbox" aria-label={t('palette.title')} className={css.list}>
          {found.map((e, i) => (
            <li key={e.id} id={`${id}-${i}`} role="option" aria-selected={i === chosen} onPointerMove={() => i !== chosen && setAt(i)} onClick={() => run(e)}>
              {e.icon ? <e.icon size={17} strokeWidth={1.75} aria-hidden /> : <i />}
              <span className={css.name}>{e.name}</span>
              {e.keys.length > 0 ? <Caps keys={e.keys.slice(0, 1)} /> : <span className={css.group}>{e.group}</span>}
            </li>
          ))}
        </ul>
        <p className="sr" role="status">
          {t('palette.found', { count: found.length })}
        </p>
      </div>
    </dialog>
  )
}

/** The entries for what was typed, best first; with nothing typed, the late ones first. */
function match(all: readonly Entry[], typed: string, lately: readonly string[]): Entry[] {
  const late = (e: Entry): number => {
    const i = lately.indexOf(e.id)
    return i < 0 ? LATELY : Math.min(i, LATELY)
  }
  if (typed.trim() === '') return all.filter((e) => !e.search).toSorted((a, b) => late(a) - late(b))
  return all
    .map((e) => ({ e: e.search ? { ...e, name: text('palette.search', { query: typed.trim() }), run: () => e.search?.(typed.trim()) } : e, n: e.search ? 0.5 : score(`${e.name} ${e.group}`, typed) }))
    .filter((x) => x.n > 0)
    .toSorted((a, b) => b.n - a.n || late(a.e) - late(b.e))
    .slice(0, 40)
    .map((x) => x.e)
}
