import { DetailedError, Upload } from 'tus-js-client'
import type { ParcelCapability, ParcelObject } from '~/api/types.gen'
import type { GetResponse, SetResponse } from '~/api/jmap'
import { addTexts, t } from '~/kit/i18n'
import { fileSize, fullDate } from '~/kit/i18n/dates'
import { protocolError, SyncError } from '~/kit/sync/errors'
import { escapeText } from '../compose/draft'
import type { MailEngine } from '../engine'
import { rank, secrecyOf } from '../secrecy/levels'
import { PARCELS, parcelTerms, type DraftLink } from './links'

/** What the sender says of a link. */
export interface ParcelChoice {
  days: number
  /** How secret the files are; null = nothing is said. */
  level: string | null
  inside: boolean
  password: string
  /** Of each file; 0 = no limit. */
  downloads: number
}

// Each request brings four parts of the server's; proxies see no larger body.
const CHUNK = 32 << 20
// A line that is lost comes back: quickly at first, then for half an hour.
const RETRIES = [0, 1000, 3000, 5000, ...Array<number>(180).fill(10_000)]

/** Sends files and makes a link of them. What was sent before a reload is not sent again. */
export async function sendParcel(engine: MailEngine, files: File[], choice: ParcelChoice, onProgress: (part: number) => void, signal: AbortSignal): Promise<Partial<DraftLink>> {
  await addTexts('parcel')
  const terms = parcelTerms(engine)
  if (!terms) throw new SyncError('refused', 'forbidden')
  const all = files.reduce((n, f) => n + f.size, 0) || 1
  const ids: string[] = []
  let before = 0
  for (const file of files) {
    ids.push(await sendFile(terms, file, (sent) => onProgress((before + sent) / all), signal))
    before += file.size
  }
  const r = await engine.transport.call<SetResponse<ParcelObject>>('Parcel/set', {
    accountId: engine.session.primaryAccounts[PARCELS],
    create: {
      p: {
        name: '', files: ids, inside: choice.inside, secrecy: choice.level, password: choice.password || null, maxDownloads: choice.downloads || null,
        expiresAt: new Date(Date.now() + choice.days * 86_400_000).toISOString().replace(/\.\d+/, ''),
      },
    },
  })
  const made = r.created?.['p'] as ParcelObject | undefined
  if (!made) throw protocolError(r.notCreated?.['p']?.type ?? 'serverFail', r.notCreated?.['p']?.description)
  return { parcel: made.id, expiresAt: made.expiresAt, ...block(made) }
}

function sendFile(terms: ParcelCapability, file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: terms.uploadPath,
      chunkSize: CHUNK,
      retryDelays: RETRIES,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name, filetype: file.type },
      onProgress: onSent,
      onSuccess: () => resolve(upload.url?.split('/').pop() ?? ''),
      onError: (e) => reject(fault(e)),
      // A refusal stays one; a lost line does not, whatever the browser says of it.
      onShouldRetry: (e) => [0, 409, 423, 429].includes(status(e)) || status(e) >= 500 && status(e) !== 507,
    })
    const stop = (): void => {
      void upload.abort(true).catch(() => {})
      reject(new SyncError('refused', 'cancelled'))
    }
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop)
    upload.findPreviousUploads().then(
      (found) => {
        if (signal.aborted) return
        if (found[0]) upload.resumeFromPreviousUpload(found[0])
        upload.start()
      },
      () => upload.start(),
    )
  })
}

const status = (e: Error): number => (e instanceof DetailedError ? (e.originalResponse?.getStatus() ?? 0) : 0)

function fault(e: Error): SyncError {
  const n = status(e)
  if (n === 0) return new SyncError('offline', 'network')
  return new SyncError(n === 413 || n === 507 ? 'tooLarge' : n === 401 ? 'signedOut' : n === 403 ? 'refused' : 'server', `http${n}`)
}

/** Makes the files behind one's links in a letter as secret as the letter, where they are less so. */
export async function raiseParcels(engine: MailEngine, letter: string, level: string): Promise<void> {
  const cap = secrecyOf(engine.session)
  const accountId = engine.session.primaryAccounts[PARCELS]
  const all = (await engine.transport.call<GetResponse<ParcelObject>>('Parcel/get', { accountId, ids: null })).list
  const low = all.filter((p) => p.link && letter.includes(p.link) && rank(cap, p.secrecy ?? undefined) < rank(cap, level))
  if (low.length === 0) return
  const r = await engine.transport.call<SetResponse<ParcelObject>>('Parcel/set', { accountId, update: Object.fromEntries(low.map((p) => [p.id, { secrecy: level }])) })
  const no = Object.values(r.notUpdated ?? {})[0]
  if (no) throw protocolError(no.type, no.description)
}

/** What the letter says of a link, in the sender's language. */
export function block(p: Pick<ParcelObject, 'files' | 'link' | 'expiresAt' | 'hasPassword' | 'inside'>): { html: string; text: string } {
  const link = p.link ?? ''
  const names = p.files.map((f) => `${f.name} (${fileSize(f.size)})`)
  const notes = [t('parcel.until', { when: fullDate(p.expiresAt) }), ...(p.hasPassword ? [t('parcel.passwordApart')] : []), ...(p.inside ? [t('parcel.signInNote')] : [])]
  const safe = escapeText(link).replaceAll('"', '&quot;')
  return {
    html: `<p><b>${escapeText(t('parcel.letterTitle'))}</b><br>${names.map(escapeText).join('<br>')}<br><a href="${safe}">${safe}</a><br>${notes.map(escapeText).join('<br>')}</p>`,
    text: [t('parcel.letterTitle'), ...names, link, ...notes].join('\n'),
  }
}
