import type { Approval } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import css from './Approvals.module.css'
import { partyText, voteText } from './words'

/** How a case goes: who was asked, who said what and when. */
export function Steps({ approval: a }: { approval: Approval }) {
  const t = useT()
  const review = a.kind === 'mail.review'
  return (
    <ol className={css.steps} aria-label={t('approvals.steps')}>
      <li data-done>
        <p>
          {t('approvals.asked', { name: partyText(a.asker) })} <When at={a.madeAt} />
        </p>
        {a.reason && <blockquote lang={guessLanguage(a.reason)}>{a.reason}</blockquote>}
      </li>
      {a.steps.map((s, i) => {
        const now = a.state === 'waiting' && i === a.stepInHand
        const begun = i <= a.stepInHand
        if (!begun && a.state !== 'waiting') return null // it never came to that
        return (
          <li key={i} data-done={(begun && !now) || undefined} data-now={now || undefined} aria-current={now ? 'step' : undefined}>
            <p>
              <b>{a.steps.length > 1 ? t('approvals.step', { at: i + 1, all: a.steps.length }) : t('approvals.theStep')}</b>{' '}
              {s.deciders.map((p) => partyText(p)).join(t('approvals.and'))}
              {s.deciders.length > 1 && <small> {t(s.all ? 'approvals.all' : 'approvals.one')}</small>}
            </p>
            {s.said.map((v, k) => (
              <div key={k} className={css.vote} data-what={v.what}>
                <p>
                  {voteText(v, review)} <When at={v.at} />
                </p>
                {v.what !== 'late' && v.note && <blockquote lang={guessLanguage(v.note)}>{v.note}</blockquote>}
              </div>
            ))}
          </li>
        )
      })}
      {a.state === 'recalled' && a.closedAt && (
        <li data-done>
          <p>
            {t('approvals.said.recalled', { name: partyText(a.asker) })} <When at={a.closedAt} />
          </p>
        </li>
      )}
    </ol>
  )
}

function When({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullDate(at)}>
      {readingDate(at)}
    </time>
  )
}
