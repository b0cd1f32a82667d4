import { Suspense, lazy, useState } from 'react'
import { useLocation } from 'wouter'
import { FLOW, type Email } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { FileText, Paperclip, Pencil, Printer, Trash2 } from '~/kit/ui/icons'
import type { MenuEntry } from '~/kit/ui/MenuButton'
import { sayError } from '~/kit/undo'
import { errorText } from '~/kit/ui/states'
import { asSyncError } from '~/kit/sync/errors'
import { useMail } from '../context'

const SourceView = lazy(() => withTexts('content', () => import('./SourceView')))

/** What can be done with a letter as a thing: print it, look at its source, send it on whole, write it again. */
export function useLetterActs(emails: readonly Email[]) {
  const t = useT()
  const { engine, account, compose } = useMail()
  const [, navigate] = useLocation()
  const [source, setSource] = useState<Email | null>(null)
  const print = (): void => {
    withTexts('content', () => import('./printing'))
      .then((p) => p.printLetters(engine, account, emails.filter((e) => !e.keywords['$draft'])))
      .catch((e: unknown) => sayError(errorText(t, asSyncError(e))))
  }
  const one = emails.at(-1)
  const printing: MenuEntry[] = [{ id: 'print', label: t('act.print'), icon: Printer, run: print }]
  const looking: MenuEntry[] = one?.blobId ? [{ id: 'source', label: t('act.source'), icon: FileText, run: () => setSource(one) }] : []
  const [message, from] = [one?.messageId?.[0], one?.from?.[0]?.email]
  if (message && from && engine.session.accounts[engine.accounts[0]?.id ?? '']?.accountCapabilities[FLOW]?.['mayRule'])
    looking.push({ id: 'removal', label: t('act.removeAll'), icon: Trash2, run: () => navigate(`/console/removals?${new URLSearchParams({ message, from })}`) })
  const sending: MenuEntry[] = one
    ? [
        { id: 'whole', label: t('act.forwardWhole'), icon: Paperclip, run: () => compose({ how: 'attach', email: one }) },
        { id: 'again', label: t('act.again'), icon: Pencil, run: () => compose({ how: 'again', email: one }) },
      ]
    : []
  return {
    printing,
    looking,
    sending,
    shown: source && (
      <Suspense>
        <SourceView email={source} onClose={() => setSource(null)} />
      </Suspense>
    ),
  }
}
