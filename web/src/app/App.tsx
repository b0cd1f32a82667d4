import { Suspense, lazy, useCallback, useEffect, useState } from 'react'
import { navigate } from 'wouter/use-browser-location'
import { isLanguage, pickLanguage, speak, useT, withTexts } from '~/kit/i18n'
import { prefs } from '~/kit/prefs'
import { SyncError, asSyncError } from '~/kit/sync/errors'
import { Push, type Liveness } from '~/kit/sync/push'
import { tellCaughtUp, tellChanged } from '~/kit/sync/notices'
import { Transport } from '~/kit/sync/transport'
import { Confirmations } from '~/kit/ui/Dialog'
import { warmOverlays } from '~/kit/ui/MenuButton'
import { Failure } from '~/kit/ui/states'
import { Tips } from '~/kit/ui/Tips'
import { Toasts } from '~/kit/ui/Toasts'
import { startWorker } from '~/kit/pwa/worker'
import type { Mirror } from '~/kit/offline/mirror'
import type { Session } from '~/api/jmap'
import { IdleWatch } from './IdleWatch'
import { MailEngine } from '~/rooms/mail/engine'
import { Rooms } from './Rooms'
import { loadSession, longPoll, whoAmI, type Me } from './session'
import { SignIn } from './SignIn'
import { LivenessContext, PersonContext } from './person'

type State =
  | { at: 'starting' }
  | { at: 'out'; because?: 'expired' }
  | { at: 'in'; me: Me; engine: MailEngine; mirror: Mirror | null }
  | { at: 'failed'; error: SyncError }

const Gallery = lazy(() => withTexts('gallery', () => withTexts('settings', () => import('./gallery/Gallery'))))

const Apply = lazy(() => withTexts('apply', () => import('./apply/Apply')))
const RegulationsPage = lazy(() => withTexts('regulations', () => import('./regulations/RegulationsPage')))
const ToAccept = lazy(() => withTexts('regulations', () => import('./regulations/ToAccept')))
const DueNote = lazy(() => withTexts('life', () => import('./DueNote')))
const NotMe = lazy(() => withTexts('ways', () => import('./ways/NotMe')))

const Reset = lazy(() => withTexts('life', () => withTexts('security', () => import('./ways/Reset'))))

// The session ended by itself: nothing may be read in this browser any more.
const wipe = async (mirror: Mirror | null): Promise<void> => (await import('./away')).ended(mirror)

/** Decides between the sign-in page and the rooms, and keeps the push channel. */
export function App() {
  const t = useT()
  const [state, setState] = useState<State>({ at: 'starting' })
  const [live, setLive] = useState<Liveness>('connecting')

  const begin = useCallback(async (me: Me, session: Session, mirror: Mirror | null) => {
    const transport = new Transport(
      session,
      mirror?.fetcher,
      (e) => {
        if (e.kind === 'signedOut') {
          void wipe(mirror)
          setState({ at: 'out', because: 'expired' })
        }
        if (e.kind === 'offline') setLive('offline')
      },
      () => setLive((now) => (mirror?.away ? 'offline' : now === 'offline' ? 'polling' : now)),
    )
    if (mirror) mirror.onEnded = () => setState({ at: 'out' })
    const engine = new MailEngine(session, transport)
    await engine.start()
    // Back to the link that somebody had to sign in for (drive/page.html).
    if (location.pathname === '/parcel') return location.replace(`/p/${encodeURIComponent(location.search.slice(1))}`)
    if (location.pathname === '/share') await (await import('./share')).takeShared(prefs().richText)
    setState({ at: 'in', me, engine, mirror })
  }, [])

  const start = useCallback(async () => {
    try {
      const [me, session] = await Promise.all([whoAmI(), loadSession().catch((e: unknown) => asSyncError(e))])
      if (!me || (session instanceof SyncError && session.kind === 'signedOut')) {
        // It may have ended at the server while the page was closed.
        if (prefs().offline) void wipe(null)
        return setState({ at: 'out' })
      }
      if (session instanceof SyncError) throw session
      if (!prefs().language && isLanguage(me.language)) await speak(pickLanguage([me.language]))
      await begin(me, session, prefs().offline ? await (await import('./away')).mirrorFor(me, session) : null)
    } catch (e) {
      const error = asSyncError(e)
      const mirror = error.kind === 'offline' && prefs().offline ? await (await import('./away')).lastMirror() : null
      if (mirror) await begin(mirror.front.me, mirror.front.session, mirror).catch(() => setState({ at: 'failed', error }))
      else setState({ at: 'failed', error })
    }
  }, [begin])

  useEffect(() => void start(), [start])

  const engine = state.at === 'in' ? state.engine : null
  const mirror = state.at === 'in' ? state.mirror : null
  useEffect(() => {
    if (!engine) return
    const all = (): void => {
      engine.accounts.forEach((a) => engine.syncSoon(a.id))
      tellCaughtUp(engine.accounts.map((a) => a.id))
    }
    const push = new Push({
      url: engine.session.eventSourceUrl,
      longPoll,
      onChange: (c) => {
        Object.entries(c.changed).forEach(([id, changed]) => engine.heard(id, changed))
        tellChanged(c)
      },
      onCatchUp: all,
      onLiveness: setLive,
    })
    push.start()
    const idle = setTimeout(() => {
      warmOverlays()
      void startWorker()
      if (prefs().notify !== 'off') void import('~/kit/pwa/notify').then((m) => m.renew(engine.transport)).catch(() => {})
    }, 1500)
    const off = mirror?.follow(engine)
    let unfollow: (() => void) | 'stopped' | undefined
    void import('~/kit/prefs-sync').then((m) => {
      if (unfollow !== 'stopped') unfollow = m.followPrefs(engine.transport)
    })
    const away = setTimeout(() => void import('~/rooms/mail/rules/away-note').then((m) => m.showAway(engine, engine.accounts[0])), 600)
    return () => {
      if (typeof unfollow === 'function') unfollow()
      unfollow = 'stopped'
      clearTimeout(idle)
      off?.()
      clearTimeout(away)
      push.stop()
    }
  }, [engine, mirror])

  // What was done without a line is done now, before anything is asked anew.
  useEffect(() => {
    if (!engine || !mirror || live === 'offline' || live === 'connecting') return
    void import('./away').then((a) => a.catchUp(engine, mirror))
  }, [engine, mirror, live])

  const wipeNow = useCallback(() => wipe(mirror), [mirror])
  const expired = useCallback(() => setState({ at: 'out', because: 'expired' }), [])

  if (location.pathname === '/gallery') {
    return (
      <Suspense>
        <Gallery />
        <Tips />
        <Toasts />
      </Suspense>
    )
  }
  if (location.pathname === '/not-me') {
    return (
      <Suspense>
        <NotMe />
      </Suspense>
    )
  }
  if (location.pathname === '/reset') {
    return (
      <Suspense>
        <Reset />
      </Suspense>
    )
  }
  if (location.pathname === '/apply') {
    return (
      <Suspense>
        <Apply />
      </Suspense>
    )
  }
  if (location.pathname === '/regulations') {
    return (
      <Suspense>
        <RegulationsPage />
      </Suspense>
    )
  }
  switch (state.at) {
    case 'starting':
      return <p className="sr" role="status">{t('state.loading')}</p>
    case 'failed':
      return <Failure error={state.error} retry={() => void start()} />
    case 'out':
      return <SignIn expired={state.because === 'expired'} onDone={start} />
    case 'in':
      return (
        <PersonContext value={{ me: state.me, leave: () => setState({ at: 'out' }), mirror: state.mirror }}>
          <LivenessContext value={live}>
            <Rooms engine={state.engine} />
            {state.me.passwordDue && <Suspense><DueNote due={state.me.passwordDue} onChange={() => navigate('/settings/security')} /></Suspense>}
            {state.me.toAccept && <Suspense><ToAccept engine={state.engine} /></Suspense>}
            {state.me.idleSeconds && <IdleWatch seconds={state.me.idleSeconds} wipe={wipeNow} onEnd={expired} />}
            <Confirmations />
            <Toasts />
            <Tips />
          </LivenessContext>
        </PersonContext>
      )
  }
}
