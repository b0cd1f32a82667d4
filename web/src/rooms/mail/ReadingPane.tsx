import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import type { Email } from '~/api/jmap'
import { useLayout } from '~/app/layout'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { SyncError, asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Forward, Mail, Reply, ReplyAll } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { AssignedChip } from './assign/Chip'
import { useMail, useThreadEmails } from './context'
import { LabelChips } from './labels/Chips'
import { readyForHtml } from './MessageBody'
import { MessageCard, MessageLine } from './MessageCard'
import css from './ReadingPane.module.css'
import { ReadingBar } from './ReadingBar'
import { people } from './names'

/** The open conversation as a stack: what is read is folded, what is new is open. */
export function ReadingPane() {
  const t = useT()
  const { route } = useMail()
  // First the list answers, a frame later the conversation stands there: an act is never waited for.
  const threadId = useDeferredValue(route.threadId)
  if (threadId) return <Conversation key={threadId} threadId={threadId} live={threadId === route.threadId} />
  return (
    <div className={css.idle}>
      <Empty icon={Mail} title={t('reading.none')}>
        {t('reading.none.hint')}
      </Empty>
    </div>
  )
}

/** `live` is false for the frame in which the person has left it already. */
function Conversation({ threadId, live }: { threadId: string; live: boolean }) {
  const t = useT()
  const { engine, account, mailbox, acts, list, view, compose } = useMail()
  const all = useThreadEmails(account, threadId)
  const [error, setError] = useState<SyncError | null>(null)
  const [attempt, setAttempt] = useState(0)
  const emails = useMemo(() => visible(all, mailbox?.role ?? null, account.role('trash')?.id), [all, mailbox, account])
  // What is new and the last letter, once; later arrivals open themselves. A
  // conversation that is there already is drawn at once, without its skeleton.
  const [open, setOpen] = useState<ReadonlySet<string> | null>(() => firstOpen(emails))

  useEffect(() => {
    engine.openThread(account, threadId).then(() => setError(null), (e: unknown) => setError(asSyncError(e)))
  }, [engine, account, threadId, attempt])

  useEffect(() => setOpen((old) => old ?? firstOpen(emails)), [emails])

  useEffect(() => {
    if (!open || !live) return
    const shown = emails.filter((e) => open.has(e.id))
    engine.loadBodies(account, shown.map((e) => e.id)).catch((e: unknown) => setError(asSyncError(e)))
    const fresh = shown.filter((e) => !e.keywords['$seen'] && !e.keywords['$draft'])
    if (fresh.length > 0 && mailbox?.myRights.maySetSeen !== false) void acts.seen(fresh, true, true)
  }, [open, live, emails, engine, account, acts, mailbox])

  // The next message is fetched while this one is read.
  useEffect(() => {
    const timer = setTimeout(() => {
      const at = list.cursor === undefined ? -1 : view.indexOf(list.cursor)
      const next = at >= 0 ? view.rows[at + 1] : undefined
      const email = next === undefined ? undefined : account.emails.get(next)
      // What is fetched ahead of a mailbox that is looked into would stand in the record as read.
      if (email && !account.isReadOnly) void engine.loadBodies(account, [account.threadEmails(email.threadId).at(-1)?.id ?? email.id]).then(readyForHtml).catch(() => {})
    }, 350)
    return () => clearTimeout(timer)
  }, [list.cursor, view, engine, account])

  if (error && emails.length === 0) return <><ReadingBar emails={[]} /><Failure error={error} retry={() => setAttempt(attempt + 1)} /></>
  if (emails.length === 0 || !open) return <><ReadingBar emails={[]} /><Skeleton lines={8} /></>
  const first = emails[0] as Email
  const subject = (emails.at(-1)?.subject ?? first.subject ?? '').replace(/^((re|fw|fwd|回覆|回复|转发|轉寄|답장|trả lời)\s*[:：]\s*)+/i, '').trim() || t('message.noSubject')
  const last = emails.findLast((e) => !e.keywords['$draft']) ?? first
  const flip = (id: string): void => {
    const next = new Set(open)
    if (!next.delete(id)) next.add(id)
    setOpen(next)
  }
  return (
    <article className={css.thread} aria-label={subject} data-thread={threadId}>
      <ReadingBar emails={emails} />
      <div className={css.scroll}>
        <h2 className={css.subject} lang={guessLanguage(subject)}>
          {subject} <LabelChips emails={emails} max={6} /> <AssignedChip emails={emails} />
        </h2>
        {error && <Failure error={error} retry={() => setAttempt(attempt + 1)} />}
        <ol className={css.stack}>
          {emails.map((e, i) => (
            <li key={e.id} data-open={open.has(e.id) || undefined}>
              {open.has(e.id) ? <MessageCard email={e} alone={emails.length === 1} quoted={i > 0} onFold={() => flip(e.id)} /> : <MessageLine email={e} onOpen={() => (e.keywords['$draft'] ? compose({ how: 'draft', email: e }) : flip(e.id))} />}
            </li>
          ))}
        </ol>
        <AnswerBar email={last} />
      </div>
    </article>
  )
}

/** What a conversation opens with; null while none of it is known. */
function firstOpen(emails: readonly Email[]): ReadonlySet<string> | null {
  if (emails.length === 0) return null
  const letters = emails.filter((e) => !e.keywords['$draft'])
  const first = letters.filter((e, i) => i === letters.length - 1 || !e.keywords['$seen'])
  return new Set((first.length > 0 ? first : emails).map((e) => e.id))
}

/** What is in the bin is shown only there; everything else of a conversation is shown everywhere. */
function visible(all: readonly Email[], role: string | null, trash: string | undefined): Email[] {
  if (role === 'trash' || !trash) return [...all]
  const rest = all.filter((e) => !e.mailboxIds[trash])
  return rest.length > 0 ? rest : [...all]
}

function AnswerBar({ email }: { email: Email }) {
  const t = useT()
  const { account, compose, mine } = useMail()
  const layout = useLayout()
  const others = [...(email.to ?? []), ...(email.cc ?? [])].filter((a) => !mine.has(a.email.toLowerCase())).length
  const many = others > 0
  if (account.isReadOnly) return null
  return (
    <footer className={css.answer} data-phone={layout === 'phone' || undefined}>
      <Button icon={Reply} onClick={() => compose({ how: 'reply', email })} data-tip={t('answer.to', { names: people(email.replyTo ?? email.from, mine) })} data-key="r">
        {t('act.reply')}
      </Button>
      {many && (
        <Button icon={ReplyAll} onClick={() => compose({ how: 'replyAll', email })} data-key="a">
          {t('act.replyAll')}
        </Button>
      )}
      <Button icon={Forward} onClick={() => compose({ how: 'forward', email })} data-key="f">
        {t('act.forward')}
      </Button>
    </footer>
  )
}
