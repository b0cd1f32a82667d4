import { useEffect, useState } from 'react'
import type { GetResponse } from '~/api/jmap'
import type { ParcelFetch, ParcelObject } from '~/api/types.gen'
import type { RoomProps } from '~/app/rooms'
import { useT } from '~/kit/i18n'
import { fileSize, fullDate } from '~/kit/i18n/dates'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { Dialog } from '~/kit/ui/Dialog'
import { Failure, Skeleton } from '~/kit/ui/states'
import { PARCELS } from './links'
import css from './Parcel.module.css'

/** Who fetched the files of a link: when, from where, and whether all of it went out. */
export function ParcelLog({ engine, parcel, onClose }: { engine: RoomProps['engine']; parcel: ParcelObject; onClose: () => void }) {
  const t = useT()
  const [log, setLog] = useState<ParcelFetch[]>()
  const [error, setError] = useState<SyncError | null>(null)
  useEffect(() => {
    engine.transport
      .call<GetResponse<ParcelObject>>('Parcel/get', { accountId: engine.session.primaryAccounts[PARCELS], ids: [parcel.id], properties: ['log'] })
      .then((r) => setLog(r.list[0]?.log ?? []), (e: unknown) => setError(asSyncError(e)))
  }, [engine, parcel.id])
  const names = new Map(parcel.files.map((f) => [f.id, f.name]))
  return (
    <Dialog title={t('parcel.logTitle', { name: parcel.name })} onClose={onClose} text>
      {error ? <Failure error={error} /> : !log ? <Skeleton lines={3} /> : log.length === 0 ? <p>{t('parcel.logEmpty')}</p> : (
        <ul className={css.log}>
          {log.map((f, i) => (
            <li key={i}>
              <b>{names.get(f.file) ?? ''}</b>
              <span>{f.whole ? t('parcel.whole') : t('parcel.partly', { sent: fileSize(f.sent) })}</span>
              <span>{[fullDate(f.at), f.person || t('parcel.stranger'), f.peer].join(' · ')}</span>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
