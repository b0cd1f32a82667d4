import { useState } from 'react'
import type { FlowRuleSet, FlowTryAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { Button } from '~/kit/ui/Button'
import css from '../Console.module.css'
import type { AdminApi } from '../data'
import { fault, ready } from './model'
import { foundText, ruleRefusal } from './words'

const DAYS = 30
const SHOWN = 10

/** What a rule would have done to the letters of the last month: nobody's mail is shown by it. */
export function Trial({ api, rule, onError }: { api: AdminApi; rule: FlowRuleSet; onError: (text: string) => void }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const [tried, setTried] = useState<{ rule: FlowRuleSet; answer: FlowTryAnswer } | null>(null)
  const run = async (): Promise<void> => {
    const missing = fault(rule)
    if (missing) return onError(t(missing))
    setBusy(true)
    try {
      setTried({ rule, answer: await api.call<FlowTryAnswer>('FlowRule/try', { rule: ready(rule), days: DAYS }) })
    } catch (e) {
      onError(ruleRefusal(e))
    }
    setBusy(false)
  }
  const a = tried?.rule === rule ? tried.answer : null
  return (
    <div className={css.item}>
      <div className={css.buttons}>
        <Button onClick={() => void run()} busy={busy}>{t('mailrules.try')}</Button>
      </div>
      <p className={css.sub}>{t('mailrules.tryHint')}</p>
      <div role="status" className={css.bare}>
        {a && (
          <>
            <p className={css.part}>{t('mailrules.touched', { count: a.total, all: a.letters })}</p>
            {!a.isWhole && <p className={css.sub}>{t('mailrules.partly')}</p>}
            <ul className={css.rows}>
              {a.list.slice(0, SHOWN).map((h, i) => (
                <li key={i} className={css.line}>
                  <span className={css.sentence}>
                    <span lang="en">{h.sender}</span>
                    <small>{[fullDate(h.at), h.outside ? t('mailrules.found.outside') : '', foundText(h.found.filter((f) => f !== 'outside'))].filter(Boolean).join(' · ')}</small>
                  </span>
                </li>
              ))}
            </ul>
            {a.total > SHOWN && <p className={css.sub}>{t('mailrules.first', { count: SHOWN })}</p>}
          </>
        )}
      </div>
    </div>
  )
}
