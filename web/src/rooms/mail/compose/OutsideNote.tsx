import type { EmailAddress } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { CircleAlert } from '~/kit/ui/icons'
import css from './OutsideNote.module.css'
import { isOutside } from './outside'

/** Says how many of the recipients are not of the organisation. */
export function OutsideNote({ people, domains }: { people: EmailAddress[]; domains: ReadonlySet<string> | undefined }) {
  const t = useT()
  const outside = people.filter((a) => isOutside(a, domains))
  return (
    <p className={outside.length > 0 ? css.note : 'sr'} role="status">
      {outside.length > 0 && (
        <>
          <CircleAlert size={15} aria-hidden />
          <span>{t('compose.outside', { count: outside.length })}</span>
        </>
      )}
    </p>
  )
}
