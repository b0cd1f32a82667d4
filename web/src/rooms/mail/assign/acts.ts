import type { Email } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { CircleCheck, UserCheck } from '~/kit/ui/icons'
import type { MenuEntry } from '~/kit/ui/MenuButton'
import { ask } from '../ask'
import type { MailState } from '../context'
import { DONE, assignedTo, assignee } from './keyword'

/** In a shared mailbox: who sees to the letter, and that it is done. */
export function assignEntries(m: MailState, emails: readonly Email[]): MenuEntry[] {
  const email = emails.findLast((e) => !e.keywords['$draft'])
  if (m.account.isPersonal || !email) return []
  const done = email.keywords[DONE] === true
  return [
    { id: 'assign', label: t('assign.act'), icon: UserCheck, run: () => ask({ what: 'assign', email, pick: (address) => give(m, email, address) }) },
    { id: 'done', label: t(done ? 'assign.reopen' : 'assign.doneAct'), icon: CircleCheck, run: () => void m.acts.marked([email], done ? [] : [DONE], done ? [DONE] : [], t(done ? 'assign.reopen' : 'assign.done')) },
  ]
}

function give(m: MailState, email: Email, address: string | null): void {
  const before = assignee(email)
  const remove = Object.keys(email.keywords).filter((k) => before !== undefined && k === assignedTo(before))
  if (address === null) return void m.acts.marked([email], [], [...remove, DONE], t('assign.saidNobody'))
  void m.acts.marked([email], [assignedTo(address)], [...remove.filter((k) => k !== assignedTo(address)), DONE], t('assign.said', { name: address }))
}
