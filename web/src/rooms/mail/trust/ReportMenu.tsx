import { Suspense, lazy, useState } from 'react'
import type { Email } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { ShieldAlert, Trash2, X } from '~/kit/ui/icons'
import { MenuButton, type MenuEntry } from '~/kit/ui/MenuButton'
import { useMail } from '../context'

const BlockedDialog = lazy(() => withTexts('later', () => import('./BlockedDialog')))

/** Says what is wrong with a letter: an attempt to deceive, junk, a sender to be blocked. */
export function ReportMenu({ emails, words, onReported, onJunk }: { emails: Email[]; words: string | undefined; onReported: () => void; onJunk: () => void }) {
  const t = useT()
  const { engine, account, mine, mailbox } = useMail()
  const [list, setList] = useState(false)
  const sender = emails.findLast((e) => !mine.has(e.from?.[0]?.email.toLowerCase() ?? ''))?.from?.[0]?.email
  const entries = (): MenuEntry[] => [
    { id: 'suspicious', label: t('act.suspicious'), icon: ShieldAlert, shortcut: 'p', run: onReported },
    ...(mailbox?.role === 'junk' ? [] : [{ id: 'junk', label: t('act.junk'), icon: Trash2, shortcut: '!', run: onJunk }]),
    ...(sender ? [{ id: 'block', label: t('act.block', { address: sender }), icon: X, run: () => void withTexts('later', () => import('./report')).then((r) => r.block(engine, account, sender)) }] : []),
    { id: 'blocked', label: t('act.blocked'), run: () => setList(true) },
  ]
  return (
    <>
      <MenuButton icon={ShieldAlert} label={t('act.report')} words={words} entries={entries} placement="bottom end" />
      {list && (
        <Suspense>
          <BlockedDialog onClose={() => setList(false)} />
        </Suspense>
      )}
    </>
  )
}
