import type { ReactNode } from 'react'
import type { Email } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { Button } from '~/kit/ui/Button'
import { Clock } from '~/kit/ui/icons'
import { useMail } from '../context'
import css from './Later.module.css'
import { remind, reschedule, sendNow, unschedule, wake } from './put-off'
import { askLater } from './request'

/** What waits for a letter, in words, with the acts that change it. */
export default function LaterNotes({ email }: { email: Email }) {
  const t = useT()
  const { engine, account, compose, go } = useMail()
  const { snoozed, reminder, scheduled } = email
  return (
    <>
      {scheduled && (
        <Note text={t('later.note.scheduled', { time: readingDate(scheduled.sendAt) })}>
          <Button look="quiet" onClick={() => void sendNow(engine, account, email)}>
            {t('later.sendNow')}
          </Button>
          <Button look="quiet" onClick={() => askLater({ kind: 'send', pick: (at) => void reschedule(engine, account, email, at) })}>
            {t('later.change')}
          </Button>
          <Button
            look="quiet"
            onClick={() =>
              void unschedule(engine, account, email).then((done) => {
                if (!done) return
                go({ threadId: undefined })
                compose({ how: 'draft', email })
              })
            }
          >
            {t('later.edit')}
          </Button>
        </Note>
      )}
      {snoozed && (
        <Note text={t('later.note.snoozed', { time: readingDate(snoozed.until) })}>
          <Button look="quiet" onClick={() => askLater({ kind: 'snooze', engine, account, emails: [email] })}>
            {t('later.change')}
          </Button>
          <Button look="quiet" onClick={() => { go({ threadId: undefined }); void wake(engine, account, [email]) }}>
            {t('later.wake')}
          </Button>
        </Note>
      )}
      {reminder && (
        <Note text={t(reminder.unlessAnswered ? 'later.note.unanswered' : 'later.note.reminder', { time: readingDate(reminder.at) })}>
          <Button look="quiet" onClick={() => void remind(engine, account, [email], null, false)}>
            {t('later.noReminder')}
          </Button>
        </Note>
      )}
      {!reminder && email.keywords['$reminded'] && email.backAt && <Note text={t('later.note.back', { time: readingDate(email.backAt) })} />}
    </>
  )
}

function Note({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className={css.note}>
      <Clock size={16} aria-hidden />
      <span>{text}</span>
      {children}
    </div>
  )
}
