import type { t as translate } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { confirm } from '~/kit/ui/Dialog'
import { htmlToText, type Draft } from './draft'

/** D20: what most agencies take in one letter. Larger ones need another way. */
export const LETTER_LIMIT = 20_000_000

// How people of the five languages say that something is enclosed. A word in
// the quoted letter does not count, so only what was written is looked at.
const PROMISES = /附件|附檔|附档|隨函|随函|檢附|检附|夾帶檔|đính kèm|gửi kèm|kèm theo|tệp kèm|첨부|붙임|동봉|\battach(?:ed|ment|ments|ing)?\b|\benclosed\b|\benclosure\b/iu

/** Whether the words promise a file that is not there. */
export function forgotFile(d: Draft): boolean {
  if (d.files.some((f) => !f.cid) || d.links?.length) return false
  const text = d.rich ? htmlToText(d.body) : d.body.split('\n').filter((l) => !l.startsWith('>')).join('\n')
  return PROMISES.test(`${d.subject.replace(/^\s*(re|fwd?)\s*[:：].*/i, '')}\n${text}`)
}

/** Base64 makes a file a third larger; the rest of a letter is small. */
export function letterSize(d: Draft): number {
  return Math.round(d.files.reduce((n, f) => n + (f.error ? 0 : f.size), 0) * 1.37) + 2 * (d.body.length + d.quote.length)
}

/** What a letter that is too large has to hear, "" for others. */
export function tooLarge(d: Draft, t: typeof translate): string {
  const size = letterSize(d)
  return size > LETTER_LIMIT ? t('compose.size', { size: fileSize(size), limit: fileSize(LETTER_LIMIT) }) : ''
}

/** Asks about what is easily forgotten; false when the writer wants to go back. */
export async function mayGo(d: Draft, t: typeof translate): Promise<boolean> {
  if (!d.subject.trim() && !(await confirm({ title: t('compose.noSubject'), text: t('compose.noSubject.text'), confirm: t('compose.sendWithout') }))) return false
  return !forgotFile(d) || (await confirm({ title: t('compose.noFile'), text: t('compose.noFile.text'), confirm: t('compose.sendWithoutFile') }))
}
