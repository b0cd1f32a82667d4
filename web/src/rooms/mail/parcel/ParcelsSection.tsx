import { useCallback, useEffect, useState } from 'react'
import type { GetResponse, SetResponse } from '~/api/jmap'
import type { ParcelObject } from '~/api/types.gen'
import type { RoomProps } from '~/app/rooms'
import { useT } from '~/kit/i18n'
import { fileSize, readingDate } from '~/kit/i18n/dates'
import { asSyncError, protocolError, type SyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { Link } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { say } from '~/kit/undo'
import { levelName, rank, secrecyOf } from '../secrecy/levels'
import marks from '../secrecy/Secrecy.module.css'
import { copy } from './copy'
import { PARCELS, parcelTerms } from './links'
import { ParcelLog } from './ParcelLog'
import css from './Parcel.module.css'

const DAY = 86_400_000
const day = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '')

/** One's links to large files: until when, who fetched them, and the way to end them. */
export default function ParcelsSection({ engine }: RoomProps) {
  const t = useT()
  const [list, setList] = useState<ParcelObject[]>()
  const [error, setError] = useState<SyncError | null>(null)
  const [shown, setShown] = useState<ParcelObject | null>(null)
  const terms = parcelTerms(engine)
  const cap = secrecyOf(engine.session)
  const accountId = engine.session.primaryAccounts[PARCELS] ?? ''
  const load = useCallback(async () => {
    try {
      setList((await engine.transport.call<GetResponse<ParcelObject>>('Parcel/get', { accountId, ids: null })).list)
      setError(null)
    } catch (e) {
      setError(asSyncError(e))
    }
  }, [engine, accountId])
  useEffect(() => void (terms && load()), [load, terms])
  if (!terms) return <Empty icon={Link} title={t('parcel.notOffered')} />
  if (error) return <Failure error={error} retry={() => void load()} />
  if (!list) return <Skeleton lines={4} />

  const act = async (args: Record<string, unknown>, done: string): Promise<void> => {
    try {
      const r = await engine.transport.call<SetResponse<ParcelObject>>('Parcel/set', { accountId, ...args })
      const no = Object.values({ ...r.notUpdated, ...r.notDestroyed })[0]
      if (no) throw protocolError(no.type, no.description)
      say(done)
      await load()
    } catch (e) {
      setError(asSyncError(e))
    }
  }
  const close = async (p: ParcelObject): Promise<void> => {
    if (await confirm({ title: t('parcel.closeAsk', { name: p.name }), text: t('parcel.closeText'), confirm: t('parcel.close') })) await act({ update: { [p.id]: { state: 'closed' } } }, t('parcel.closed'))
  }
  const remove = async (p: ParcelObject): Promise<void> => {
    if (await confirm({ title: t('parcel.deleteAsk', { name: p.name }), text: t('parcel.deleteText'), confirm: t('parcel.delete') })) await act({ destroy: [p.id] }, t('parcel.deleted'))
  }
  const used = list.filter((p) => p.state === 'open').reduce((n, p) => n + sum(p), 0)
  return (
    <>
      <p className={css.intro}>{t('parcel.sectionHint', { used: fileSize(used), space: fileSize(terms.space) })}</p>
      {list.length === 0 && <Empty icon={Link} title={t('parcel.none')}>{t('parcel.noneHint')}</Empty>}
      <ul className={css.list}>
        {list.map((p) => (
          <li key={p.id} data-state={p.state}>
            <div>
              <b>{p.name}</b>
              {p.secrecy && <span className={marks.mark} data-rank={rank(cap, p.secrecy)}>{levelName(cap, p.secrecy)}</span>}
              <span>{[t('parcel.files', { count: p.files.length, size: fileSize(sum(p)) }), stateOf(p, t), ...(p.inside ? [t('parcel.inside')] : []), ...(p.hasPassword ? [t('parcel.withPassword')] : [])].join(' · ')}</span>
              <span>{t('parcel.fetched', { count: p.files.reduce((n, f) => n + f.downloads, 0) })}</span>
            </div>
            <div className={css.acts}>
              {p.state === 'open' && (
                <>
                  <Button look="quiet" aria-label={`${t('parcel.copyLink')} ${p.name}`} onClick={() => copy(t, p.link ?? '')}>{t('parcel.copyLink')}</Button>
                  <Button look="quiet" aria-label={`${t('parcel.extend')} ${p.name}`} onClick={() => void act({ update: { [p.id]: { expiresAt: day(Date.now() + terms.days * DAY) } } }, t('parcel.extended'))}>{t('parcel.extend')}</Button>
                  <Button look="quiet" aria-label={`${t('parcel.close')} ${p.name}`} onClick={() => void close(p)}>{t('parcel.close')}</Button>
                </>
              )}
              <Button look="quiet" aria-label={`${t('parcel.log')} ${p.name}`} onClick={() => setShown(p)}>{t('parcel.log')}</Button>
              <Button look="quiet" aria-label={`${t('parcel.delete')} ${p.name}`} onClick={() => void remove(p)}>{t('parcel.delete')}</Button>
            </div>
          </li>
        ))}
      </ul>
      {shown && <ParcelLog engine={engine} parcel={shown} onClose={() => setShown(null)} />}
    </>
  )
}

const sum = (p: ParcelObject): number => p.files.reduce((n, f) => n + f.size, 0)

function stateOf(p: ParcelObject, t: ReturnType<typeof useT>): string {
  if (p.state === 'open') return t('parcel.until', { when: readingDate(p.expiresAt) })
  return t(p.state === 'closed' ? 'parcel.isClosed' : 'parcel.isExpired')
}
