import { Suspense, lazy } from 'react'
import type { Approval } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { fullDate, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Banner } from '~/kit/ui/Banner'
import { IconButton } from '~/kit/ui/Button'
import { ArrowLeft, X } from '~/kit/ui/icons'
import { Skeleton } from '~/kit/ui/states'
import type { MailEngine } from '~/rooms/mail/engine'
import { levelName, rank, secrecyOf } from '~/rooms/mail/secrecy/levels'
import marks from '~/rooms/mail/secrecy/Secrecy.module.css'
import { CaseActs } from './CaseActs'
import css from './Approvals.module.css'
import { LetterCase } from './LetterCase'
import { Steps } from './Steps'
import { caseOf, isLate, kindText, partyText, stateText, titleOf } from './words'

const RuleText = lazy(() => withTexts('mailrules', () => import('~/rooms/console/flow/RuleText')))

interface Props {
  engine: MailEngine
  approval: Approval
  phone: boolean
  onBack: () => void
  /** After it was decided, or another was. */
  onDone: () => void
}

/** One case: what it is about, how it goes, and the acts of who decides. */
export function CaseView({ engine, approval: a, phone, onBack, onDone }: Props) {
  const t = useT()
  const cap = secrecyOf(engine.session)
  const c = caseOf(a)
  const title = titleOf(a)
  return (
    <article className={css.case} aria-label={title} data-case={a.id}>
      <header className={css.bar}>
        <IconButton icon={phone ? ArrowLeft : X} label={t(phone ? 'act.back' : 'act.close')} shortcut="Escape" onClick={onBack} />
        <span className={css.kind}>{kindText(a)}</span>
        {a.state !== 'waiting' && <span className={css.state} data-state={a.state}>{stateText(a)}</span>}
      </header>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={title}>
        <h2 lang={guessLanguage(title)}>
          {a.level && <span className={marks.mark} data-rank={rank(cap, a.level)}>{levelName(cap, a.level)}</span>}
          {title}
        </h2>
        <p className={css.from}>
          {t('approvals.asked', { name: partyText(a.asker) })}
          {a.dueAt && (
            <>
              {' · '}
              <time dateTime={a.dueAt} title={fullDate(a.dueAt)} data-late={isLate(a) || undefined}>
                {t(isLate(a) ? 'approvals.late' : 'approvals.until', { time: readingDate(a.dueAt) })}
              </time>
            </>
          )}
          {!a.dueAt && isLate(a) && <b data-late> · {t('approvals.overdue')}</b>}
        </p>
        {a.inPlaceOf && <Banner>{t('approvals.youInPlace', { name: partyText(a.inPlaceOf) })}</Banner>}
        {a.earlierId && <Banner>{t('approvals.appeal')}</Banner>}
        {c.kind === 'mail.review' && <LetterCase engine={engine} approval={a} about={c.about} />}
        {c.kind === 'mail.rule' && (
          <Suspense fallback={<Skeleton lines={3} />}>
            <RuleText engine={engine} before={c.about.before} after={c.about.after} />
          </Suspense>
        )}
        {c.kind === 'mail.look' && (
          <dl className={css.facts}>
            <div>
              <dt>{t('approvals.look.where')}</dt>
              <dd>{c.about.lookInto ? c.about.email : t('approvals.look.theJournal')}</dd>
            </div>
            <div>
              <dt>{t('approvals.look.purpose')}</dt>
              <dd lang={guessLanguage(c.about.purpose)}>{c.about.purpose}</dd>
            </div>
            <div>
              <dt>{t('approvals.look.long')}</dt>
              <dd>{t('approvals.look.hours', { count: c.about.hours })}</dd>
            </div>
          </dl>
        )}
        {c.kind === 'mail.removal' && (
          <dl className={css.facts}>
            <div>
              <dt>{t('approvals.removal.from')}</dt>
              <dd>{c.about.from}</dd>
            </div>
            <div>
              <dt>{t('approvals.removal.where')}</dt>
              <dd>{t('approvals.removal.mailboxes', { count: c.about.found })}</dd>
            </div>
          </dl>
        )}
        <h3>{t('approvals.steps')}</h3>
        <Steps approval={a} />
      </div>
      {a.mayDecide && <CaseActs engine={engine} approval={a} phone={phone} onDone={onDone} />}
    </article>
  )
}
