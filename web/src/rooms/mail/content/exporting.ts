import { t } from '~/kit/i18n'
import { sayError } from '~/kit/undo'
import type { MailAccount } from '../account'
import { save } from './save'

// The browser itself shows how far a download is, and goes on with it while
// one works elsewhere.

/** Saves a folder as one mbox file. */
export function exportBox(account: MailAccount, mailboxId: string): void {
  void fetchFile(account, { mailbox: mailboxId })
}

/** Saves every folder, each as an mbox file, in one archive. */
export function exportAll(account: MailAccount): void {
  void fetchFile(account, {})
}

/** Addresses longer than this are refused by some way of the network. */
const LONGEST = 8000

/** Saves chosen letters as one mbox file. */
export function exportChosen(account: MailAccount, ids: readonly string[]): void {
  void fetchFile(account, { ids: ids.join(',') })
}

async function fetchFile(account: MailAccount, fields: Record<string, string>): Promise<void> {
  // An answer that is no file would only be called a failed download: first
  // see whether the server is there and knows the person.
  const there = await fetch('/auth/me').catch(() => null)
  if (!there?.ok) return void sayError(t(there?.status === 401 ? 'error.signedOut' : 'error.offline'))
  const address = `/export/mail/${encodeURIComponent(account.id)}`
  const query = new URLSearchParams(fields)
  if (query.toString().length < LONGEST) return save(`${address}?${query.toString()}`, '')
  // Very many letters are named in a form; the file is then gathered here.
  const r = await fetch(address, { method: 'POST', body: query }).catch(() => null)
  if (!r?.ok) return void sayError(t('error.server'))
  const url = URL.createObjectURL(await r.blob())
  save(url, `${account.name}.mbox`)
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
