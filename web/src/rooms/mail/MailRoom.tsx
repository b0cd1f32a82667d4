import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { FLOW } from '~/api/jmap'
import { Frame } from '~/app/Frame'
import { useLayout } from '~/app/layout'
import { useT, withTexts } from '~/kit/i18n'
import { usePrefs } from '~/kit/prefs'
import { asSyncError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import { sayError } from '~/kit/undo'
import { Asked } from './ask'
import { BulkJobs } from './bulk/jobs'
import { placeName, useChoices } from './choices'
import type { MailAccount } from './account'
import { onComposeWanted, takeUnsaved, type ComposeStart } from './compose/start'
import { MailContext, useVersion, type MailState } from './context'
import type { MailEngine } from './engine'
import { FolderPane } from './FolderPane'
import { HelpKeys } from './HelpKeys'
import { LaterHost } from './later/LaterHost'
import { holdKeys } from './hold-keys'
import { ListPane } from './ListPane'
import { useList } from './list-state'
import css from './MailRoom.module.css'
import { Panes } from './Panes'
import { ReadingPane } from './ReadingPane'
import { placeFilter, placeTitle, sortOf } from './place'
import { SEARCH, mailPath, parseRoute } from './route'
import { SearchBox } from './SearchBox'
import { useActs } from './use-acts'
import { useMailKeys } from './use-keys'

const LookNote = lazy(() => withTexts('review', () => import('./review/LookNote')))
const Composer = lazy(async () => {
  const [composer, sealed] = await Promise.all([withTexts('content', () => withTexts('templates', () => withTexts('secrecy', () => import('./compose/Composer')))), import('./sealed')])
  await sealed.openSealed()
  return composer
})

/** The mail room: folders, a list, a conversation, and the sheet one writes on. */
export function MailRoom({ engine }: { engine: MailEngine }) {
  const t = useT()
  const layout = useLayout()
  const { conversations } = usePrefs()
  const [path, navigate] = useLocation()
  const search = useSearch()
  const route = useMemo(() => parseRoute(path, search), [path, search])
  const [compose, setCompose] = useState<{ start: ComposeStart; key: number } | null>(null)
  const [help, setHelp] = useState(false)

  const account = (engine.account(route.accountId) ?? engine.accounts[0]) as MailAccount
  const folders = useVersion(account.mailboxes)
  const inbox = account.role('inbox')
  const box = route.box ?? inbox?.id ?? ''
  const mailbox = useMemo(() => account.mailboxes.get(box), [account, box, folders])

  const me = engine.accounts[0]?.identities[0]?.email ?? engine.session.username
  const place = placeName(account.id, box)
  const chosen = useChoices()
  const shown = route.show.join()
  const filter = useMemo(() => placeFilter(account, box, route.query, route.show, me), [account, box, route.query, shown, me, chosen.labels, folders === 0])
  const threads = (chosen.conversationsAt[place] ?? conversations) && box !== SEARCH && mailbox?.role !== 'drafts'
  const order = chosen.sorts[place]
  const view = useMemo(() => engine.view(account, filter, threads, sortOf(order)), [engine, account, filter, threads, order])
  const list = useList(view)
  const acts = useActs(engine, account, mailbox)
  // A shared mailbox one works in is not oneself; its letters bear its own name.
  const mine = useMemo(() => new Set(engine.accounts.slice(0, 1).flatMap((a) => [a.name, ...a.identities.map((i) => i.email)]).map((s) => s.toLowerCase())), [engine])

  const go = useCallback<MailState['go']>(
    (to, replace) => {
      // Another place is seen whole at first.
      const away = (to.box ?? box) !== box || (to.accountId ?? account.id) !== account.id
      const now = away ? {} : { query: route.query, show: route.show }
      navigate(mailPath({ accountId: account.id, box, ...now, ...to }), { replace: replace ?? false })
    },
    [navigate, account, box, route],
  )
  const start = useCallback(
    async (s: ComposeStart) => {
      holdKeys()
      // What is answered, forwarded or taken up again must be here in full.
      const begun = await withBody(engine, account, s).catch((e: unknown) => void sayError(errorText(t, asSyncError(e))))
      if (begun) setCompose((old) => ({ start: begun, key: (old?.key ?? 0) + 1 }))
    },
    [engine, account, t],
  )

  const openRow = useCallback(
    (id: string) => {
      const email = account.emails.get(id)
      if (!email) return
      list.setCursor(id)
      if (mailbox?.role === 'drafts' || (email.keywords['$draft'] && !threads)) return void start({ how: 'draft', email })
      // While reading, going down the list must not fill the history.
      go({ threadId: email.threadId }, route.threadId !== undefined && layout !== 'phone')
    },
    [account, list, mailbox, threads, go, start, route.threadId, layout],
  )

  // Words that could not be saved before the session ended come back first.
  useEffect(() => {
    const take = (): void => {
      const kept = takeUnsaved()
      if (kept) void start(kept)
    }
    take()
    return onComposeWanted(take)
  }, [start])

  const state: MailState = { engine, account, mailbox, route: { ...route, box }, place, me, view, list, acts, mine, conversations: threads, go, openRow, compose: (s) => void start(s) }
  useMailKeys(state, { help: () => setHelp(true) })
  const unread = inbox?.unreadEmails ?? 0
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${placeTitle(mailbox, box)} · Chancery`
  }, [unread, mailbox, box, chosen.labels, t])

  const writing = compose && (
    <Suspense>
      <Composer key={compose.key} start={compose.start} onClose={() => setCompose(null)} />
    </Suspense>
  )
  return (
    <MailContext value={state}>
      <Frame
        search={<SearchBox />}
        places={<FolderPane />}
        unread={unread}
        deep={route.threadId !== undefined}
        onCompose={() => void start({ how: 'new' })}
        onHome={() => go({ accountId: engine.accounts[0]?.id ?? '', box: engine.accounts[0]?.role('inbox')?.id ?? '', threadId: undefined })}
        onHelp={() => setHelp(true)}
      >
        {account.isReadOnly && !account.isPersonal && mayLook(engine) && (
          <Suspense>
            <LookNote />
          </Suspense>
        )}
        <div className={css.room}>
          <Panes list={<ListPane />} thing={<ReadingPane />} open={route.threadId !== undefined} />
        </div>
      </Frame>
      {writing}
      <LaterHost />
      <Asked />
      <BulkJobs />
      {help && <HelpKeys onClose={() => setHelp(false)} />}
    </MailContext>
  )
}

/** Whether the person may look into others' mail at all: then a mailbox that cannot be changed may be such a one. */
const mayLook = (engine: MailEngine): boolean => engine.session.accounts[engine.accounts[0]?.id ?? '']?.accountCapabilities[FLOW]?.['mayLook'] === true

async function withBody(engine: MailEngine, a: MailAccount, s: ComposeStart): Promise<ComposeStart> {
  if (!('email' in s)) return s
  await engine.loadBodies(a, [s.email.id])
  return { ...s, email: a.emails.get(s.email.id) ?? s.email }
}
