import { useLiveness } from '~/app/person'
import { useT } from '~/kit/i18n'
import css from '../FolderPane.module.css'

/** Stands where the folders of a shared mailbox would be: only one's own mail is kept in the browser. */
export default function SharedAway() {
  const t = useT()
  if (useLiveness() !== 'offline') return null
  return (
    <span role="treeitem" aria-level={2} aria-selected={false} aria-disabled className={css.away}>
      {t('offline.shared')}
    </span>
  )
}
