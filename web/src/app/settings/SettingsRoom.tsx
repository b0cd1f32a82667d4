import { Suspense, lazy, useEffect } from 'react'
import { useLocation } from 'wouter'
import { addTexts, useT, withTexts } from '~/kit/i18n'
import { useKeys } from '~/kit/keys'
import { Button, IconButton } from '~/kit/ui/Button'
import { ArrowLeft } from '~/kit/ui/icons'
import { Skeleton } from '~/kit/ui/states'
import { Frame } from '../Frame'
import { useLayout } from '../layout'
import { lastPlace } from '../RoomPlace'
import type { RoomProps } from '../rooms'
import { sections, sectionsFor } from './sections'
import css from './SettingsRoom.module.css'

const bodies = new Map(sections.map((s) => [s.id, lazy(() => withTexts(s.area, s.load))]))
for (const area of new Set(sections.map((s) => s.area))) void addTexts(area)

/** The settings: a list of sections, and one of them. On a phone, one after the other. */
export default function SettingsRoom({ engine }: RoomProps) {
  const t = useT()
  const phone = useLayout() === 'phone'
  const [path, navigate] = useLocation()
  const wanted = path.split('/')[2]
  const shown = sectionsFor(engine.session.capabilities)
  const section = shown.find((s) => s.id === wanted) ?? (phone ? undefined : shown[0])
  const Body = section && bodies.get(section.id)
  const leave = (): void => navigate(lastPlace('mail') ?? '/')
  useKeys({ Escape: () => (phone && section ? navigate('/settings') : leave()) })
  const title = section ? t(section.labelKey) : t('settings.title')
  useEffect(() => {
    document.title = `${title} · Chancery`
  }, [title])
  // Drawn anew each time: the texts of the sections come after the room.
  const list = (
    <nav className={css.list} aria-label={t('settings.title')}>
      <ul>
        {shown.map((s) => (
          <li key={s.id}>
            <button
              type="button"
              className={css.entry}
              aria-current={s.id === section?.id ? 'page' : undefined}
              // Going through the sections must not fill the history on a desk.
              onClick={() => navigate(`/settings/${s.id}`, { replace: !phone })}
            >
              <s.icon size={phone ? 20 : 17} strokeWidth={1.75} aria-hidden />
              {t(s.labelKey)}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  )
  return (
    <Frame room="settings" deep={false}>
      <div className={css.room} id="list" tabIndex={-1} data-phone={phone || undefined}>
        {(!phone || !section) && (
          <div className={css.side}>
            <header className={css.head}>
              <Button look="quiet" icon={ArrowLeft} onClick={leave}>
                {t('settings.leave')}
              </Button>
            </header>
            {phone && <h1 className={css.title}>{t('settings.title')}</h1>}
            {list}
          </div>
        )}
        {section && Body && (
          <section className={css.body} aria-labelledby="settings-heading">
            <header className={css.heading}>
              {phone && <IconButton icon={ArrowLeft} label={t('settings.title')} onClick={() => navigate('/settings', { replace: true })} />}
              <h1 id="settings-heading">{t(section.labelKey)}</h1>
            </header>
            <Suspense fallback={<Skeleton lines={6} />}>
              <div className={css.form}>
                <Body engine={engine} />
              </div>
            </Suspense>
          </section>
        )}
      </div>
    </Frame>
  )
}
