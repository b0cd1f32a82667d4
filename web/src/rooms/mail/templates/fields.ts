import { language } from '~/kit/i18n'
import { fieldValue } from '~/kit/i18n/zone'
import type { Draft } from '../compose/draft'

/** What the fields of a template stand for at one moment. */
export interface FieldValues {
  sender: string
  unit: string
  due?: string | undefined
  /** The name of the one the letter goes to, once it is known. */
  name?: string | undefined
}

const FIELD = /\{\{\s*([a-z]+)\s*\}\}/g

/** Writes what is known into the fields; others stay for the writer. */
export function fillFields(text: string, v: FieldValues, escape: (s: string) => string = (s) => s): string {
  const now = new Date()
  const long = new Intl.DateTimeFormat(language(), { dateStyle: 'long' })
  const known: Record<string, string | undefined> = {
    date: long.format(now),
    month: new Intl.DateTimeFormat(language(), { year: 'numeric', month: 'long' }).format(now),
    year: String(now.getFullYear()),
    sender: v.sender || undefined,
    unit: v.unit || undefined,
    due: v.due ? long.format(new Date(`${v.due}T12:00:00`)) : undefined,
    name: v.name,
  }
  return text.replace(FIELD, (field, key: string) => {
    const value = known[key]
    return value === undefined ? field : escape(value)
  })
}

/** A field that is still open, by its name. */
export function openField(d: Pick<Draft, 'subject' | 'body'>): string | undefined {
  return new RegExp(FIELD.source).exec(`${d.subject}\n${d.body}`)?.[0]
}

/** On sending: the name of a single recipient goes where {{name}} stands. */
export function fillNames(d: Draft): Partial<Draft> | undefined {
  const [one] = d.to
  if (!/\{\{\s*name\s*\}\}/.test(d.subject + d.body) || !one) return undefined
  const name = d.to.length > 1 ? everybody() : one.name || one.email
  const put = (s: string): string => s.replace(/\{\{\s*name\s*\}\}/g, () => name)
  return { subject: put(d.subject), body: put(d.body) }
}

// How a letter to several people begins.
function everybody(): string {
  return { 'zh-TW': '各位同仁', 'zh-CN': '各位同事', vi: 'các đồng chí', ko: '여러분', en: 'colleagues' }[language()]
}

/** A day as YYYY-MM-DD in the person's own time zone. */
export function localDay(d: Date): string {
  return fieldValue(d).slice(0, 10)
}

/** The day that many days from now. */
export function dayAfter(days: number): string {
  return localDay(new Date(Date.now() + days * 86_400_000))
}
