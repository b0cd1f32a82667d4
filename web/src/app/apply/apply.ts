import { SyncError } from '~/kit/sync/errors'

/** What the office says of applications for accounts. */
export interface Offer {
  open: boolean
  domains: string[]
  maxPapers: number
  maxPaper: number
}

/** What an applicant writes; a field of that name is named when it is wrong. */
export interface Fields {
  name: string
  number: string
  agency: string
  title: string
  phone: string
  contact: string
  address: string
  note: string
}
export type FieldName = keyof Fields | 'papers'

async function answer<T>(res: Response): Promise<T> {
  if (res.ok) return (await res.json()) as T
  const p = (await res.json().catch(() => ({}))) as { detail?: string }
  throw new SyncError(res.status === 413 ? 'tooLarge' : res.status >= 500 ? 'server' : 'refused', `http${res.status}`, p.detail)
}

export const readOffer = async (): Promise<Offer> => answer(await fetch('/apply/form'))

/** Sends an application; unit is what the link to the page named. */
export async function sendApplication(fields: Fields, language: string, unit: string, papers: readonly File[]): Promise<void> {
  const form = new FormData()
  form.append('form', JSON.stringify({ ...fields, language, unit }))
  papers.forEach((p) => form.append('papers', p, p.name))
  await answer(await fetch('/apply/send', { method: 'POST', body: form }))
}

/** Proves the address by the token of the letter. */
export async function prove(token: string): Promise<void> {
  await answer(await fetch('/apply/prove', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token }) }))
}
