import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { listDate } from '~/kit/i18n/dates'
import { personName } from '../names'
import type { Tried } from './calls'
import css from './Rules.module.css'

const SHOWN = 8

/** What a rule would have acted on. */
export function TriedList({ tried }: { tried: Tried }) {
  const t = useT()
  const rest = tried.matched - Math.min(SHOWN, tried.emails.length)
  return (
    <section className={css.tried} aria-label={t('rules.test')}>
      <p role="status">{t('rules.tried', { count: tried.matched, looked: tried.looked })}</p>
      <ul>
        {tried.emails.slice(0, SHOWN).map((e) => (
          <li key={e.id}>
            <b lang={guessLanguage(personName(e.from?.[0]))}>{personName(e.from?.[0])}</b>
            <span lang={guessLanguage(e.subject ?? '')}>{e.subject}</span>
            <time dateTime={e.receivedAt}>{listDate(e.receivedAt)}</time>
          </li>
        ))}
      </ul>
      {rest > 0 && <p>{t('rules.more', { count: rest })}</p>}
    </section>
  )
}
