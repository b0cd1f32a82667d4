import { Suspense, lazy, useState } from 'react'
import { useLocation } from 'wouter'
import { APPROVALS, type Email, type EmailAddress } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { fullDate, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Avatar } from '~/kit/ui/Avatar'
import { Button, IconButton } from '~/kit/ui/Button'
import { ChevronDown, Ellipsis, Forward, ListFilter, Paperclip, Pencil, Reply, ReplyAll } from '~/kit/ui/icons'
import { MenuButton } from '~/kit/ui/MenuButton'
import { Skeleton } from '~/kit/ui/states'
import { Attachments } from './Attachments'
import { useLetterActs } from './content/LetterActs'
import { unsubscribe } from './content/unsubscribe'
import { useMail, type MailState } from './context'
import css from './MessageCard.module.css'
import { LaterNote } from './later/LaterNote'
import { MessageBody } from './MessageBody'
import { people, personName } from './names'
import { ReceiptNote } from './receipts/ReceiptNote'
import { TrustDetails, TrustNote } from './trust/TrustNote'
import { oneLetter } from './one-letter'

const KindNote = lazy(() => withTexts('templates', () => import('./templates/KindNote')))
const LevelNote = lazy(() => withTexts('secrecy', () => import('./secrecy/LevelNote')))
const HeldNote = lazy(() => withTexts('review', () => import('./review/HeldNote')))
const Banners = lazy(() => withTexts('content', () => import('./content/Banners')))

/** Whether a letter is an invitation or came by a list that one can leave. */
function hasBanners(email: Email): boolean {
  return unsubscribe(email) !== null || (email.attachments ?? []).some((p) => p.type === 'text/calendar')
}

/** Whether the person may have sent it: from their own address, or from a mailbox they write for. */
function sentHere({ mine, account }: MailState, email: Email): boolean {
  const from = email.from?.[0]?.email.toLowerCase()
  return from !== undefined && (mine.has(from) || account.identities.some((i) => i.email.toLowerCase() === from))
}

/** A folded message: who and how it begins. */
export function MessageLine({ email, onOpen }: { email: Email; onOpen: () => void }) {
  const t = useT()
  const from = email.from?.[0]
  const name = personName(from)
  return (
    <button type="button" className={css.line} onClick={onOpen} aria-expanded={false}>
      <Avatar name={name} email={from?.email ?? ''} size={32} />
      <span className={css.name} lang={guessLanguage(name)}>
        {name}
      </span>
      <span className={css.preview} lang={guessLanguage(email.preview)}>
        {email.keywords['$draft'] ? <b className={css.draft}>{t('message.draft')} </b> : null}
        {email.preview}
      </span>
      {email.hasAttachment && <Paperclip size={15} aria-label={t('list.hasFiles')} role="img" />}
      <time dateTime={email.receivedAt} title={fullDate(email.receivedAt)}>
        {readingDate(email.receivedAt)}
      </time>
    </button>
  )
}

/** An open message: its head, its body, its files. */
export function MessageCard({ email, alone, quoted, onFold }: { email: Email; alone: boolean; quoted: boolean; onFold: () => void }) {
  const t = useT()
  const m = useMail()
  const { compose, mine } = m
  const letter = useLetterActs([email])
  const [details, setDetails] = useState(false)
  const [, navigate] = useLocation()
  const from = email.from?.[0]
  const name = personName(from)
  const draft = email.keywords['$draft']
  const many = [...(email.to ?? []), ...(email.cc ?? [])].filter((a) => !mine.has(a.email.toLowerCase())).length > 0
  return (
    <section className={css.card} aria-label={t('message.from', { name })}>
      <header className={css.head}>
        <Avatar name={name} email={from?.email ?? ''} size={36} />
        <div className={css.who} onClick={(e) => !alone && !(e.target as Element).closest('button') && onFold()}>
          <p className={css.sender}>
            <b lang={guessLanguage(name)}>{name}</b>
            {from?.name && <span className={css.address}>{from.email}</span>}
          </p>
          <p className={css.to}>
            <span className={css.names}>{t('list.to', { names: people([...(email.to ?? []), ...(email.cc ?? [])], mine, 4) || t('list.nobody') })}</span>
            <button type="button" className={css.more} aria-expanded={details} aria-label={t('message.details')} data-tip={t('message.details')} onClick={() => setDetails(!details)}>
              <ChevronDown size={14} aria-hidden />
            </button>
          </p>
        </div>
        <time className={css.date} dateTime={email.receivedAt} title={fullDate(email.sentAt ?? email.receivedAt)}>
          {readingDate(email.receivedAt)}
        </time>
        <span className={css.acts}>
          {draft ? (
            <Button look="plain" icon={Pencil} onClick={() => compose({ how: 'draft', email })}>
              {t('message.continue')}
            </Button>
          ) : (
            <>
              <IconButton className={css.reply} icon={Reply} label={t('act.reply')} onClick={() => compose({ how: 'reply', email })} />
              <MenuButton
                icon={Ellipsis}
                label={t('message.more', { name })}
                placement="bottom end"
                entries={[
                  ...(many ? [{ id: 'all', label: t('act.replyAll'), icon: ReplyAll, run: () => compose({ how: 'replyAll' as const, email }) }] : []),
                  { id: 'fwd', label: t('act.forward'), icon: Forward, run: () => compose({ how: 'forward', email }) },
                  ...(alone ? [] : oneLetter(m, email)),
                  ...(from ? [{ id: 'rule', label: t('act.makeRule'), icon: ListFilter, run: () => navigate(`/settings/rules?${new URLSearchParams({ from: from.email, name: from.name ?? '' })}`) }] : []),
                  ...letter.sending,
                  ...letter.printing,
                  ...letter.looking,
                ]}
              />
            </>
          )}
        </span>
      </header>
      {letter.shown}
      {details && <Details email={email} />}
      <LaterNote email={email} />
      <ReceiptNote email={email} />
      {email.bodyValues ? (
        // What stands above a letter comes with it: a note that came later would push away what one is about to press.
        <Suspense fallback={<Skeleton lines={5} />}>
          {APPROVALS in m.engine.session.capabilities && !draft && sentHere(m, email) && <HeldNote email={email} />}
          {email.secrecy && <LevelNote email={email} />}
          {email['header:X-Chancery-Kind:asText'] && <KindNote email={email} />}
          <TrustNote email={email} />
          {hasBanners(email) && <Banners email={email} />}
          <MessageBody email={email} quoted={quoted} />
          {email.attachments && <Attachments email={email} />}
        </Suspense>
      ) : (
        <Skeleton lines={5} />
      )}
    </section>
  )
}

function Details({ email }: { email: Email }) {
  const t = useT()
  const rows: [string, readonly EmailAddress[] | null | undefined][] = [
    [t('field.from'), email.from],
    [t('field.replyTo'), email.replyTo],
    [t('field.to'), email.to],
    [t('field.cc'), email.cc],
    [t('field.bcc'), email.bcc],
  ]
  return (
    <dl className={css.details}>
      {rows.map(([label, list]) =>
        list && list.length > 0 ? (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {list.map((a, i) => (
                <span key={i}>
                  {a.name && <b>{a.name} </b>}
                  <span className={css.mono}>{a.email}</span>
                </span>
              ))}
            </dd>
          </div>
        ) : null,
      )}
      <div>
        <dt>{t('field.date')}</dt>
        <dd>{fullDate(email.sentAt ?? email.receivedAt)}</dd>
      </div>
      <TrustDetails email={email} />
      {email.messageId?.[0] && (
        <div>
          <dt>{t('field.messageId')}</dt>
          <dd className={css.mono}>{email.messageId[0]}</dd>
        </div>
      )}
    </dl>
  )
}
