import { useCallback, useState, type FormEvent } from 'react'
import type { RulePreview, RulesAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Choice, Field } from '~/kit/ui/controls'
import { Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { refusal, unitPath, useLoad } from '../data'
import own from './Policy.module.css'
import { groups, label, levelsUnder, lineOf, meaning, source, type Question } from './words'

/** The rules that hold, where they come from, and whom another would touch. */
export default function PolicySection(p: PartProps) {
  const t = useT()
  const { api } = p
  const { data, error, reload } = useLoad(useCallback(async () => (await api.call<RulesAnswer>('Rule/get')).list, [api]))
  return (
    <>
      <header className={css.head}>
        <h1>{t('policy.title')}</h1>
      </header>
      <Banner>{t('policy.intro')}</Banner>
      <Preview {...p} />
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={8} />
      ) : (
        groups.map(([title, has]) => (
          <section key={title} className={own.group} aria-label={t(title)}>
            <h2>{t(title)}</h2>
            <dl>
              {data.filter((r) => has(r.key)).map((r) => (
                <div key={r.key}>
                  <dt>{label(r)}</dt>
                  <dd>
                    {meaning(r)} <small title={r.key}>{source(r)}</small>
                    {levelsUnder(r, p.office.levels).map((text) => <span key={text} className={own.under}>{text}</span>)}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))
      )}
    </>
  )
}

function Preview({ api, office }: PartProps) {
  const t = useT()
  const [question, setQuestion] = useState<Question>('second')
  const [months, setMonths] = useState('6')
  const [asked, setAsked] = useState<{ question: Question; months: number; answer: RulePreview } | null>(null)
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const dated = question === 'password' || question === 'unused'
  const n = Number(months)
  const ask = async (e: FormEvent): Promise<void> => {
    e.preventDefault()
    setError(undefined)
    if (dated && !(Number.isInteger(n) && n >= 1 && n <= 120)) return setError(t('policy.badMonths'))
    setBusy(true)
    try {
      setAsked({ question, months: n, answer: await api.call<RulePreview>('Rule/preview', { question, months: dated ? n : 0 }) })
    } catch (err) {
      setError(refusal(err))
    }
    setBusy(false)
  }
  const line = asked ? lineOf(asked.question, asked.months) : ''
  return (
    <section className={own.ask} aria-label={t('policy.ask')}>
      <h2>{t('policy.ask')}</h2>
      <form onSubmit={(e) => void ask(e)} noValidate>
        <Choice
          label={t('policy.question')}
          value={question}
          options={[['second', t('policy.question.second')], ['password', t('policy.question.password')], ['unused', t('policy.question.unused')], ['programs', t('policy.question.programs')], ['phones', t('policy.question.phones')]]}
          onChange={(q) => { setQuestion(q); setError(undefined) }}
        />
        {dated && <Field label={t('policy.months')} type="number" min={1} max={120} value={months} onChange={(e) => { setMonths(e.target.value); setError(undefined) }} />}
        <Button look="primary" type="submit" busy={busy}>{t('policy.show')}</Button>
      </form>
      <div role="status">
        {error && <p className={own.error}>{error}</p>}
        {asked && !error && (
          <>
            <p className={own.count}>{t('policy.count', { count: asked.answer.total })}</p>
            {asked.answer.total > asked.answer.people.length && <p>{t('policy.first', { count: asked.answer.people.length })}</p>}
            {line && asked.answer.total > 0 && (
              <p>
                {t('policy.line')} <code>{line}</code>
              </p>
            )}
            <ul className={own.people}>
              {asked.answer.people.map((a) => (
                <li key={a.email}>
                  <span lang={guessLanguage(a.name)}>{a.name}</span> <small>{[a.email, unitPath(office.units, a.unitId)].filter(Boolean).join(' · ')}</small>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  )
}
