import { useEffect, useState } from 'react'
import type { Regulation } from '~/api/jmap'
import type { RoomProps } from '~/app/rooms'
import { useT } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { BookOpen } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from './Regulations.module.css'
import { AcceptDialog, readRegulations } from './AcceptDialog'
import { Regulated } from './Read'

/** The rule book: what holds for the person, and what they accepted when. */
export default function RegulationsSection({ engine }: RoomProps) {
  const t = useT()
  const [list, setList] = useState<Regulation[]>()
  const [error, setError] = useState<SyncError | null>(null)
  const [attempt, setAttempt] = useState(0)
  const [accepting, setAccepting] = useState<Regulation | null>(null)
  useEffect(() => {
    let gone = false
    readRegulations(engine).then((l) => !gone && (setList(l), setError(null)), (e: unknown) => !gone && setError(asSyncError(e)))
    return () => { gone = true }
  }, [engine, attempt])
  if (error) return <Failure error={error} retry={() => setAttempt((n) => n + 1)} />
  if (!list) return <Skeleton lines={6} />
  if (list.length === 0) return <Empty icon={BookOpen} title={t('regulations.none')} />
  return (
    <div className={css.list}>
      {list.map((r) => (
        <Regulated key={r.id} r={r}>
          {r.acceptedAt ? <p className={css.meta}>{t('regulations.acceptedAt', { when: readingDate(r.acceptedAt) })}</p> : r.dueAt && <Button look="primary" onClick={() => setAccepting(r)}>{t('regulations.accept')}</Button>}
        </Regulated>
      ))}
      {accepting && <AcceptDialog engine={engine} list={[accepting]} onClose={() => { setAccepting(null); setAttempt((n) => n + 1) }} />}
    </div>
  )
}
