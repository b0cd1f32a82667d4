import { useEffect, useMemo, useState, type KeyboardEvent as ReactKeyboardEvent, type ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import { compareNames } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Avatar } from '~/kit/ui/Avatar'
import { Clock, Tag } from '~/kit/ui/icons'
import { folderPath } from '../account'
import { useChoices } from '../choices'
import { matching, recentPeople, searchDirectory, type Suggestion } from '../compose/suggest'
import { useMail } from '../context'
import { folderIcon, folderName } from '../names'
import { queryText, type Term } from '../search'
import css from './Suggest.module.css'

interface Offer {
  id: string
  query: string
  text: string
  note?: string
  mark: ReactNode
}

const EXAMPLES = ['from:', 'to:', 'subject:', 'has:attachment', 'is:unread', 'is:starred', 'in:', 'label:', 'after:', 'before:', 'newer_than:', 'larger:', 'OR']
const people = new WeakMap<object, Promise<Suggestion[]>>()

interface Props {
  text: string
  id: string
  /** Runs a query, or puts an unfinished operator into the box. */
  onTake: (query: string) => void
  /** Whether there is a list, and which of it is active. */
  onActive: (listed: boolean, id: string | undefined) => void
  /** The box hands its keys to the list while it is shown. */
  keys: { current: ((e: ReactKeyboardEvent) => boolean) | null }
}

/** What a person may be after: earlier searches, people, folders, labels, and the operators there are. */
export default function Suggest({ text, id, onTake, onActive, keys }: Props) {
  const t = useT()
  const offers = useOffers(text)
  const [at, setAt] = useState(-1)
  useEffect(() => setAt(-1), [text])
  useEffect(() => onActive(offers.length > 0, offers[at] ? `${id}-${at}` : undefined), [at, offers, id, onActive])
  useEffect(() => () => onActive(false, undefined), [onActive])
  keys.current = (e) => {
    const n = offers.length
    if (n === 0) return false
    if (e.key === 'ArrowDown') setAt((at + 1) % n)
    else if (e.key === 'ArrowUp') setAt(at <= 0 ? n - 1 : at - 1)
    else if (e.key === 'Enter' && offers[at]) onTake(offers[at].query)
    else return false
    return true
  }
  useEffect(() => () => void (keys.current = null), [keys])
  if (offers.length === 0 && text.trim()) return null
  return (
    <div className={css.panel} onPointerDown={(e) => e.preventDefault()}>
      {offers.length > 0 && (
        <ul className={css.list} role="listbox" id={id} aria-label={t('suggest.list')}>
          {offers.map((o, i) => (
            <li key={o.id} id={`${id}-${i}`} role="option" aria-selected={i === at} className={css.option} onClick={() => onTake(o.query)} onPointerMove={() => i !== at && setAt(i)}>
              {o.mark}
              <span className={css.text} lang={guessLanguage(o.text)}>
                {o.text}
              </span>
              {o.note && <span className={css.note}>{o.note}</span>}
            </li>
          ))}
        </ul>
      )}
      {!text.trim() && (
        <>
          <p className={css.title}>{t('search.operators')}</p>
          <ul className={css.examples}>
            {EXAMPLES.map((x) => (
              <li key={x}>
                <button type="button" tabIndex={-1} onClick={() => onTake(x)}>
                  {x}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function useOffers(text: string): Offer[] {
  const t = useT()
  const { engine, account } = useMail()
  const { labels, recentSearches } = useChoices()
  const [found, setFound] = useState<Suggestion[]>([])
  // The word at the end is the one being typed; what stands before it is kept.
  const cut = /\S*$/.exec(text)?.index ?? 0
  const before = text.slice(0, cut).trim()
  const word = text.slice(cut)
  const [, operator, bare] = /^(?:(from|to|in|label):)?"?(.*)$/i.exec(word) ?? []

  useEffect(() => {
    setFound([])
    if (!bare || operator === 'in' || operator === 'label') return
    let here = true
    const timer = setTimeout(() => {
      const known = people.get(engine) ?? recentPeople(engine, account).catch(() => [])
      people.set(engine, known)
      void known.then((list) => here && setFound((old) => merge(matching(list, bare), old)))
      void searchDirectory(engine, account, bare).then((list) => here && setFound((old) => merge(old, list)))
    }, 180) // after the letters were asked for, which are waited for more
    return () => {
      here = false
      clearTimeout(timer)
    }
  }, [engine, account, bare, operator])

  return useMemo(() => {
    const put = (term: Term): string => `${before ? `${before} ` : ''}${queryText([term])}`
    const out: Offer[] = []
    const want = (bare ?? '').toLocaleLowerCase()
    const recent = recentSearches.filter((q) => q !== text && q.toLocaleLowerCase().startsWith(text.trim().toLocaleLowerCase())).slice(0, text ? 2 : 5)
    for (const q of recent) out.push({ id: `q ${q}`, query: q, text: q, ...(text ? {} : { note: t('suggest.recent') }), mark: <Clock size={16} aria-hidden /> })
    if (!want && !operator) return out
    if (operator !== 'in' && operator !== 'label') {
      for (const p of found.slice(0, 5)) {
        const name = p.name || p.email
        out.push({ id: `p ${p.email}`, query: put({ operator: operator?.toLowerCase() ?? 'from', value: p.email, not: false }), text: operator ? name : t('suggest.from', { name }), note: p.note || p.email, mark: <Avatar name={p.name ?? ''} email={p.email} size={22} /> })
      }
    }
    if (!operator || operator === 'label') {
      for (const l of labels.filter((x) => x.name.toLocaleLowerCase().includes(want)).slice(0, 4)) out.push({ id: `l ${l.keyword}`, query: put({ operator: 'label', value: l.name, not: false }), text: t('suggest.label', { name: l.name }), mark: <Tag size={16} aria-hidden /> })
    }
    if (!operator || operator === 'in') {
      const boxes = account.mailboxes.all().filter((m) => folderName(m).toLocaleLowerCase().includes(want)).toSorted((a, b) => compareNames(folderName(a), folderName(b)))
      for (const m of boxes.slice(0, operator ? 8 : 3)) {
        const Icon = folderIcon(m)
        out.push({ id: `f ${m.id}`, query: put({ operator: 'in', value: folderName(m), not: false }), text: t('suggest.in', { name: folderName(m) }), ...(m.parentId === null ? {} : { note: folderPath(account, m, folderName) }), mark: <Icon size={16} aria-hidden /> })
      }
    }
    return out
  }, [t, account, labels, recentSearches, found, text, before, bare, operator])
}

function merge(a: readonly Suggestion[], b: readonly Suggestion[]): Suggestion[] {
  const seen = new Map<string, Suggestion>()
  for (const s of [...a, ...b]) if (!seen.has(s.email.toLowerCase())) seen.set(s.email.toLowerCase(), s)
  return [...seen.values()]
}
