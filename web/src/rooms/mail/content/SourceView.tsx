import { useEffect, useMemo, useState } from 'react'
import type { Email } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate, number } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError, SyncError } from '~/kit/sync/errors'
import { say } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { Choice } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { Download } from '~/kit/ui/icons'
import { Failure, Skeleton } from '~/kit/ui/states'
import { blobUrl } from '../blobs'
import { useMail } from '../context'
import { hopsOf, splitSource } from './header'
import { save } from './save'
import css from './Source.module.css'

/** As much of a letter as is shown; the rest is in the file. */
const SHOWN = 512 * 1024

/** A letter as it came: its header in words, the way it took, and every byte as it stands. */
export default function SourceView({ email, onClose }: { email: Email; onClose: () => void }) {
  const t = useT()
  const { engine, account } = useMail()
  const [source, setSource] = useState<string | null>(null)
  const [error, setError] = useState<SyncError | null>(null)
  const [tab, setTab] = useState<'header' | 'raw'>('header')
  const url = blobUrl(engine, account, email.blobId ?? '', 'message.txt', 'text/plain')
  useEffect(() => {
    let gone = false
    fetch(url, { headers: { Range: `bytes=0-${SHOWN - 1}` } })
      .then(async (r) => {
        if (!r.ok) throw new SyncError(r.status === 404 ? 'gone' : 'server', `http${r.status}`)
        const b = await r.arrayBuffer()
        if (!gone) setSource(new TextDecoder().decode(b))
      })
      .catch((e: unknown) => !gone && setError(asSyncError(e)))
    return () => {
      gone = true
    }
  }, [url])
  const parsed = useMemo(() => (source === null ? null : splitSource(source)), [source])
  const copy = (): void => void navigator.clipboard.writeText(source ?? '').then(() => say(t('source.copied')), () => {})
  return (
    <Dialog wide title={t('source.title')} onClose={onClose} footer={<>
      <Button disabled={source === null} onClick={copy}>{t('source.copy')}</Button>
      <Button icon={Download} onClick={() => save(blobUrl(engine, account, email.blobId ?? '', `${email.subject || 'message'}.eml`, 'message/rfc822'), `${email.subject || 'message'}.eml`)}>{t('source.save')}</Button>
    </>}>
      {error && <Failure error={error} />}
      {!error && !parsed && <Skeleton lines={8} />}
      {parsed && (
        <>
          <Choice segmented label={t('source.show')} value={tab} options={[['header', t('source.header')], ['raw', t('source.raw')]]} onChange={setTab} />
          {tab === 'raw' ? (
            <pre className={css.raw} tabIndex={0} aria-label={t('source.raw')}>{source}</pre>
          ) : (
            <>
              <Way hops={hopsOf(parsed.fields)} />
              <dl className={css.fields}>
                {parsed.fields.map((f, i) => (
                  <div key={i}>
                    <dt>{f.name}</dt>
                    <dd lang={guessLanguage(f.text)}>{f.text}</dd>
                  </div>
                ))}
              </dl>
            </>
          )}
          {(source?.length ?? 0) >= SHOWN - 1000 && <p className={css.hint}>{t('view.cut')}</p>}
        </>
      )}
    </Dialog>
  )
}

function Way({ hops }: { hops: ReturnType<typeof hopsOf> }) {
  const t = useT()
  if (hops.length === 0) return null
  return (
    <section className={css.way} aria-label={t('source.way')}>
      <h3>{t('source.way')}</h3>
      <ol>
        {hops.map((h, i) => (
          <li key={i}>
            <b>{h.by || h.from}</b>
            <span>
              {h.from && t('source.from', { server: h.from })} {h.at && fullDate(h.at.toISOString())}
              {h.took !== null && ` · ${t('source.took', { seconds: number(h.took) })}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
