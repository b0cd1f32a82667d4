import { useState } from 'react'
import { useT, type Key } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { fieldInstant, fieldValue, ownZone } from '~/kit/i18n/zone'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { DayField } from '~/kit/ui/DayField'
import { Switch } from '~/kit/ui/controls'
import css from './Later.module.css'
import { presets, type Preset } from './presets'
import { remind, snooze, wake } from './put-off'
import type { LaterRequest } from './request'

const titles = { snooze: 'later.title.snooze', remind: 'later.title.remind', send: 'later.title.send', answer: 'later.title.answer' } as const satisfies Record<LaterRequest['kind'], Key>
const names = { today: 'later.today', tomorrow: 'later.tomorrow', monday: 'later.monday', days3: 'later.days3', week: 'later.week' } as const satisfies Record<Preset['id'], Key>

/** Asks when: a moment that is often meant, or a date and an hour. */
export default function LaterDialog({ request, onClose }: { request: LaterRequest; onClose: () => void }) {
  const t = useT()
  const list = presets(request.kind)
  const [own, setOwn] = useState(() => fieldValue(list.at(-1)?.at ?? new Date()))
  const [bad, setBad] = useState(false)
  const [unanswered, setUnanswered] = useState(true)
  const zone = ownZone()

  const pick = (at: Date): void => {
    if (!(at.getTime() > Date.now())) return setBad(true)
    onClose()
    if ('pick' in request) return request.pick(at)
    const { kind, engine, account, emails, leave } = request
    if (kind === 'snooze') {
      leave?.()
      void snooze(engine, account, emails, at)
    } else void remind(engine, account, emails, at, unanswered)
  }
  const clear = clearing(request)
  return (
    <Dialog
      title={t(titles[request.kind])}
      onClose={onClose}
      footer={
        clear && (
          <Button
            onClick={() => {
              onClose()
              clear()
            }}
          >
            {t(request.kind === 'snooze' ? 'later.wake' : 'later.noReminder')}
          </Button>
        )
      }
    >
      {request.kind === 'remind' && (
        <Switch label={t('later.unanswered')} on={unanswered} onChange={setUnanswered}>
          {t('later.unanswered.hint')}
        </Switch>
      )}
      <ul className={css.presets}>
        {list.map((p) => (
          <li key={p.id}>
            <button type="button" onClick={() => pick(p.at)}>
              <span>{t(names[p.id])}</span>
              <time dateTime={p.at.toISOString()}>{readingDate(p.at.toISOString())}</time>
            </button>
          </li>
        ))}
      </ul>
      <form
        className={css.own}
        noValidate
        onSubmit={(e) => {
          e.preventDefault()
          const at = fieldInstant(own)
          if (at) pick(at)
          else setBad(true)
        }}
      >
        <DayField
          time
          label={t('later.own')}
          value={own || null}
          error={bad ? t('later.past') : undefined}
          hint={t('later.zone', { zone })}
          onChange={(at) => {
            setOwn(at ?? '')
            setBad(false)
          }}
        />
        <Button type="submit" look="primary" disabled={own === ''}>
          {t('later.set')}
        </Button>
      </form>
    </Dialog>
  )
}

/** What ends a putting off that is there already. */
function clearing(r: LaterRequest): (() => void) | undefined {
  if ('pick' in r) return r.clear
  const { engine, account, emails } = r
  if (r.kind === 'snooze') {
    const asleep = emails.filter((e) => e.snoozed)
    return asleep.length > 0 ? () => { r.leave?.(); void wake(engine, account, asleep) } : undefined
  }
  const set = emails.filter((e) => e.reminder)
  return set.length > 0 ? () => void remind(engine, account, set, null, false) : undefined
}
