import { Suspense, lazy, useCallback, useEffect, useState } from 'react'
import { isLanguage, pickLanguage, speak, useT, withTexts } from '~/kit/i18n'
import { prefs } from '~/kit/prefs'
import { SyncError, asSyncError } from '~/kit/sync/errors'
import { Push, type Liveness } from '~/kit/sync/push'
import { Transport } from '~/kit/sync/transport'
import { Confirmations } from '~/kit/ui/Dialog'
import { warmOverlays } from '~/kit/ui/MenuButton'
import { Failure } from '~/kit/ui/states'
import { Tips } from '~/kit/ui/Tips'
import { Toasts } from '~/kit/ui/Toasts'
import { MailEngine } from '~/rooms/mail/engine'
import { Rooms } from './Rooms'
import { loadSession, whoAmI, type Me } from './session'
import { SignIn } from './SignIn'
import { LivenessContext, PersonContext } from './person'

type State =
  | { at: 'starting' }
  | { at: 'out'; because?: 'expired' }
  | { at: 'in'; me: Me; engine: MailEngine }
  | { at: 'failed'; error: SyncError }

const Gallery = lazy(() => withTexts('gallery', () => withTexts('settings', () => import('./gallery/Gallery'))))

/** Decides between the sign-in page and the rooms, and keeps the push channel. */
export function App() {
  const t = useT()
  const [state, setState] = useState<State>({ at: 'starting' })
  const [live, setLive] = useState<Liveness>('connecting')

  const start = useCallback(async () => {
    try {
      const [me, session] = await Promise.all([whoAmI(), loadSession().catch((e: unknown) => asSyncError(e))])
      if (!me || (session instanceof SyncError && session.kind === 'signedOut')) return setState({ at: 'out' })
      if (session instanceof SyncError) throw session
      if (!prefs().language && isLanguage(me.language)) await speak(pickLanguage([me.language]))
      const transport = new Transport(
        session,
        undefined,
        (e) => {
          if (e.kind === 'signedOut') setState({ at: 'out', because: 'expired' })
          if (e.kind === 'offline') setLive('offline')
        },
        () => setLive((now) => (now === 'offline' ? 'polling' : now)),
      )
      const engine = new MailEngine(session, transport)
      await engine.start()
      setState({ at: 'in', me, engine })
    } catch (e) {
      setState({ at: 'failed', error: asSyncError(e) })
    }
  }, [])

  useEffect(() => void start(), [start])

  const engine = state.at === 'in' ? state.engine : null
  useEffect(() => {
    if (!engine) return
    const all = (): void => engine.accounts.forEach((a) => engine.syncSoon(a.id))
    const push = new Push({
      url: engine.session.eventSourceUrl,
      onChange: (c) => Object.keys(c.changed).forEach((id) => engine.syncSoon(id)),
      onCatchUp: all,
      onLiveness: setLive,
    })
    push.start()
    const idle = setTimeout(warmOverlays, 1200)
    const away = setTimeout(() => void import('~/rooms/mail/rules/away-note').then((m) => m.showAway(engine, engine.accounts[0])), 600)
    return () => {
      clearTimeout(idle)
      clearTimeout(away)
      push.stop()
    }
  }, [engine])

  if (location.pathname === '/gallery') {
    return (
      <Suspense>
        <Gallery />
        <Tips />
        <Toasts />
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
        <PersonContext value={{ me: state.me, leave: () => setState({ at: 'out' }) }}>
          <LivenessContext value={live}>
            <Rooms engine={state.engine} />
            <Confirmations />
            <Toasts />
            <Tips />
          </LivenessContext>
        </PersonContext>
      )
  }
}
