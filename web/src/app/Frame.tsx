import { useState, type ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { IconButton } from '~/kit/ui/Button'
import { Drawer } from '~/kit/ui/Drawer'
import { Keyboard, Mail, PanelLeft, Search, SquarePen, WifiOff } from '~/kit/ui/icons'
import { useLayout } from './layout'
import { useLiveness } from './person'
import { PersonMenu } from './PersonMenu'
import { Seal } from './Seal'
import css from './Frame.module.css'

interface Props {
  search: ReactNode
  places: ReactNode
  unread: number
  /** On a phone: the thing is open, so that the list and its bars give way. */
  deep: boolean
  onCompose: () => void
  onHome: () => void
  onHelp: () => void
  children: ReactNode
}

/** The one frame of all rooms: rail, places, search, person; bars on a phone. */
export function Frame({ search, places, unread, deep, onCompose, onHome, onHelp, children }: Props) {
  const t = useT()
  const layout = useLayout()
  const { foldersHidden } = usePrefs()
  const [drawer, setDrawer] = useState(false)
  const phone = layout === 'phone'
  const pinned = layout === 'desktop' && !foldersHidden
  const toggle = (): void => (layout === 'desktop' ? setPrefs({ foldersHidden: !foldersHidden }) : setDrawer(!drawer))
  const bars = !phone || !deep

  return (
    <div className={css.frame} data-layout={layout} data-places={pinned || undefined} data-bars={bars || undefined}>
      <a className={css.skip} href="#list">
        {t('frame.skip')}
      </a>
      {!phone && (
        <nav className={css.rail} aria-label={t('frame.rooms')}>
          <Seal size={30} />
          <button type="button" className={css.room} aria-current="page" onClick={onHome}>
            <Mail size={20} strokeWidth={1.75} aria-hidden />
            <span>{t('room.mail')}</span>
            {unread > 0 && (
              <b className={css.badge}>
                {unread > 99 ? '99+' : unread}
                <span className="sr">{t('folder.unread')}</span>
              </b>
            )}
          </button>
          <i className={css.spring} />
          <IconButton className={css.railIcon} icon={Keyboard} label={t('help.keys')} shortcut="?" onClick={onHelp} />
          <PersonMenu placement="right bottom" />
        </nav>
      )}
      {bars && (
        <header className={css.top} role="banner">
          <IconButton className={css.toggle} icon={PanelLeft} label={t('frame.places')} aria-expanded={layout === 'desktop' ? pinned : drawer} onClick={toggle} />
          <div className={css.search}>{search}</div>
          {phone && <PersonMenu placement="bottom end" />}
        </header>
      )}
      {pinned && <aside className={css.places}>{places}</aside>}
      <main className={css.main} id="main">
        <Connection />
        {children}
      </main>
      {phone && bars && (
        <nav className={css.bottom} aria-label={t('frame.rooms')}>
          <button type="button" className={css.tab} aria-current="page" onClick={onHome}>
            <Mail size={22} aria-hidden />
            {t('room.mail')}
            {unread > 0 && <b className={css.badge}>{unread > 99 ? '99+' : unread}</b>}
          </button>
          <button type="button" className={css.tab} onClick={() => document.querySelector<HTMLInputElement>('[type=search]')?.focus()}>
            <Search size={22} aria-hidden />
            {t('search.short')}
          </button>
          <button type="button" className={css.write} onClick={onCompose}>
            <SquarePen size={22} aria-hidden />
            {t('compose.new')}
          </button>
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
