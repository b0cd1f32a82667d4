import { Suspense, lazy, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useLocation } from 'wouter'
import { Frame } from '~/app/Frame'
import { useLayout } from '~/app/layout'
import { lastPlace } from '~/app/RoomPlace'
import type { RoomProps } from '~/app/rooms'
import { useT, withTexts } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { useKeys } from '~/kit/keys'
import { asSyncError } from '~/kit/sync/errors'
import { Avatar } from '~/kit/ui/Avatar'
import { Button } from '~/kit/ui/Button'
import { Ellipsis, Plus, Users } from '~/kit/ui/icons'
import { MenuButton } from '~/kit/ui/MenuButton'
import { Empty, Failure, Skeleton, errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { composeFrom } from '~/rooms/mail/compose/start'
import { first, fold, isGroup, lineOf, nameOf, wordsOf, type Card } from './card'
import { CardForm } from './CardForm'
import { CardView } from './CardView'
import css from './Contacts.module.css'
import { GroupForm } from './GroupForm'
import { rowsOf } from './sorting'
import { useContacts } from './store'

const MergeDialog = lazy(() => withTexts('merge', () => import('./MergeDialog')))

type Editing = { what: 'card' | 'group' | 'merge'; card?: Card } | null

/** The person's address book: groups, a list in the order of the language, and one card. */
export default function ContactsRoom({ engine }: RoomProps) {
  const t = useT()
  const phone = useLayout() === 'phone'
  const [path, navigate] = useLocation()
  const [, , place = 'all', cardId] = path.split('/').map(decodeURIComponent)
  const { contacts, version, error } = useContacts(engine)
  const [query, setQuery] = useState('')
  const [editing, setEditing] = useState<Editing>(null)
  const file = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)

  const all = useMemo(() => contacts.cards.all(), [contacts, version])
  const groups = useMemo(() => all.filter(isGroup), [all])
  const group = groups.find((g) => g.id === place)
  const shown = useMemo(() => {
    const words = fold(query).split(/\s+/).filter(Boolean)
    const inPlace = group ? all.filter((c) => group.members?.[c.uid]) : all.filter((c) => !isGroup(c))
    return words.length > 0 ? inPlace.filter((c) => words.every((w) => wordsOf(c).includes(w))) : inPlace
  }, [all, group, query])
  const rows = useMemo(() => rowsOf(shown), [shown, t])
  const card = all.find((c) => c.id === cardId)

  const go = (to: { place?: string; card?: string | undefined }, replace = false): void => navigate(`/contacts/${to.place ?? place}${to.card ? `/${to.card}` : ''}`, { replace })
  const open = (id: string | undefined): void => go({ card: id }, !phone && cardId !== undefined)
  const write = (to: string): void => {
    composeFrom({ how: 'new', to })
    navigate(lastPlace('mail') ?? '/mail')
  }
  const guard = (job: Promise<unknown>): void => void job.catch((e: unknown) => sayError(errorText(t, asSyncError(e))))
  const remove = (c: Card): void => {
    const { id: _, ...body } = c
    guard(contacts.destroy([c.id]).then(() => say(t('contacts.removed', { name: nameOf(c) }), { undo: async () => void (await contacts.create(body)) })))
    open(undefined)
  }
  const take = (f: File): void => guard(contacts.import(f).then((r) => say(t('contacts.imported', { created: r.created, updated: r.updated, refused: r.refused }))))
  const give = (ids: string[] | null): void => guard(contacts.export(ids).then((r) => download(r.text, ids?.length === 1 ? `${nameOf(all.find((c) => c.id === ids[0]) ?? {})}.vcf` : 'contacts.vcf')))

  useEffect(() => {
    document.title = `${card ? nameOf(card) : t('room.contacts')} · Chancery`
  }, [card, t])
  useKeys({ n: () => setEditing({ what: 'card' }), '/': () => document.querySelector<HTMLInputElement>('#contact-search')?.focus(), Escape: () => (cardId ? open(undefined) : false) }, editing === null)

  const walk = (e: KeyboardEvent<HTMLDivElement>): void => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[data-card]') ?? [])]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const next = e.key === 'ArrowDown' || e.key === 'j' ? items[at + 1] : e.key === 'ArrowUp' || e.key === 'k' ? items[Math.max(0, at - 1)] : e.key === 'Home' ? items[0] : e.key === 'End' ? items.at(-1) : undefined
    if (!next) return
    e.preventDefault()
    next.focus()
  }
  const menu = (
    <MenuButton
      icon={Ellipsis}
      label={t('contacts.more')}
      placement="bottom end"
      entries={[
        { id: 'group', label: t('contacts.newGroup'), icon: Users, run: () => setEditing({ what: 'group' }) },
        { id: 'duplicates', label: t('contacts.duplicates'), run: () => setEditing({ what: 'merge' }) },
        { id: 'import', label: t('contacts.import'), run: () => file.current?.click() },
        { id: 'export', label: t('contacts.export'), run: () => give(group ? shown.map((c) => c.id) : null) },
      ]}
    />
  )
  const places = (
    <nav className={css.places} aria-label={t('contacts.groups')}>
      <Button look="primary" icon={Plus} className={css.new} onClick={() => setEditing({ what: 'card' })} data-key="n">
        {t('contacts.new')}
      </Button>
      <button type="button" className={css.place} aria-current={!group ? 'page' : undefined} onClick={() => go({ place: 'all' })}>
        <span>{t('contacts.all')}</span>
        <small>{all.length - groups.length}</small>
      </button>
      {groups.map((g) => (
        <button key={g.id} type="button" className={css.place} aria-current={g === group ? 'page' : undefined} onClick={() => go({ place: g.id })}>
          <span lang={guessLanguage(nameOf(g))}>{nameOf(g)}</span>
          <small>{Object.keys(g.members ?? {}).length}</small>
        </button>
      ))}
    </nav>
  )
  return (
    <Frame
      room="contacts"
      deep={card !== undefined}
      places={places}
      onHome={() => go({ place: 'all' })}
      search={<input id="contact-search" type="search" className={css.search} aria-label={t('contacts.search')} placeholder={t('contacts.search')} value={query} onChange={(e) => setQuery(e.target.value)} />}
    >
      <div className={css.room} data-open={card !== undefined || undefined}>
        <section className={css.list} id="list" tabIndex={-1} aria-label={t('room.contacts')}>
          <header className={css.head}>
            <h1 lang={group && guessLanguage(nameOf(group))}>{group ? nameOf(group) : t('contacts.all')}</h1>
            {group && (
              <>
                <Button look="quiet" onClick={() => write(addresses(shown))} disabled={addresses(shown) === ''}>
                  {t('contacts.writeGroup')}
                </Button>
                <Button look="quiet" onClick={() => setEditing({ what: 'group', card: group })}>
                  {t('contacts.edit')}
                </Button>
              </>
            )}
            {phone && (
              <Button look="quiet" icon={Plus} onClick={() => setEditing({ what: 'card' })}>
                {t('contacts.new')}
              </Button>
            )}
            {menu}
          </header>
          {error ? (
            <Failure error={asSyncError(error)} />
          ) : !contacts.loaded && all.length === 0 ? (
            <Skeleton lines={8} />
          ) : rows.length === 0 ? (
            <Empty icon={Users} title={t(query ? 'contacts.none' : 'contacts.empty')}>
              {query ? null : t('contacts.emptyHint')}
            </Empty>
          ) : (
            <div className={css.rows} ref={list} onKeyDown={walk} role="list">
              {rows.map((r) =>
                'heading' in r ? (
                  <div key={`h${r.heading}`} className={css.heading} role="presentation">
                    {r.heading}
                  </div>
                ) : (
                  <div key={r.card.id} role="listitem">
                    <button type="button" data-card className={css.row} aria-current={r.card.id === cardId ? 'true' : undefined} onClick={() => open(r.card.id)}>
                      <Avatar name={nameOf(r.card)} email={first(r.card.emails)?.address ?? ''} size={32} />
                      <span className={css.who}>
                        <span lang={guessLanguage(nameOf(r.card))}>{nameOf(r.card) || t('contacts.unnamed')}</span>
                        <small lang={guessLanguage(lineOf(r.card))}>{lineOf(r.card)}</small>
                      </span>
                    </button>
                  </div>
                ),
              )}
            </div>
          )}
        </section>
        <section className={css.thing} aria-label={card ? nameOf(card) : t('contacts.card')}>
          {card ? (
            <CardView card={card} groups={groups.filter((g) => g.members?.[card.uid])} onBack={() => (phone ? history.back() : open(undefined))} onEdit={() => setEditing({ what: isGroup(card) ? 'group' : 'card', card })} onRemove={() => remove(card)} onExport={() => give([card.id])} onWrite={write} />
          ) : (
            !phone && <Empty icon={Users} title={t('contacts.noneOpen')} />
          )}
        </section>
      </div>
      <input ref={file} type="file" accept=".vcf,text/vcard" hidden onChange={(e) => { const f = e.target.files?.[0]; if (f) take(f); e.target.value = '' }} />
      {editing?.what === 'card' && <CardForm contacts={contacts} card={editing.card} all={all} onClose={() => setEditing(null)} onSaved={(id) => open(id)} />}
      {editing?.what === 'merge' && (
        <Suspense>
          <MergeDialog contacts={contacts} all={all} onClose={() => setEditing(null)} />
        </Suspense>
      )}
      {editing?.what === 'group' && <GroupForm contacts={contacts} group={editing.card} people={all.filter((c) => !isGroup(c))} onClose={() => setEditing(null)} onSaved={(id) => go({ place: id })} />}
    </Frame>
  )
}

/** The first address of each, as a field of recipients takes them. */
function addresses(cards: readonly Card[]): string {
  return cards.flatMap((c) => (first(c.emails)?.address ? [`"${nameOf(c).replaceAll('"', '')}" <${first(c.emails)?.address}>`] : [])).join(', ')
}

function download(text: string, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/vcard' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
