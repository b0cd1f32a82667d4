import type { Regulation } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import door from '../SignIn.module.css'
import css from './Regulations.module.css'
import { Read, useReading } from './Read'

interface Props {
  /** What is to be accepted, as the server says. */
  options: unknown
  busy: boolean
  error: string | undefined
  onAnswer: (versions: string) => void
}

/** The last step of a sign-in where the time for a regulation is over: nothing opens before it is accepted. */
export default function AcceptStep({ options, busy, error, onAnswer }: Props) {
  const t = useT()
  const list = (options as { list?: Regulation[] } | null)?.list ?? []
  const { now, read, onRead, place, next } = useReading(list)
  if (!now) return null
  const last = now === list.at(-1)
  return (
    <div className={css.step} data-wide>
      <Banner>{t('regulations.first')}</Banner>
      {place && <p className={css.meta}>{place}</p>}
      <Read r={now} onRead={onRead} />
      {error && <p className={door.wrong} role="alert">{error}</p>}
      {!read && <p className={css.meta}>{t('regulations.readOn')}</p>}
      <Button look="primary" className={door.submit} busy={busy} disabled={!read} onClick={() => (last ? onAnswer(list.map((r) => r.versionId).join(' ')) : next())}>
        {t('regulations.accept')}
      </Button>
    </div>
  )
}
