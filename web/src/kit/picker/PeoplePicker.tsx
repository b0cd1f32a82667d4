import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { composing } from '~/kit/keys/ime'
import { Avatar } from '~/kit/ui/Avatar'
import { Button, IconButton } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { ChevronDown, ChevronRight, Clock, List, X } from '~/kit/ui/icons'
import { Empty, Skeleton } from '~/kit/ui/states'
import { Users } from '~/kit/ui/icons'
import css from './PeoplePicker.module.css'
import type { Choice, PeopleSource, TreeUnit } from './source'

interface Props {
  title: string
  source: PeopleSource
  onDone: (list: Choice[]) => void
  onClose: () => void
}

/** The place whose people are shown: a unit, or one of two lists. */
type Place = { at: 'unit'; unit: TreeUnit } | { at: 'recent' } | { at: 'lists' }

/** Chooses people from the organisation: by its tree, its lists, by search, or whole units at once. */
export default function PeoplePicker({ title, source, onDone, onClose }: Props) {
  const t = useT()
  const id = useId()
  const [units, setUnits] = useState<TreeUnit[] | null>(null)
  const [place, setPlace] = useState<Place>({ at: 'recent' })
  const [query, setQuery] = useState('')
  const [shown, setShown] = useState<Choice[] | null>(null)
  const [chosen, setChosen] = useState<ReadonlyMap<string, Choice>>(new Map())

  useEffect(() => void source.units().then(setUnits, () => setUnits([])), [source])
  useEffect(() => {
    let current = true
    setShown(null)
    const load = query.trim() ? source.search(query.trim()) : place.at === 'unit' ? source.people(place.unit.id, false) : place.at === 'lists' ? source.lists() : Promise.resolve(source.recent)
    const timer = setTimeout(() => void load.then((list) => current && setShown(list), () => current && setShown([])), query.trim() ? 120 : 0)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [source, place, query])

  const toggle = (list: Choice[], on: boolean): void => {
    const next = new Map(chosen)
    for (const c of list) {
      if (on) next.set(c.email.toLowerCase(), c)
      else next.delete(c.email.toLowerCase())
    }
    setChosen(next)
  }
  const unit = place.at === 'unit' && !query.trim() ? place.unit : undefined
  const whole = async (u: TreeUnit): Promise<void> => toggle(await source.people(u.id, true), true)
  return (
    <Dialog
      wide
      title={title}
      onClose={onClose}
      footer={
        <>
          <span className={css.sum} role="status">
            {t('picker.chosen', { count: chosen.size })}
          </span>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" disabled={chosen.size === 0} onClick={() => onDone([...chosen.values()])}>
            {t('picker.add', { count: chosen.size })}
          </Button>
        </>
      }
    >
      <div className={css.picker}>
        <input type="search" className={css.search} aria-label={t('picker.search')} placeholder={t('picker.search')} value={query} onChange={(e) => setQuery(e.target.value)} onKeyDown={(e) => e.key === 'Enter' && !composing(e) && e.preventDefault()} />
        <div className={css.places}>
          <button type="button" className={css.place} aria-pressed={place.at === 'recent' && !query} onClick={() => { setQuery(''); setPlace({ at: 'recent' }) }}>
            <Clock size={16} aria-hidden /> {t('picker.recent')}
          </button>
          <button type="button" className={css.place} aria-pressed={place.at === 'lists' && !query} onClick={() => { setQuery(''); setPlace({ at: 'lists' }) }}>
            <List size={16} aria-hidden /> {t('picker.lists')}
          </button>
          {units === null ? <Skeleton lines={5} /> : <Tree units={units} current={unit?.id} onChoose={(u) => { setQuery(''); setPlace({ at: 'unit', unit: u }) }} />}
        </div>
        <div className={css.people}>
          {unit && (
            <div className={css.head}>
              <b lang={guessLanguage(unit.name)}>{unit.name}</b>
              {unit.total > 0 && (
                <Button look="quiet" icon={Users} onClick={() => void whole(unit)}>
                  {t('picker.whole', { count: unit.total })}
                </Button>
              )}
            </div>
          )}
          {shown === null ? (
            <Skeleton lines={6} />
          ) : shown.length === 0 ? (
            <Empty icon={Users} title={t(query ? 'picker.none' : 'picker.empty')} />
          ) : (
            <ul className={css.list} aria-label={t('picker.people')}>
              {shown.map((c) => (
                <li key={c.email}>
                  <label className={css.person}>
                    <input type="checkbox" checked={chosen.has(c.email.toLowerCase())} onChange={(e) => toggle([c], e.target.checked)} aria-describedby={`${id}-${c.email}`} />
                    <Avatar name={c.name ?? ''} email={c.email} size={30} />
                    <span className={css.who}>
                      <span lang={guessLanguage(c.name ?? '')}>{c.name || c.email}</span>
                      <span className={css.note} id={`${id}-${c.email}`}>
                        {c.note || c.email}
                      </span>
                    </span>
                  </label>
                </li>
              ))}
            </ul>
          )}
        </div>
        {chosen.size > 0 && (
          <ul className={css.chips} aria-label={t('picker.chosen', { count: chosen.size })}>
            {[...chosen.values()].slice(0, 40).map((c) => (
              <li key={c.email} title={c.email}>
                <span lang={guessLanguage(c.name ?? '')}>{c.name || c.email}</span>
                <IconButton icon={X} size={13} label={t('compose.remove', { name: c.name || c.email })} onClick={() => toggle([c], false)} />
              </li>
            ))}
            {chosen.size > 40 && <li className={css.more}>{t('picker.more', { count: chosen.size - 40 })}</li>}
          </ul>
        )}
      </div>
    </Dialog>
  )
}

/** The units as a tree, after the pattern of the ARIA practices. */
function Tree({ units, current, onChoose }: { units: TreeUnit[]; current: string | undefined; onChoose: (u: TreeUnit) => void }) {
  const t = useT()
  const tree = useRef<HTMLUListElement>(null)
  const children = useMemo(() => {
    const by = new Map<string | null, TreeUnit[]>()
    const known = new Set(units.map((u) => u.id))
    for (const u of units) {
      const parent = u.parentId !== null && known.has(u.parentId) ? u.parentId : null
      by.set(parent, [...(by.get(parent) ?? []), u])
    }
    return by
  }, [units])
  const top = children.get(null) ?? []
  // A single top unit is opened, as there is nothing else to see.
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(top.length === 1 ? top.map((u) => u.id) : []))
  const twist = (u: TreeUnit, on: boolean): void => setOpen((old) => (on ? new Set([...old, u.id]) : new Set([...old].filter((x) => x !== u.id))))
  const keys = (e: KeyboardEvent<HTMLUListElement>): void => {
    const items = [...(tree.current?.querySelectorAll<HTMLElement>('[role=treeitem]') ?? [])]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const here = items[at]
    const u = units.find((x) => x.id === here?.dataset['unit'])
    if (!here || !u) return
    const expanded = here.getAttribute('aria-expanded')
    if (e.key === 'ArrowDown') items[at + 1]?.focus()
    else if (e.key === 'ArrowUp') items[at - 1]?.focus()
    else if (e.key === 'Home') items[0]?.focus()
    else if (e.key === 'End') items.at(-1)?.focus()
    else if (e.key === 'ArrowRight' && expanded === 'false') twist(u, true)
    else if (e.key === 'ArrowLeft' && expanded === 'true') twist(u, false)
    else if (e.key === 'ArrowLeft') items.findLast((x, i) => i < at && Number(x.getAttribute('aria-level')) < Number(here.getAttribute('aria-level')))?.focus()
    else if (e.key === 'Enter' || e.key === ' ') onChoose(u)
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  const rows = (list: TreeUnit[], depth: number): React.ReactNode =>
    list.map((u) => {
      const below = children.get(u.id) ?? []
      const on = open.has(u.id)
      return (
        <li key={u.id} role="none">
          <div
            role="treeitem"
            className={css.unit}
            data-unit={u.id}
            aria-level={depth + 1}
            aria-selected={u.id === current}
            aria-expanded={below.length > 0 ? on : undefined}
            tabIndex={u.id === (current ?? top[0]?.id) ? 0 : -1}
            style={{ paddingInlineStart: 4 + depth * 14 }}
            onClick={() => onChoose(u)}
          >
            <span className={css.twist} onClick={(e) => { if (below.length > 0) { e.stopPropagation(); twist(u, !on) } }}>
              {below.length > 0 && (on ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />)}
            </span>
            <span className={css.name} lang={guessLanguage(u.name)}>
              {u.name}
            </span>
            <span className={css.count}>
              {u.total}
              <span className="sr"> {t('picker.people')}</span>
            </span>
          </div>
          {on && below.length > 0 && <ul role="group">{rows(below, depth + 1)}</ul>}
        </li>
      )
    })
  if (units.length === 0) return null
  return (
    <ul role="tree" aria-label={t('picker.units')} className={css.tree} ref={tree} onKeyDown={keys}>
      {rows(top, 0)}
    </ul>
  )
}
