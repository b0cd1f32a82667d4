import type { Email } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { CircleCheck, UserCheck } from '~/kit/ui/icons'
import { useMail } from '../context'
import css from './Chip.module.css'
import { DONE, assignee } from './keyword'
import { usePersonName } from './names'

/** Who a letter of a shared mailbox was given to, and whether it is done. */
export function AssignedChip({ emails }: { emails: readonly Pick<Email, 'keywords'>[] }) {
  const given = emails.findLast((e) => assignee(e) !== undefined)
  const address = given && assignee(given)
  const done = emails.some((e) => e.keywords[DONE])
  // Most letters are given to nobody, and their rows need not follow the room.
  return address || done ? <Given address={address} done={done} /> : null
}

function Given({ address, done }: { address: string | undefined; done: boolean }) {
  const t = useT()
  const { engine, me } = useMail()
  const name = usePersonName(engine, address)
  const Icon = done ? CircleCheck : UserCheck
  const who = address === me.toLowerCase() ? t('people.me') : name
  return (
    <span className={css.chip} data-done={done || undefined} data-mine={address === me.toLowerCase() || undefined}>
      <Icon size={12} aria-hidden />
      <span lang={guessLanguage(who)}>{who}</span>
      {done && <span className="sr">{t('assign.done')}</span>}
    </span>
  )
}
