import { useEffect, useState, type ReactNode } from 'react'
import { useT, type Key } from '~/kit/i18n'
import type { SyncError } from '~/kit/sync/errors'
import { Button } from './Button'
import type { LucideIcon } from './icons'
import css from './states.module.css'

/** True once `ms` have passed: skeletons shown sooner would only flicker. */
export function useLate(ms = 150): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return late
}

/** Grey lines in the shape of what is coming, after a moment. */
export function Skeleton({ lines = 3, label }: { lines?: number; label?: string }) {
  const late = useLate()
  const t = useT()
  return (
    <div className={css.skeleton} role="status" data-late={late || undefined}>
      <span className="sr">{label ?? t('state.loading')}</span>
      {late && Array.from({ length: lines }, (_, i) => <i key={i} style={{ width: `${[92, 78, 85, 60][i % 4]}%` }} />)}
    </div>
  )
}

/** An empty place says what belongs here and how to begin. */
export function Empty({ icon: Icon, title, children, action }: { icon: LucideIcon; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={css.empty}>
      <Icon size={40} strokeWidth={1.25} aria-hidden />
      <p className={css.title}>{title}</p>
      {children && <div className={css.hint}>{children}</div>}
      {action}
    </div>
  )
}

const words: Record<SyncError['kind'], Key> = {
  offline: 'error.offline',
  signedOut: 'error.signedOut',
  refused: 'error.refused',
  tooLarge: 'error.tooLarge',
  tooMany: 'error.tooMany',
  gone: 'error.gone',
  server: 'error.server',
}

/** What happened and what to do, in the person's language. */
export function errorText(t: (k: Key) => string, e: SyncError): string {
  return t(words[e.kind])
}

export function Failure({ error, retry }: { error: SyncError; retry?: () => void }) {
  const t = useT()
  return (
    <div className={css.empty} role="alert">
      <p className={css.title}>{errorText(t, error)}</p>
      {retry && <Button onClick={retry}>{t('act.retry')}</Button>}
    </div>
  )
}
