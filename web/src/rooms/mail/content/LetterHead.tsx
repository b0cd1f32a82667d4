import type { Email, EmailAddress } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Marked } from './marks'
import css from './Viewer.module.css'

/** Subject, people and date of a letter, written out. */
export function LetterHead({ email }: { email: Email }) {
  const t = useT()
  const people = (list: readonly EmailAddress[] | null | undefined): string => (list ?? []).map((a) => (a.name ? `${a.name} <${a.email}>` : a.email)).join(', ')
  const rows: [string, string][] = [
    [t('field.from'), people(email.from)],
    [t('field.to'), people(email.to)],
    [t('field.cc'), people(email.cc)],
    [t('field.date'), email.sentAt ? fullDate(email.sentAt) : ''],
  ]
  const subject = email.subject || t('message.noSubject')
  return (
    <header className={css.head}>
      <h3 lang={guessLanguage(subject)}><Marked text={subject} /></h3>
      <dl>
        {rows.map(([label, value]) =>
          value ? (
            <div key={label}>
              <dt>{label}</dt>
              <dd lang={guessLanguage(value)}>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </header>
  )
}
