import type { Device } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { Button } from '~/kit/ui/Button'
import { Chip } from '~/kit/ui/Chip'
import { confirm } from '~/kit/ui/Dialog'
import { Group } from '~/kit/ui/Group'
import { say } from '~/kit/undo'
import type { SecurityApi } from './api'
import { agentName } from './agent'
import css from './Security.module.css'

/** The devices that signed in to the account; another one is told of by a letter. */
export function Devices({ api, list, change }: { api: SecurityApi; list: Device[]; change: (act: () => Promise<unknown>) => Promise<void> }) {
  const t = useT()
  const forget = async (d: Device, name: string): Promise<void> => {
    const title = t('device.forgetOne', { name })
    if (!(await confirm({ title, text: t('device.forgetText'), confirm: title }))) return
    await change(async () => { await api.forgetDevice(d.id); say(t('device.forgotten', { name })) })
  }
  return (
    <Group title={t('device.title')} hint={t('device.hint')}>
      <ul className={css.list}>
        {list.map((d) => {
          const name = agentName(d.agent) || t('session.unknown')
          return (
            <li key={d.id}>
              <span className={css.name}>
                <span>
                  {name} {d.current && <Chip name="">{t('session.this')}</Chip>}
                </span>
                <small>{t('session.seen', { when: fullDate(d.seenAt), from: d.peer })}</small>
              </span>
              {!d.current && (
                <Button look="quiet" aria-label={t('device.forgetOne', { name })} onClick={() => void forget(d, name)}>
                  {t('device.forget')}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
    </Group>
  )
}
