import { useMemo } from 'react'
import type { Email, EmailBodyPart } from '~/api/jmap'
import type { AttachmentText } from '~/api/types.gen'
import { language, useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { ownZone } from '~/kit/i18n/zone'
import { calendarSystem } from '~/kit/prefs'
import { Button } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { BellOff, CalendarDays } from '~/kit/ui/icons'
import { useMail } from '../context'
import css from './Banners.module.css'
import { parseInvitation, type Invitation } from './ics'
import { leaveByOneClick } from './one-click'
import { oneClick, unsubscribe, type Way } from './unsubscribe'
import { useAsk } from './use-ask'

/** What a letter is besides its text: an invitation, a letter of a list one can leave. */
export default function Banners({ email }: { email: Email }) {
  const calendar = calendarPart(email)
  return (
    <>
      {calendar && <InvitationCard part={calendar} />}
      <Leave email={email} />
    </>
  )
}

export function calendarPart(email: Email): EmailBodyPart | undefined {
  return (email.attachments ?? []).find((p) => p.type === 'text/calendar' && p.blobId)
}

function InvitationCard({ part }: { part: EmailBodyPart }) {
  const t = useT()
  const { answer } = useAsk<AttachmentText>('Attachment/text', { blobId: part.blobId ?? '', name: part.name ?? '', type: part.type, size: part.size }, { charset: part.charset ?? '' })
  const i = useMemo(() => (answer ? parseInvitation(answer.text) : null), [answer])
  if (!i) return null
  const rows: [string, string][] = [
    [t('invite.when'), span(i)],
    [t('invite.where'), i.place],
    [t('invite.by'), i.organizer],
    [t('invite.who'), i.people.slice(0, 12).map((p) => p.name).join(', ') + (i.people.length > 12 ? ` ${t('invite.more', { count: i.people.length - 12 })}` : '')],
  ]
  const title = i.title || t('invite.untitled')
  return (
    <section className={css.card} aria-label={t('invite.title')} data-cancelled={i.cancelled || undefined}>
      <CalendarDays size={22} strokeWidth={1.5} aria-hidden />
      <div>
        <p className={css.kind}>
          {t(i.cancelled ? 'invite.cancelled' : i.method === 'REPLY' ? 'invite.reply' : 'invite.title')}
          {i.repeats && ` · ${t('invite.repeats')}`}
        </p>
        <h3 lang={guessLanguage(title)}>{title}</h3>
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
      </div>
    </section>
  )
}

/** From when to when, in the reader's zone; a day's end is the day before (RFC 5545 section 3.6.1). */
function span(i: Invitation): string {
  if (!i.start) return ''
  const calendar = calendarSystem() === 'roc' ? 'roc' : 'gregory'
  const f = new Intl.DateTimeFormat(language(), i.start.allDay ? { dateStyle: 'full', calendar } : { dateStyle: 'full', timeStyle: 'short', calendar, hourCycle: 'h23', timeZone: ownZone() })
  const end = i.end && (i.end.allDay ? new Date(i.end.date.getTime() - 86_400_000) : i.end.date)
  return end && end > i.start.date ? f.formatRange(i.start.date, end) : f.format(i.start.date)
}

/** The way off a list, as the list itself gives it (RFC 2369). */
function Leave({ email }: { email: Email }) {
  const t = useT()
  const { compose, engine, account } = useMail()
  const way = unsubscribe(email)
  if (!way) return null
  const go = async (): Promise<void> => {
    if (oneClick(email) && email.outside && (await leaveByOneClick(engine, account, email)) !== 'other') return
    await byHand(way)
  }
  const byHand = async (way: Way): Promise<void> => {
    const mail = way.kind === 'mail'
    if (!(await confirm({ title: t('leave.title'), text: t(mail ? 'leave.mail' : 'leave.web', { where: mail ? way.to : way.host }), confirm: t(mail ? 'leave.write' : 'leave.open') }))) return
    if (mail) compose({ how: 'new', to: way.to, subject: way.subject, text: way.text })
    else window.open(way.url, '_blank', 'noopener,noreferrer')
  }
  return (
    <p className={css.leave}>
      <span>{t('leave.list')}</span>
      <Button look="quiet" icon={BellOff} onClick={() => void go()}>
        {t('leave.act')}
      </Button>
    </p>
  )
}
