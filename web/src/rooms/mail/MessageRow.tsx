import { memo, useEffect, type MouseEvent } from 'react'
import type { SearchSnippet } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate, listDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Avatar } from '~/kit/ui/Avatar'
import { IconButton } from '~/kit/ui/Button'
import { Archive, BellOff, CircleAlert, Clock, Paperclip, Star, Trash2 } from '~/kit/ui/icons'
import { AssignedChip } from './assign/Chip'
import { useEmail, useMail, useThreadEmails } from './context'
import { dragLetters } from './drag'
import { LabelChips } from './labels/Chips'
import { isMuted } from './mute/mute'
import css from './MessageRow.module.css'
import { rowDate } from './later/row-date'
import { folderName, people, personName } from './names'
import { LABEL } from './route'
import { rowEmails } from './rows'
import { snippetPieces } from './search'
import { useLongPress } from './use-long-press'
import { useSwipe } from './use-swipe'

interface Props {
  id: string | undefined
  index: number
  height: number
  shape: 'narrow' | 'wide' | 'phone'
  snippet: SearchSnippet | undefined
  focusable: boolean
}

/** One row: who, what, when, and what stands out; a placeholder while unknown. */
export const MessageRow = memo(function MessageRow({ id, index, height, shape, snippet, focusable }: Props) {
  const t = useT()
  const m = useMail()
  const { account, list, route, acts, mine, mailbox } = m
  const email = useEmail(account, id)
  const thread = useThreadEmails(account, email?.threadId)
  const swipe = useSwipe(shape === 'phone', { right: () => void acts.archive(rowEmails(m, [id as string])), left: () => void acts.trash(rowEmails(m, [id as string])) })
  const press = useLongPress(() => list.toggle(id as string))
  const missing = id !== undefined && !email
  useEffect(() => {
    if (missing) m.engine.want(account, id)
  }, [missing, m.engine, account, id])

  if (!id || !email) {
    return (
      <div role="row" aria-rowindex={index + 1} className={css.row} style={{ height }} data-shape={shape}>
        <span role="gridcell" className={css.hole}>
          <span className="sr">{t('state.loading')}</span>
          <i style={{ width: `${30 + ((index * 13) % 30)}%` }} />
          <i style={{ width: `${55 + ((index * 29) % 40)}%` }} />
        </span>
      </div>
    )
  }

  const whole = m.conversations && thread.length > 0 ? thread : [email]
  const here = whole.filter((e) => !mailbox || e.mailboxIds[mailbox.id])
  const unread = (here.length > 0 ? here : [email]).some((e) => !e.keywords['$seen'])
  const starred = whole.some((e) => e.keywords['$flagged'])
  const files = whole.some((e) => e.hasAttachment)
  const outgoing = mailbox?.role === 'sent' || mailbox?.role === 'drafts' || mailbox?.role === 'scheduled'
  const who = outgoing ? t('list.to', { names: people(email.to, mine) || t('list.nobody') }) : senders(whole, mine)
  const lead = outgoing ? email.to?.[0] : (whole.findLast((e) => !mine.has(e.from?.[0]?.email.toLowerCase() ?? ''))?.from?.[0] ?? email.from?.[0])
  const important = whole.some((e) => e.keywords['$important'])
  const selected = list.everything || list.selected.has(id)
  const current = list.cursor === id
  const open = route.threadId === email.threadId
  const subject = email.subject?.trim() || t('message.noSubject')
  const when = rowDate(email)
  const box = mailbox ? undefined : Object.keys(email.mailboxIds).map((b) => account.mailboxes.get(b)).find((b) => b !== undefined)

  const click = (e: MouseEvent): void => {
    if (e.shiftKey) return list.extend(id)
    // Once some are chosen on a touch screen, a tap chooses more.
    if (e.ctrlKey || e.metaKey || (shape === 'phone' && list.selected.size > 0)) return list.toggle(id)
    m.openRow(id)
  }
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={selected}
      aria-label={[unread ? t('list.unreadRow') : '', important ? t('folder.important') : '', who, subject, files ? t('list.hasFiles') : '', when.label ? t(when.label) : '', listDate(when.iso)].filter(Boolean).join(', ')}
      aria-current={open ? 'true' : undefined}
      tabIndex={focusable ? 0 : -1}
      className={css.row}
      style={{ height }}
      data-row={id}
      data-shape={shape}
      data-unread={unread || undefined}
      data-files={files || undefined}
      data-cursor={current || undefined}
      data-choosing={list.selected.size > 0 || undefined}
      draggable={shape !== 'phone'}
      onDragStart={(e) => dragLetters(e, m, id)}
      onClick={click}
      {...press}
      onFocus={(e) => e.target === e.currentTarget && !current && e.currentTarget.matches(':focus-visible') && list.setCursor(id)}
      {...swipe.handlers}
      onClickCapture={(e) => {
        press.onClickCapture(e)
        swipe.handlers.onClickCapture?.(e as never)
      }}
    >
      {swipe.reveal}
      <span role="gridcell" className={css.pick}>
        <Avatar name={personName(lead)} email={lead?.email ?? ''} size={shape === 'wide' ? 26 : 34} />
        <label className={css.check} onClick={(e) => e.stopPropagation()}>
          <input type="checkbox" tabIndex={-1} checked={selected} aria-label={t('list.choose', { subject })} onChange={(e) => ((e.nativeEvent as unknown as { shiftKey?: boolean }).shiftKey ? list.extend(id) : list.toggle(id))} />
        </label>
      </span>
      <span role="gridcell" className={css.text}>
        <span className={css.who} lang={guessLanguage(who)}>
          {unread && <span className="sr">{t('list.unreadRow')} </span>}
          <span className={css.names}>{who}</span>
          {whole.length > 1 && <span className={css.many}>{whole.length}<span className="sr"> {t('folder.messages')}</span></span>}
          {email.keywords['$answered'] && !outgoing && <span className="sr">{t('list.answered')}</span>}
        </span>
        <span className={css.subject} lang={guessLanguage(subject)}>
          {isMuted(whole) && <BellOff size={14} role="img" aria-label={t('list.muted')} />}
          {important && <CircleAlert className={css.important} size={14} role="img" aria-label={t('folder.important')} />}
          {box && <span className={css.chip}>{folderName(box)}</span>}
          <AssignedChip emails={whole} />
          <LabelChips emails={whole} max={shape === 'wide' ? 3 : 2} without={route.box?.startsWith(LABEL) ? route.box.slice(LABEL.length) : undefined} />
          {snippet?.subject ? <Marked html={snippet.subject} /> : subject}
        </span>
        <span className={css.preview} lang={guessLanguage(email.preview)}>
          {snippet?.preview ? <Marked html={snippet.preview} /> : email.preview}
        </span>
      </span>
      <span role="gridcell" className={css.meta}>
        <time dateTime={when.iso} title={fullDate(when.iso)}>
          {when.label && <Clock size={12} role="img" aria-label={t(when.label)} />} {listDate(when.iso)}
        </time>
        <span className={css.marks}>
          {files && <Paperclip size={15} aria-label={t('list.hasFiles')} role="img" />}
          <span className={css.quick}>
            <IconButton tabIndex={-1} icon={Archive} size={16} label={t('act.archive')} shortcut="e" onClick={(e) => { e.stopPropagation(); void acts.archive(rowEmails(m, [id])) }} />
            <IconButton tabIndex={-1} icon={Trash2} size={16} label={t('act.delete')} shortcut="#" onClick={(e) => { e.stopPropagation(); void acts.trash(rowEmails(m, [id])) }} />
          </span>
          <IconButton
            tabIndex={-1}
            className={css.star}
            icon={Star}
            size={16}
            filled={starred}
            label={t(starred ? 'act.unstar' : 'act.star')}
            shortcut="s"
            aria-pressed={starred}
            onClick={(e) => {
              e.stopPropagation()
              void acts.star(starred ? whole.filter((x) => x.keywords['$flagged']) : [email], !starred)
            }}
          />
        </span>
      </span>
    </div>
  )
})

function Marked({ html }: { html: string }) {
  return snippetPieces(html).map((p, i) => (p.marked ? <mark key={i}>{p.text}</mark> : p.text))
}

/** Everyone who wrote in a conversation, oldest first, each once. */
function senders(emails: readonly { from: { name: string | null; email: string }[] | null }[], mine: ReadonlySet<string>): string {
  const seen = new Map<string, { name: string | null; email: string }>()
  for (const e of emails) for (const a of e.from ?? []) if (!seen.has(a.email.toLowerCase())) seen.set(a.email.toLowerCase(), a)
  return people([...seen.values()], mine)
}
