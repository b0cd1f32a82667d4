import type { Email } from '~/api/jmap'
import { useLayout } from '~/app/layout'
import { useT } from '~/kit/i18n'
import { Button, IconButton } from '~/kit/ui/Button'
import { Archive, ArrowLeft, BellOff, CircleAlert, Clock, Download, Ellipsis, FolderInput, Inbox, Mail, ShieldAlert, Star, Tag, Trash2 } from '~/kit/ui/icons'
import { MenuButton, type MenuEntry } from '~/kit/ui/MenuButton'
import { assignEntries } from './assign/acts'
import { blobUrl } from './blobs'
import { useLetterActs } from './content/LetterActs'
import { ask } from './ask'
import { askMove } from './chosen'
import { useMail } from './context'
import { isMuted } from './mute/mute'
import css from './ReadingBar.module.css'
import { ReportMenu } from './trust/ReportMenu'
import { threadActs } from './use-thread-acts'

/** The acts on the open conversation, with words where there is room. */
export function ReadingBar({ emails }: { emails: Email[] }) {
  const t = useT()
  const m = useMail()
  const layout = useLayout()
  const act = threadActs(m, layout, emails)
  const { mailbox, engine, account } = m
  const starred = emails.some((e) => e.keywords['$flagged'])
  const important = emails.some((e) => e.keywords['$important'])
  const last = emails.at(-1)
  const letter = useLetterActs(emails)
  const junk = mailbox?.role === 'junk'
  const changing = (): MenuEntry[] => [
    { id: 'unread', label: t('act.markUnread'), icon: Mail, shortcut: 'u', run: act.unread },
    { id: 'remind', label: t('act.remind'), icon: Clock, shortcut: 'h', run: act.remind },
    { id: 'label', label: t('act.label'), icon: Tag, shortcut: 'l', run: () => ask({ what: 'label', emails, apply: (add, remove) => void m.acts.keywords(emails, add, remove) }) },
    { id: 'important', label: t(important ? 'act.notImportant' : 'act.important'), icon: CircleAlert, shortcut: 'i', run: () => void m.acts.important(important ? emails : emails.slice(-1), !important) },
    { id: 'mute', label: t(isMuted(emails) ? 'act.unmute' : 'act.mute'), icon: BellOff, shortcut: 'm', run: act.mute },
    ...assignEntries(m, emails),
    ...(junk ? [] : [{ id: 'junk', label: t('act.junk'), icon: ShieldAlert, shortcut: '!', run: act.junk }]),
  ]
  const more = (): MenuEntry[] => [
    ...(account.isReadOnly ? [] : changing()),
    ...letter.printing,
    ...letter.looking,
    ...(last?.blobId
      ? [
          { id: 'save', label: t('act.saveMessage'), icon: Download, run: () => void window.open(blobUrl(engine, account, last.blobId as string, `${last.subject ?? 'message'}.eml`, 'message/rfc822')) },
        ]
      : []),
  ]
  return (
    <div className={css.bar} role="toolbar" aria-label={t('reading.acts')}>
      {layout === 'phone' && <IconButton icon={ArrowLeft} label={t('act.back')} onClick={act.close} />}
      {emails.length > 0 && (
        <>
          {!account.isReadOnly && (
            <>
              {junk ? (
                <Button look="quiet" icon={Inbox} onClick={act.notJunk}>
                  <span className={css.word}>{t('act.notJunk')}</span>
                </Button>
              ) : (
                mailbox?.role !== 'archive' && (
                  <Button look="quiet" icon={Archive} onClick={act.archive} aria-label={t('act.archive')} data-key="e">
                    <span className={css.word}>{t('act.archive')}</span>
                  </Button>
                )
              )}
              <Button look="quiet" icon={Trash2} onClick={act.trash} aria-label={t('act.delete')} data-key="#">
                <span className={css.word}>{t('act.delete')}</span>
              </Button>
              {mailbox?.role !== 'scheduled' && mailbox?.role !== 'trash' && (
                <Button look="quiet" icon={Clock} onClick={act.snooze} aria-label={t('act.snooze')} data-key="b">
                  <span className={css.word}>{t('act.snooze')}</span>
                </Button>
              )}
              <Button look="quiet" icon={FolderInput} onClick={() => askMove(m, act.move)} aria-label={t('act.move')} data-key="v">
                <span className={css.word}>{t('act.move')}</span>
              </Button>
            </>
          )}
          <i className={css.spring} />
          {!account.isReadOnly && <ReportMenu emails={act.emails} words={undefined} onReported={act.suspicious} onJunk={act.junk} />}
          {!account.isReadOnly && <IconButton icon={Star} filled={starred} className={starred ? css.starred : ''} aria-pressed={starred} label={t(starred ? 'act.unstar' : 'act.star')} shortcut="s" onClick={act.star} />}
          <MenuButton label={t('act.more')} icon={Ellipsis} entries={more} placement="bottom end" />
          {letter.shown}
        </>
      )}
    </div>
  )
}
