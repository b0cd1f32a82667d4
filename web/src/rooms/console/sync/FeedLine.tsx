import { useState } from 'react'
import type { Feed } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { Choice } from '~/kit/ui/controls'
import css from '../Console.module.css'
import type { AdminApi } from '../data'
import { moment } from './RunMarks'

const PERIODS = [0, 15, 60, 360, 1440]

/** How long "compare now" looks for what came of it. */
const PATIENCE = 60

/** A directory that is asked: how often, how that went, and asking it at once. */
export function FeedLine({ api, feed, reload }: { api: AdminApi; feed: Feed; reload: () => void }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const failed = (e: unknown): void => void sayError(asSyncError(e).type === 'forbidden' ? t('console.error.forbidden') : t('sync.askFailed'))
  const every = (minutes: number): string => (minutes === 0 ? t('sync.period.none') : minutes % 60 === 0 ? t('sync.period.hours', { count: minutes / 60 }) : t('sync.period.minutes', { count: minutes }))
  const set = (minutes: number): Promise<void> => api.set('Feed', { update: { [feed.id]: { minutes } } }).then(reload, failed)
  const ask = async (): Promise<void> => {
    setBusy(true)
    try {
      await api.call('Feed/ask', { feedId: feed.id })
      for (let n = 0; n < PATIENCE; n++) {
        await new Promise((done) => setTimeout(done, 1000))
        const now = (await api.call<{ list: Feed[] }>('Feed/get', { ids: [feed.id] })).list[0]
        if (!now || now.asked !== feed.asked || now.failed !== feed.failed) break
      }
      say(t('sync.askedNow'))
      reload()
    } catch (e) {
      failed(e)
    }
    setBusy(false)
  }
  return (
    <li className={css.line}>
      <span className={`${css.sentence} ${css.alone}`}>
        <span>{t('sync.feed', { name: feed.name, kept: feed.kept })}</span>
        <small>{feed.asked ? t('sync.asked', { when: moment(feed.asked) }) : t('sync.never')}</small>
        {feed.failed > 0 && <small><em className={css.mark}>{t('sync.away', { count: feed.failed })}</em> <span lang="en">{feed.trouble}</span></small>}
      </span>
      <Choice label={t('sync.every', { name: feed.name })} value={String(feed.minutes)} options={[...new Set([...PERIODS, feed.minutes])].sort((a, b) => a - b).map((m) => [String(m), every(m)] as const)} onChange={(m) => void set(Number(m))} />
      <Button busy={busy} onClick={() => void ask()}>{t('sync.ask')}</Button>
    </li>
  )
}
