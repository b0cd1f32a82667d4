import { Suspense, lazy, useState } from 'react'
import { useT } from '~/kit/i18n'
import { Clock } from '~/kit/ui/icons'
import type { MailAccount } from '../account'
import { useMail } from '../context'
import { answered, useRequests } from './requests'
import css from './Requests.module.css'

const RequestsDialog = lazy(() => import('./RequestsDialog'))

/** The way to what an account asked of others; nothing where it never asked. */
export default function RequestsEntry({ account }: { account: MailAccount }) {
  const t = useT()
  const { engine } = useMail()
  const list = useRequests(engine, account)
  const [open, setOpen] = useState(false)
  if (!list || list.length === 0) return null
  const late = list.reduce((n, r) => n + answered(r).late, 0)
  return (
    <>
      <button type="button" role="treeitem" aria-level={1} aria-selected={false} tabIndex={-1} className={css.entry} onClick={() => setOpen(true)}>
        <Clock size={17} strokeWidth={1.75} aria-hidden />
        <span>{t('request.title')}</span>
        {late > 0 && (
          <b>
            {late}
            <span className="sr"> {t('request.late')}</span>
          </b>
        )}
      </button>
      {open && (
        <Suspense>
          <RequestsDialog engine={engine} account={account} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
