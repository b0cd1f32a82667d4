import type { Email } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { FolderInput, Trash2 } from '~/kit/ui/icons'
import type { MenuEntry } from '~/kit/ui/MenuButton'
import { askMove } from './chosen'
import type { MailState } from './context'

/** Acts on one letter of a conversation; the bar above acts on all that are in this folder. */
export function oneLetter(m: MailState, email: Email): MenuEntry[] {
  return [
    { id: 'one-move', label: t('one.move'), icon: FolderInput, run: () => askMove(m, (to) => void m.acts.move([email], to)) },
    { id: 'one-delete', label: t('one.delete'), icon: Trash2, run: () => void m.acts.trash([email]) },
  ]
}
