import { memo, useEffect, useLayoutEffect, useRef, useState, type MouseEvent, type RefObject } from 'react'
import type { Email, MailboxRole, SearchSnippet } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate, listDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Avatar } from '~/kit/ui/Avatar'
import { IconButton } from '~/kit/ui/Button'
import { Archive, BellOff, CircleAlert, Clock, Paperclip, Star, Trash2 } from '~/kit/ui/icons'
import { usePrefs } from '~/kit/prefs'
import { AssignedChip } from './assign/Chip'
import type { MailAccount } from './account'
import { useEmail, useMail, useThreadEmails, type MailState } from './context'
import { dragLetters } from './drag'
import { LevelMark } from './secrecy/LevelMark'
import { LabelChips } from './labels/Chips'
import { isMuted } from './mute/mute'
import css from './MessageRow.module.css'
import { rowDate } from './later/row-date'
import { folderName, people, personName } from './names'
import { visiblePart } from './preview'
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
  /** Today; tomorrow the hours of this day's letters become dates. */
  day: string
  /** How many pixels its words have at the most. */
  room: number
  /** The room as it is now, for what a row does; what it shows comes by its own properties. */
  now: RefObject<MailState>
}

/**
 * One row: who, what, when, and what stands out; a placeholder while unknown.
 * This part follows the room and is drawn with every step of the cursor; it
 * hands on only what the row shows, so that of all rows just the two that
 * changed are drawn anew.
 */
export const MessageRow = memo(function MessageRow({ id, index, height, shape, snippet, focusable, day, room, now }: Props) {
  const m = useMail()
  const { account, list, route, mailbox } = m
  const email = useEmail(account, id)
  const thread = useThreadEmails(account, email?.threadId)
  const missing = id !== undefined && !email
  useEffect(() => {
    if (missing) m.engine.want(account, id)
  }, [missing, m.engine, account, id])
  // Set by hand: a letter that leaves moves all below it up by one, which must not draw them all anew.
  const el = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => el.current?.setAttribute('aria-rowindex', String(index + 1)))
  if (!id || !email) return <Hole index={index} height={height} shape={shape} />
  return (
    <Row
      {...{ el, id, height, shape, snippet, focusable, day, room, now, email }}
      thread={m.conversations ? thread : none}
      folder={mailbox ? undefined : folderOf(account, email)}
      box={mailbox?.id}
      role={mailbox?.role ?? null}
      place={route.box}
      mine={m.mine}
      fixed={account.isReadOnly}
      selected={list.everything || list.selected.has(id)}
      choosing={list.selected.size > 0}
      current={list.cursor === id}
      open={route.threadId === email.threadId}
    />
  )
})

const none: Email[] = []

/** Where what was found lies. */
function folderOf(account: MailAccount, email: Email): string | undefined {
  const box = Object.keys(email.mailboxIds).map((b) => account.mailboxes.get(b)).find((b) => b !== undefined)
  return box && folderName(box)
}

function Hole({ index, height, shape }: Pick<Props, 'index' | 'height' | 'shape'>) {
  const t = useT()
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

interface RowProps extends Omit<Props, 'index'> {
  el: RefObject<HTMLDivElement | null>
  id: string
  email: Email
  thread: readonly Email[]
  /** The name of the folder, where the list is of several. */
  folder: string | undefined
  /** The folder in view and its role; absent in a search. */
  box: string | undefined
  role: MailboxRole | null
  /** What the address names, which need not be a folder. */
  place: string | undefined
  mine: ReadonlySet<string>
  /** The mailbox is only read. */
  fixed: boolean
  selected: boolean
  choosing: boolean
  current: boolean
  open: boolean
}

const Row = memo(function Row({ el, id, height, shape, snippet, focusable, room, now, email, thread, folder, box: here, role, place, mine, fixed, selected, choosing, current, open }: RowProps) {
  const t = useT()
  usePrefs() // the calendar and the zone of the dates
  const act = (what: 'archive' | 'trash'): void => void now.current.acts[what](rowEmails(now.current, [id]))
  const swipe = useSwipe(shape === 'phone', { right: () => act('archive'), left: () => act('trash') })
  const press = useLongPress(() => now.current.list.toggle(id))
  // What only a mouse ever sees is made when one moves here: the list is drawn in half the time. A row
  // that scrolls under a resting mouse is entered by it, but not moved over.
  const [pointed, setPointed] = useState(false)
  // The row one is at has all of it, for readers of the screen, and so has every row on a touch screen or while some are chosen.
  const full = pointed || current || focusable || choosing || selected || shape === 'phone'

  const whole = thread.length > 0 ? thread : [email]
  const inBox = whole.filter((e) => !here || e.mailboxIds[here])
  const unread = (inBox.length > 0 ? inBox : [email]).some((e) => !e.keywords['$seen'])
  const starred = whole.some((e) => e.keywords['$flagged'])
  const files = whole.some((e) => e.hasAttachment)
  const outgoing = role === 'sent' || role === 'drafts' || role === 'scheduled'
  const who = outgoing ? t('list.to', { names: people(email.to, mine) || t('list.nobody') }) : senders(whole, mine)
  const lead = outgoing ? email.to?.[0] : (whole.findLast((e) => !mine.has(e.from?.[0]?.email.toLowerCase() ?? ''))?.from?.[0] ?? email.from?.[0])
  const important = whole.some((e) => e.keywords['$important'])
  const subject = email.subject?.trim() || t('message.noSubject')
  const when = rowDate(email)

  const click = (e: MouseEvent): void => {
    const { list, openRow } = now.current
    if (e.shiftKey) return list.extend(id)
    // Once some are chosen on a touch screen, a tap chooses more.
    if (e.ctrlKey || e.metaKey || (shape === 'phone' && list.selected.size > 0)) return list.toggle(id)
    openRow(id)
  }
  return (
    <div
      ref={el}
      role="row"
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
      data-choosing={choosing || undefined}
      data-full={full || undefined}
      draggable={shape !== 'phone'}
      onDragStart={(e) => dragLetters(e, now.current, id)}
      onClick={click}
      onMouseMove={() => setPointed(true)}
      {...press}
      onFocus={(e) => e.target === e.currentTarget && !current && e.currentTarget.matches(':focus-visible') && now.current.list.setCursor(id)}
      {...swipe.handlers}
      onClickCapture={(e) => {
        press.onClickCapture(e)
        swipe.handlers.onClickCapture?.(e as never)
      }}
    >
      {swipe.reveal}
      <span role="gridcell" className={css.pick}>
        <Avatar name={personName(lead)} email={lead?.email ?? ''} size={shape === 'wide' ? 26 : 34} />
        {full && <label className={css.check} onClick={(e) => e.stopPropagation()}>
          <input type="checkbox" tabIndex={-1} checked={selected} aria-label={t('list.choose', { subject })} onChange={(e) => ((e.nativeEvent as unknown as { shiftKey?: boolean }).shiftKey ? now.current.list.extend(id) : now.current.list.toggle(id))} />
        </label>}
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
          <LevelMark emails={whole} />
          {folder && <span className={css.chip}>{folder}</span>}
          <AssignedChip emails={whole} />
          <LabelChips emails={whole} max={shape === 'wide' ? 3 : 2} without={place?.startsWith(LABEL) ? place.slice(LABEL.length) : undefined} />
          {snippet?.subject ? <Marked html={snippet.subject} /> : subject}
        </span>
        <span className={css.preview} lang={guessLanguage(email.preview)}>
          {snippet?.preview ? <Marked html={snippet.preview} /> : visiblePart(email.preview, room)}
        </span>
      </span>
      <span role="gridcell" className={css.meta}>
        <time dateTime={when.iso} title={pointed ? fullDate(when.iso) : undefined}>
          {when.label && <Clock size={12} role="img" aria-label={t(when.label)} />} {listDate(when.iso)}
        </time>
        <span className={css.marks}>
          {files && <Paperclip size={15} aria-label={t('list.hasFiles')} role="img" />}
          {pointed && !fixed && (
            <span className={css.quick}>
              <IconButton tabIndex={-1} icon={Archive} size={16} label={t('act.archive')} shortcut="e" onClick={(e) => { e.stopPropagation(); act('archive') }} />
              <IconButton tabIndex={-1} icon={Trash2} size={16} label={t('act.delete')} shortcut="#" onClick={(e) => { e.stopPropagation(); act('trash') }} />
            </span>
          )}
          {!fixed && (full || starred) && <IconButton
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
              void now.current.acts.star(starred ? whole.filter((x) => x.keywords['$flagged']) : [email], !starred)
            }}
          />}
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
