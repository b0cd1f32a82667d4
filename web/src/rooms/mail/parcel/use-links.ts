import { useState, type RefObject } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import type { Uploads } from '../compose/background'
import type { Draft } from '../compose/draft'
import type { MailEngine } from '../engine'
import { PARCELS, parcelTerms, type DraftLink } from './links'
import type { ParcelChoice } from './send'

interface Needs {
  engine: MailEngine
  set: (part: (d: Draft) => Partial<Draft>) => void
  links: RefObject<Draft>
  /** What is on its way with the letter, so that it waits and can be given up. */
  uploads: RefObject<Uploads>
}

/** The files of a letter that go by link. */
export function useLinks({ engine, set, links, uploads }: Needs) {
  const t = useT()
  const [asked, ask] = useState<File[] | null>(null)
  const change = (key: string, part: Partial<DraftLink> | null): void =>
    set((d) => ({ links: part === null ? d.links?.filter((l) => l.key !== key) : d.links?.map((l) => (l.key === key ? { ...l, ...part } : l)) }))

  const begin = (files: File[], choice: ParcelChoice): void => {
    ask(null)
    const key = crypto.randomUUID()
    const stop = new AbortController()
    const link: DraftLink = { key, name: files[0]?.name ?? '', size: files.reduce((n, f) => n + f.size, 0), progress: 0, ...(choice.password ? { password: choice.password } : {}) }
    set((d) => ({ links: [...(d.links ?? []), link] }))
    const done = import('./send')
      .then((m) => m.sendParcel(engine, files, choice, (progress) => change(key, { progress }), stop.signal))
      .then(
        (made) => change(key, { ...made, progress: undefined }),
        (e: unknown) => {
          const err = asSyncError(e)
          change(key, err.type === 'cancelled' ? null : { progress: undefined, error: errorText(t, err) })
          throw err
        },
      )
      .finally(() => uploads.current.delete(key))
    done.catch(() => {}) // The card says so.
    uploads.current.set(key, { cancel: () => stop.abort(), done })
  }

  /** Takes a link out of the letter; nobody has it yet, so its files go too. */
  const remove = (key: string): void => {
    uploads.current.get(key)?.cancel()
    const parcel = links.current.links?.find((l) => l.key === key)?.parcel
    if (parcel) void engine.transport.call('Parcel/set', { accountId: engine.session.primaryAccounts[PARCELS], destroy: [parcel] }).catch(() => {})
    change(key, null)
  }
  return { terms: parcelTerms(engine), asked, ask, begin, remove }
}
