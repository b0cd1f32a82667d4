import type { SignInSession } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { Button } from '~/kit/ui/Button'
import { Chip } from '~/kit/ui/Chip'
import { Group } from '~/kit/ui/Group'
import { say } from '~/kit/undo'
import type { SecurityApi } from './api'
import { agentName } from './agent'
import css from './Security.module.css'

/** Where one is signed in, and the way to end it (K40). */
export function Sessions({ api, list, change }: { api: SecurityApi; list: SignInSession[]; change: (act: () => Promise<unknown>) => Promise<void> }) {
  const t = useT()
  const others = list.filter((s) => !s.current)
  const end = (some: SignInSession[]): Promise<void> =>
    change(async () => {
      for (const s of some) await api.endSession(s.id)
      say(t('session.ended', { count: some.length }))
    })
  return (
    <Group title={t('session.title')} hint={t('session.hint')}>
      <ul className={css.list}>
        {list.map((s) => {
          const name = agentName(s.agent) || t('session.unknown')
          return (
            <li key={s.id}>
              <span className={css.name}>
                <span>
                  {name} {s.current && <Chip name="">{t('session.this')}</Chip>}
                </span>
                <small>{t('session.seen', { when: fullDate(s.seenAt), from: s.peer })}</small>
              </span>
              {!s.current && (
                <Button look="quiet" aria-label={t('session.endOne', { name })} onClick={() => void end([s])}>
                  {t('session.end')}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      {others.length > 1 && <Button onClick={() => void end(others)}>{t('session.endOthers', { count: others.length })}</Button>}
    </Group>
  )
}
