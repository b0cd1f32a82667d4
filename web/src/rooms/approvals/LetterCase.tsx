import { Suspense, useEffect, useMemo, useState } from 'react'
import type { Approval, HeldLetter } from '~/api/jmap'
import { useT, type Key } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Failure, Skeleton } from '~/kit/ui/states'
import { Attachments } from '~/rooms/mail/Attachments'
import type { MailAccount } from '~/rooms/mail/account'
import { isOutside } from '~/rooms/mail/compose/outside'
import { ownDomains } from '~/rooms/mail/compose/suggest'
import { LetterHead } from '~/rooms/mail/content/LetterHead'
import { useParsed } from '~/rooms/mail/content/use-parsed'
import { ReadingContext, type Reading } from '~/rooms/mail/context'
import type { MailEngine } from '~/rooms/mail/engine'
import { MessageBody } from '~/rooms/mail/MessageBody'
import css from './Approvals.module.css'

const kinds: Record<string, Key> = { word: 'approvals.found.word', person: 'approvals.found.person', card: 'approvals.found.card', file: 'approvals.found.file', unreadable: 'approvals.found.unreadable', outside: 'approvals.found.outside', recipient: 'approvals.found.recipient' }
const places: Record<string, Key> = { subject: 'approvals.in.subject', text: 'approvals.in.text', file: 'approvals.in.file' }

/** A letter that waits for review, or waited: why, to whom it goes, and for who decides the letter itself. */
export function LetterCase({ engine, approval, about }: { engine: MailEngine; approval: Approval; about: HeldLetter }) {
  const t = useT()
  const [domains, setDomains] = useState<ReadonlySet<string>>()
  useEffect(() => void ownDomains(engine).then(setDomains, () => {}), [engine])
  const found = useMemo(() => about.found.filter((f, i) => about.found.findIndex((o) => o.kind === f.kind && o.text === f.text && o.where === f.where && o.file === f.file) === i), [about])
  const account = engine.accounts[0] as MailAccount
  const reading = useMemo(() => ({ engine, account, marks: found.filter((f) => ['word', 'person', 'card'].includes(f.kind)).map((f) => f.text) }), [engine, account, found])
  return (
    <>
      <dl className={css.facts}>
        <div>
          <dt>{t('approvals.rules')}</dt>
          <dd>{about.rules.join(t('approvals.and'))}</dd>
        </div>
        {found.length > 0 && (
          <div>
            <dt>{t('approvals.found')}</dt>
            <dd className={css.chips}>
              {found.map((f, i) => (
                <span key={i} className={css.mark}>
                  {f.kind === 'unreadable' && !f.text ? t('approvals.found.unreadableText') : t(kinds[f.kind] ?? 'approvals.found.other', { text: f.text })}
                  {f.file ? <small> {t('approvals.in.within', { name: f.file })}</small> : places[f.where] && f.kind !== 'unreadable' && <small> {t(places[f.where] as Key)}</small>}
                </span>
              ))}
            </dd>
          </div>
        )}
        <div>
          <dt>{t('approvals.recipients', { count: about.to.length })}</dt>
          <dd className={css.chips}>
            {about.to.map((email) => (
              <span key={email} className={css.address} data-outside={isOutside({ name: null, email }, domains) || undefined}>
                {email}
                {isOutside({ name: null, email }, domains) && <small> {t('approvals.outside')}</small>}
              </span>
            ))}
          </dd>
        </div>
        {!about.blobId && (
          <>
            <div>
              <dt>{t('field.from')}</dt>
              <dd>{about.from || approval.asker?.email}</dd>
            </div>
            {about.files.length > 0 && (
              <div>
                <dt>{t('files.title')}</dt>
                <dd>{about.files.join(t('approvals.and'))}</dd>
              </div>
            )}
            <div>
              <dt>{t('approvals.size')}</dt>
              <dd>{fileSize(about.size)}</dd>
            </div>
          </>
        )}
      </dl>
      {about.blobId && (
        <ReadLetter key={about.blobId} {...reading} blobId={about.blobId} size={about.size} />
      )}
    </>
  )
}

/** A letter by its blob, read as the mail room shows letters. */
export function ReadLetter({ engine, account, marks, blobId, size }: Reading & { blobId: string; size: number }) {
  const reading = useMemo<Reading>(() => ({ engine, account, ...(marks ? { marks } : {}) }), [engine, account, marks])
  return (
    <ReadingContext value={reading}>
      <Letter blobId={blobId} size={size} />
    </ReadingContext>
  )
}

function Letter({ blobId, size }: { blobId: string; size: number }) {
  const t = useT()
  const { email, error } = useParsed(blobId, size)
  if (error) return <Failure error={error} />
  if (email === null) return <p role="status">{t('view.broken')}</p>
  if (!email) return <Skeleton lines={8} />
  return (
    <article className={css.letter} aria-label={t('approvals.letter')} lang={guessLanguage(email.subject ?? '')}>
      <LetterHead email={email} />
      <Suspense fallback={<Skeleton lines={5} />}>
        <MessageBody email={email} quoted={false} />
        <Attachments email={email} />
      </Suspense>
    </article>
  )
}
