import type { t as translate } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { dismiss, say, sayError, update } from '~/kit/undo'
import type { Draft } from './draft'
import type { Upload } from './upload'

/** What is on its way with a letter: it can be given up, and one hears when it is over. */
export type Uploads = Map<string, Pick<Upload, 'cancel'> & { done: Promise<unknown> }>

interface Work {
  uploads: Uploads
  /** The letter as it is now; its files tell how far they are. */
  draft: () => Draft
  save: () => Promise<unknown>
  t: typeof translate
}

/** How much of all files and links of a letter is there, from 0 to 1. */
export function uploaded(d: Draft): number {
  const all = [...d.files, ...(d.links ?? [])].filter((f) => f.error === undefined)
  const size = all.reduce((n, f) => n + f.size, 0)
  return size === 0 ? 1 : all.reduce((n, f) => n + f.size * (f.progress ?? 1), 0) / size
}

const STEP = 400

/**
 * Lets the files of a letter whose sheet was closed come to their end, with a
 * note of how far they are that can stop them, and keeps the draft with them.
 */
export async function uploadOn({ uploads, draft, save, t }: Work): Promise<void> {
  const stop = (): void => uploads.forEach((u) => u.cancel())
  const name = draft().subject.trim() || t('compose.title')
  const note = say(t('compose.uploadsOn', { subject: name }), { kind: 'working', progress: uploaded(draft()), seconds: 86_400, act: { label: t('compose.stopUploads'), run: stop } })
  const tick = setInterval(() => update(note, { progress: uploaded(draft()) }), STEP)
  const warn = (e: BeforeUnloadEvent): void => e.preventDefault()
  addEventListener('beforeunload', warn)
  try {
    // The words are safe at once, whatever becomes of the files.
    await save().catch(() => {})
    const ends = await Promise.allSettled([...uploads.values()].map((u) => u.done))
    const failed = ends.filter((e) => e.status === 'rejected' && asSyncError(e.reason).type !== 'cancelled').length
    await save()
    dismiss(note)
    if (failed > 0) sayError(t('compose.uploadsFailed', { subject: name, count: failed }))
    else say(t('compose.uploadsKept', { subject: name }))
  } catch {
    dismiss(note)
    sayError(t('compose.filesNotKept', { subject: name }))
  } finally {
    clearInterval(tick)
    removeEventListener('beforeunload', warn)
  }
}
