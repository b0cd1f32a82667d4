import { use, useEffect, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useT } from '~/kit/i18n'
import { isMac } from '~/kit/keys'
import { keyCaps } from '~/kit/keys/names'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { IconButton } from '~/kit/ui/Button'
import { Drawer } from '~/kit/ui/Drawer'
import { Keyboard, LayoutGrid, PanelLeft, Search, SquarePen, WifiOff } from '~/kit/ui/icons'
import { setBadge, useBadges } from './badges'
import { openPalette } from './keys/Overlays'
import { useLayout } from './layout'
import { useNotes } from './notes'
import { useLiveness } from './person'
import { PersonMenu } from './PersonMenu'
import { lastPlace } from './RoomPlace'
import { OfferedContext } from './offered'
import { roomsFor, type RoomEntry } from './rooms'
import { Seal } from './Seal'
import css from './Frame.module.css'

interface Props {
  /** The room that draws the frame, by its id in rooms.ts; 'settings' is none of them. */
  room?: string
  search?: ReactNode
  places?: ReactNode
  /** The number beside the room's own icon. */
  unread?: number
  /** On a phone: the thing is open, so that the list and its bars give way. */
  deep: boolean
  /** The act under the thumb on a phone; without it the room has none. */
  onCompose?: () => void
  /** What the room's own icon does while the room is in view. */
  onHome?: () => void
  onHelp?: () => void
  children: ReactNode
}

/** The one frame of all rooms: rail, places, search, person; bars on a phone. */
export function Frame({ room = 'mail', search, places, unread, deep, onCompose, onHome, onHelp, children }: Props) {
  const t = useT()
  const layout = useLayout()
  const { foldersHidden } = usePrefs()
  const [drawer, setDrawer] = useState(false)
  const phone = layout === 'phone'
  const rooms = roomsFor(use(OfferedContext))
  const pinned = layout === 'desktop' && !foldersHidden && places !== undefined
  const toggle = (): void => (layout === 'desktop' ? setPrefs({ foldersHidden: !foldersHidden }) : setDrawer(!drawer))
  const bars = !phone || !deep
  useEffect(() => {
    if (unread !== undefined) setBadge(room, unread)
  }, [room, unread])

  return (
    <div className={css.frame} data-layout={layout} data-places={pinned || undefined} data-bars={bars || undefined}>
      <a className={css.skip} href="#list">
        {t('frame.skip')}
      </a>
      {!phone && (
        <nav className={css.rail} aria-label={t('frame.rooms')}>
          <Seal size={30} />
          {rooms.map((r) => (
            <RoomButton key={r.id} entry={r} current={r.id === room} onHome={onHome} size={20} className={css.room} />
          ))}
          <i className={css.spring} />
          <IconButton className={css.railIcon} icon={LayoutGrid} label={t('palette.title')} shortcut="mod+k" onClick={openPalette} />
          {onHelp && <IconButton className={css.railIcon} icon={Keyboard} label={t('help.keys')} shortcut="?" onClick={onHelp} />}
          <PersonMenu placement="right bottom" />
        </nav>
      )}
      {bars && (
        <header className={css.top} role="banner">
          {places && <IconButton className={css.toggle} icon={PanelLeft} label={t('frame.places')} aria-expanded={layout === 'desktop' ? pinned : drawer} onClick={toggle} />}
          <div className={css.search}>{search ?? <PaletteLine />}</div>
          {phone && <PersonMenu placement="bottom end" />}
        </header>
      )}
      {pinned && <aside className={css.places}>{places}</aside>}
      <main className={css.main} id="main">
        <Connection />
        <Notes />
        {children}
      </main>
      {phone && bars && (
        <nav className={css.bottom} aria-label={t('frame.rooms')}>
          {rooms
            .filter((r) => r.bar !== false)
            .map((r) => (
              <RoomButton key={r.id} entry={r} current={r.id === room} onHome={onHome} size={22} className={css.tab} />
            ))}
          {search && (
            <button type="button" className={css.tab} onClick={(e) => e.currentTarget.closest('[data-layout]')?.querySelector<HTMLInputElement>('[type=search]')?.focus()}>
              <Search size={22} aria-hidden />
              {t('search.short')}
            </button>
          )}
          {onCompose && (
            <button type="button" className={css.write} aria-label={t('compose.new')} onClick={onCompose}>
              <SquarePen size={22} aria-hidden />
              {t('compose.short')}
            </button>
          )}
        </nav>
      )}
      {drawer && layout !== 'desktop' && (
        <Drawer label={t('frame.folders')} onClose={() => setDrawer(false)}>
          {places}
        </Drawer>
      )}
    </div>
  )
}

/** Where a room has no search of its own, its spot leads to everything. */
function PaletteLine() {
  const t = useT()
  return (
    <button type="button" className={css.line} onClick={openPalette}>
      <Search size={18} strokeWidth={1.75} aria-hidden />
      {t('palette.title')}
      <kbd>{keyCaps('mod+k', isMac).join(' ')}</kbd>
    </button>
  )
}

/** The way to a room: where it was left, or its front. */
function RoomButton({ entry, current, onHome, size, className }: { entry: RoomEntry; current: boolean; onHome: (() => void) | undefined; size: number; className: string | undefined }) {
  const t = useT()
  const [, navigate] = useLocation()
  const count = useBadges()[entry.id] ?? 0
  const Icon = entry.icon
  return (
    <button type="button" className={className} aria-current={current ? 'page' : undefined} onClick={() => (current ? onHome?.() : navigate(lastPlace(entry.id) ?? entry.path))}>
      <Icon size={size} strokeWidth={1.75} aria-hidden />
      <span>{t(entry.labelKey)}</span>
      {count > 0 && (
        <b className={css.badge}>
          {count > 99 ? '99+' : count}
          <span className="sr">{t('folder.unread')}</span>
        </b>
      )}
    </button>
  )
}

/** Says when the line is down; what is on the screen can still be read. */
function Connection() {
  const t = useT()
  const live = useLiveness()
  return (
    <div role="status" className={live === 'offline' ? css.offline : 'sr'}>
      {live === 'offline' && (
        <>
          <WifiOff size={16} aria-hidden /> {t('state.offline')}
        </>
      )}
    </div>
  )
}

/** What a person should not forget, in every room. */
function Notes() {
  useT()
  const [, navigate] = useLocation()
  return Object.entries(useNotes()).map(([id, n]) => (
    <div key={id} role="note" className={css.note}>
      <span>{n.text()}</span>
      <button type="button" onClick={() => navigate(n.path)}>
        {n.act()}
      </button>
    </div>
  ))
}
