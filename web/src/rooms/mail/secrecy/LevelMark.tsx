import type { Email } from '~/api/jmap'
import { useMail } from '../context'
import { highest, levelName, rank, secrecyOf } from './levels'
import css from './Secrecy.module.css'

/** How secret letters are, in lists and above them: a word, and a colour that only adds to it. */
export function LevelMark({ emails }: { emails: readonly Email[] }) {
  const { engine } = useMail()
  const cap = secrecyOf(engine.session)
  const level = highest(cap, emails)
  if (!level) return null
  return (
    <span className={css.mark} data-rank={rank(cap, level)}>
      {levelName(cap, level)}
    </span>
  )
}
