import { Suspense, lazy, useRef, useState } from 'react'
import type { Approval } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { isMac, useKeys } from '~/kit/keys'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Check, Forward, Undo2 } from '~/kit/ui/icons'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import type { MailEngine } from '~/rooms/mail/engine'
import css from './Approvals.module.css'
import { approvalsOf } from './store'
import { partyText, titleOf } from './words'

const SayDialog = lazy(() => import('./SayDialog'))

interface Props {
  engine: MailEngine
  approval: Approval
  phone: boolean
  onDone: () => void
}

/** The acts of who decides, within reach of the thumb on a phone. */
export function CaseActs({ engine, approval: a, phone, onDone }: Props) {
  const t = useT()
  const [asking, setAsking] = useState<'refuse' | 'pass' | null>(null)
  const [busy, setBusy] = useState(false)
  // Two presses within one turn must not decide twice.
  const running = useRef(false)
  const all = approvalsOf(engine)
  const review = a.kind === 'mail.review'
  const title = titleOf(a)

  /** Says it, tells what came of it, and goes on to the next; the reason where the person can do better. */
  const decide = async (job: () => Promise<void>, done: string): Promise<string | undefined> => {
    if (running.current) return undefined
    running.current = true
    setBusy(true)
    try {
      await job()
      say(done)
      onDone()
    } catch (e) {
      const error = asSyncError(e)
      const now = all.get(a.id)
      if (error.kind !== 'offline' && all.loaded && !now?.mayDecide) {
        // Somebody else was faster, or the sender took it back.
        const last = now?.steps.flatMap((s) => s.said).at(-1)
        sayError(now?.state === 'recalled' ? t('approvals.gone.recalled') : last?.by ? t('approvals.gone.by', { name: partyText(last.by) }) : t('approvals.gone'))
        onDone()
        return undefined
      }
      return errorText(t, error)
    } finally {
      running.current = false
      setBusy(false)
    }
    return undefined
  }
  const approve = (): void => void decide(() => all.decide(a.id, 'approve'), t(review ? 'approvals.done.released' : 'approvals.done.approved', { title })).then((told) => told && sayError(told))
  useKeys({ 'mod+Enter': approve, r: () => setAsking('refuse'), f: () => setAsking('pass') }, asking === null)
  const key = (name: string): { 'data-key'?: string } => (phone ? {} : { 'data-key': name })
  return (
    <footer className={css.acts} data-phone={phone || undefined}>
      <Button look="primary" icon={Check} busy={busy} onClick={approve} data-tip={t(review ? 'approvals.release.tip' : 'approvals.approve')} {...key(isMac ? '⌘ Enter' : 'Ctrl Enter')}>
        {t('approvals.approve')}
      </Button>
      <Button icon={Undo2} disabled={busy} onClick={() => setAsking('refuse')} {...key('r')}>
        {t(review ? 'approvals.return' : 'approvals.refuse')}
      </Button>
      <Button icon={Forward} disabled={busy} onClick={() => setAsking('pass')} {...key('f')}>
        {t('approvals.pass')}
      </Button>
      {asking && (
        <Suspense>
          <SayDialog
            engine={engine}
            what={asking}
            review={review}
            title={title}
            onSay={async (note, to) => {
              const done = asking === 'pass' ? t('approvals.done.passed', { name: to?.name || to?.email || '' }) : t(review ? 'approvals.done.returned' : 'approvals.done.refused', { title })
              return decide(() => (asking === 'pass' ? all.pass(a.id, to?.email ?? '', note) : all.decide(a.id, 'refuse', note)), done)
            }}
            onClose={() => setAsking(null)}
          />
        </Suspense>
      )}
    </footer>
  )
}
