import { Suspense, lazy } from 'react'
import { useT, withTexts } from '~/kit/i18n'
import { DayField } from '~/kit/ui/DayField'
import type { DraftKind } from '../compose/draft'
import { dayAfter } from './fields'
import { asks, everyKeys, kindKeys, kinds } from './kinds'
import { newMeeting, type Meeting } from './meeting'
import css from './Templates.module.css'

const MeetingBar = lazy(() => withTexts('gaps', () => import('./MeetingBar')))

/** The kind a letter is sent as; where answers are wanted, until when and how often. */
export default function KindBar({ value, meeting, onChange, onMeeting }: { value: DraftKind | undefined; meeting: Meeting | undefined; onChange: (k: DraftKind | undefined) => void; onMeeting: (m: Meeting) => void }) {
  const t = useT()
  const choose = (kind: string): void => {
    if (!kind) return onChange(undefined)
    if (kind === 'meeting-invitation' && !meeting) onMeeting(newMeeting())
    onChange({ kind, ...(asks(kind) ? { due: value?.due ?? dayAfter(7) } : {}), ...(kind === 'periodic-report' ? { every: value?.every ?? 'monthly' } : {}) })
  }
  return (
    <>
      <div className={css.bar}>
        <label>
          <span>{t('kind.label')}</span>
          <select value={value?.kind ?? ''} onChange={(e) => choose(e.target.value)}>
            <option value="">{t('kind.none')}</option>
            {kinds.map((k) => (
              <option key={k} value={k}>
                {t(kindKeys[k] ?? 'kind.none')}
              </option>
            ))}
          </select>
        </label>
        {value && asks(value.kind) && (
          <DayField compact label={t('kind.due')} value={value.due || null} min={dayAfter(0)} onChange={(d) => onChange({ ...value, due: d ?? '' })} />
        )}
        {value?.kind === 'periodic-report' && (
          <label>
            <span>{t('kind.every')}</span>
            <select value={value.every ?? ''} onChange={(e) => onChange({ kind: value.kind, ...(value.due ? { due: value.due } : {}), ...(e.target.value ? { every: e.target.value } : {}) })}>
              <option value="">{t('every.once')}</option>
              {Object.entries(everyKeys).map(([k, key]) => (
                <option key={k} value={k}>
                  {t(key)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {value?.kind === 'meeting-invitation' && meeting && (
        <Suspense>
          <MeetingBar value={meeting} onChange={onMeeting} />
        </Suspense>
      )}
    </>
  )
}
