import { Suspense, lazy, useEffect, useMemo, useRef } from 'react'
import { useLocation } from 'wouter'
import { APPLICATIONS, FEEDS, FLOW, HOUSE_RULES, REGISTER } from '~/api/jmap'
import { Frame } from '~/app/Frame'
import { useLayout } from '~/app/layout'
import type { RoomProps } from '~/app/rooms'
import { useT, withTexts, type Key } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { BookOpen, Eye, FileText, Folder, Inbox, Link, MailWarning, Search, SlidersHorizontal, RefreshCw, ShieldAlert, Tag, Trash2, UserCheck, Users, type LucideIcon } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from './Console.module.css'
import { adminApi, anywhere, useLoad, type AdminApi, type Duty, type Office } from './data'
import { PeopleSection } from './PeopleSection'
import { QueueSection } from './QueueSection'
import { RolesSection } from './RolesSection'
import { RulesSection } from './RulesSection'
import { UnitsSection } from './UnitsSection'

/** What each part of the console is given. */
export interface PartProps {
  api: AdminApi
  office: Office
  /** After units or levels changed. */
  reload: () => void
}

interface Part {
  id: string
  labelKey: Key
  icon: LucideIcon
  duties: Duty[]
  /** A capability that has to be offered as well. */
  needs?: string
  view: (p: PartProps) => React.ReactNode
}

const ApplicationsSection = lazy(() => withTexts('apply', () => import('./apply/ApplicationsSection')))
const CategoriesSection = lazy(() => withTexts('categories', () => import('./categories/CategoriesSection')))
const LevelsSection = lazy(() => withTexts('levels', () => import('./levels/LevelsSection')))
const FlowSection = lazy(() => withTexts('mailrules', () => import('./flow/FlowSection')))
const RecordSection = lazy(() => withTexts('record', () => withTexts('access', () => withTexts('means', () => withTexts('parties', () => import('./record/RecordSection'))))))
const LooksSection = lazy(() => withTexts('content', () => withTexts('approvals', () => withTexts('record', () => withTexts('looks', () => import('./looks/LooksSection'))))))
const PartySection = lazy(() => withTexts('parties', () => import('./sso/PartySection')))
const PolicySection = lazy(() => withTexts('policy', () => import('./policy/PolicySection')))
const RemovalsSection = lazy(() => withTexts('approvals', () => withTexts('removals', () => import('./removals/RemovalsSection'))))
const RulebookSection = lazy(() => withTexts('rulebook', () => import('./rulebook/RulebookSection')))
const SyncSection = lazy(() => withTexts('sync', () => import('./sync/SyncSection')))

const parts: Part[] = [
  { id: 'people', labelKey: 'console.people', icon: Users, duties: ['people', 'accounts', 'unlock', 'security'], view: (p) => <PeopleSection {...p} /> },
  { id: 'locked', labelKey: 'queue.title', icon: UserCheck, duties: ['unlock'], view: (p) => <QueueSection {...p} /> },
  { id: 'applications', labelKey: 'console.applications', icon: Inbox, duties: ['accounts'], needs: APPLICATIONS, view: (p) => <Suspense fallback={<Skeleton lines={8} />}><ApplicationsSection {...p} /></Suspense> },
  { id: 'units', labelKey: 'console.units', icon: Folder, duties: ['units'], view: (p) => <UnitsSection {...p} /> },
  { id: 'roles', labelKey: 'console.roles', icon: ShieldAlert, duties: ['security', 'record'], view: (p) => <RolesSection {...p} /> },
  { id: 'rules', labelKey: 'console.rules', icon: Eye, duties: ['security'], view: (p) => <RulesSection {...p} /> },
  { id: 'mailrules', labelKey: 'console.mailrules', icon: MailWarning, duties: ['security', 'record'], needs: FLOW, view: (p) => <Suspense fallback={<Skeleton lines={8} />}><FlowSection {...p} /></Suspense> },
  { id: 'levels', labelKey: 'console.levels', icon: Tag, duties: ['system'], view: (p) => <Suspense fallback={<Skeleton lines={8} />}><LevelsSection {...p} /></Suspense> },
  { id: 'categories', labelKey: 'console.categories', icon: Users, duties: ['system'], view: (p) => <Suspense fallback={<Skeleton lines={8} />}><CategoriesSection {...p} /></Suspense> },
  { id: 'parties', labelKey: 'console.parties', icon: Link, duties: ['system'], needs: REGISTER, view: (p) => <Suspense fallback={<Skeleton lines={8} />}><PartySection {...p} /></Suspense> },
  { id: 'sync', labelKey: 'console.sync', icon: RefreshCw, duties: ['people'], needs: FEEDS, view: (p) => <Suspense fallback={<Skeleton lines={8} />}><SyncSection {...p} /></Suspense> },
  { id: 'policy', labelKey: 'console.policy', icon: SlidersHorizontal, duties: ['accounts', 'security', 'system'], needs: HOUSE_RULES, view: (p) => <Suspense fallback={<Skeleton lines={8} />}><PolicySection {...p} /></Suspense> },
  { id: 'rulebook', labelKey: 'console.rulebook', icon: BookOpen, duties: ['security', 'record'], view: (p) => <Suspense fallback={<Skeleton lines={8} />}><RulebookSection {...p} /></Suspense> },
  { id: 'looks', labelKey: 'console.looks', icon: Search, duties: ['security', 'record'], needs: FLOW, view: (p) => <Suspense fallback={<Skeleton lines={8} />}><LooksSection {...p} /></Suspense> },
  { id: 'removals', labelKey: 'console.removals', icon: Trash2, duties: ['security', 'record'], needs: FLOW, view: (p) => <Suspense fallback={<Skeleton lines={8} />}><RemovalsSection {...p} /></Suspense> },
  { id: 'record', labelKey: 'console.record', icon: FileText, duties: ['record'], view: (p) => <Suspense fallback={<Skeleton lines={8} />}><RecordSection {...p} /></Suspense> },
]

/** Administration of the directory: each part is there for who has its duty. */
export default function ConsoleRoom({ engine }: RoomProps) {
  const t = useT()
  const phone = useLayout() === 'phone'
  const [path, navigate] = useLocation()
  const api = useMemo(() => adminApi(engine), [engine])
  const { data, error, reload } = useLoad(api.office)
  const waits = useLoad(api.applications)
  const mine = parts.filter((p) => (!p.needs || api.offered(p.needs)) && p.duties.some((d) => api.mine && anywhere(api.mine, d)))
  const part = mine.find((p) => p.id === path.split('/')[2]) ?? mine[0]
  // On a telephone the row of parts is wider than the screen: the one that is open is brought into sight.
  const nav = useRef<HTMLElement>(null)
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [part])
  const tabs = (className: string | undefined) => (
    <nav ref={nav} className={className} aria-label={t('room.console')}>
      {mine.map((p) => (
        <button key={p.id} type="button" className={css.place} aria-current={p === part ? 'page' : undefined} onClick={() => navigate(`/console/${p.id}`)}>
          <p.icon size={16} strokeWidth={1.75} aria-hidden />
          <span>{t(p.labelKey)}</span>
          {p.id === 'applications' && !!waits.data && <span className={css.badge} aria-label={t('console.waiting', { count: waits.data })}>{waits.data}</span>}
        </button>
      ))}
    </nav>
  )
  useEffect(() => {
    document.title = `${part ? t(part.labelKey) : t('room.console')} · Chancery`
  }, [part, t])
  return (
    <Frame room="console" deep={false} places={phone ? undefined : tabs(css.places)} onHome={() => navigate('/console')}>
      {phone && tabs(css.tabs)}
      <section className={css.room} id="list" tabIndex={-1} aria-label={part ? t(part.labelKey) : t('room.console')}>
        {!part ? <Empty icon={ShieldAlert} title={t('console.noRole')} /> : error ? <Failure error={asSyncError(error)} retry={reload} /> : !data ? <Skeleton lines={8} /> : part.view({ api, office: data, reload: () => { reload(); waits.reload() } })}
      </section>
    </Frame>
  )
}
