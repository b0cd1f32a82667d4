import { useEffect, useState } from 'react'
import { language, useT } from '~/kit/i18n'
import { wipeMirror } from '~/kit/offline/mirror'
import { setPrefs, usePrefs, type Prefs } from '~/kit/prefs'
import { canNotify, showAs, subscribe, unsubscribe } from '~/kit/pwa/notify'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Choice, Switch } from '~/kit/ui/controls'
import { Group } from '~/kit/ui/Group'
import { Download } from '~/kit/ui/icons'
import { sayError } from '~/kit/undo'
import { usePerson } from '../person'
import type { RoomProps } from '../rooms'
import { install, useInstallable } from '~/kit/pwa/install'

/** What this device does: keep mail for work without a line, tell of new mail, be installed. */
export default function Device({ engine }: RoomProps) {
  const t = useT()
  const p = usePrefs()
  const { me, mirror } = usePerson()
  const installable = useInstallable()
  const [denied, setDenied] = useState(false)
  const [began] = useState(p.offline)
  const allowed = me.offline !== false
  const able = canNotify(engine.session)
  useEffect(() => {
    if (p.notify !== 'off') void showAs(p.notify, t('notify.text'), language())
  }, [p.notify, t])

  const keep = (offline: boolean): void => {
    setPrefs({ offline })
    if (!offline) void wipeMirror()
  }
  const notify = async (how: Prefs['notify']): Promise<void> => {
    try {
      if (how === 'off') await unsubscribe(engine.transport)
      else if (p.notify === 'off' && (await subscribe(engine.session, engine.transport)) === 'denied') return setDenied(true)
      setDenied(false)
      setPrefs({ notify: how })
    } catch {
      sayError(t('notify.failed'))
    }
  }
  return (
    <>
      <Group title={t('offline.title')}>
        {allowed ? (
          <Switch label={t('offline.keep')} on={p.offline} onChange={keep}>
            {t('offline.keep.hint')}
          </Switch>
        ) : (
          <Banner>{t('offline.forbidden')}</Banner>
        )}
        {allowed && p.offline && !began && <Banner kind="success" live>{t('offline.reload')}</Banner>}
        {mirror && mirror.outbox.size > 0 && <Banner kind="warning">{t('offline.waiting', { count: mirror.outbox.size })}</Banner>}
      </Group>
      {!me.without?.includes('push') && <Group title={t('notify.title')}>
        {able ? (
          <Choice label={t('notify.show')} value={p.notify} onChange={(v) => void notify(v)} options={[['off', t('notify.off')], ['plain', t('notify.plain')], ['full', t('notify.full')]]} />
        ) : (
          <Banner>{t('notify.unable')}</Banner>
        )}
        {denied && <Banner kind="warning" live>{t('notify.denied')}</Banner>}
      </Group>}
      {installable && (
        <Group title={t('install.title')} hint={t('install.hint')}>
          <Button icon={Download} onClick={() => void install()}>
            {t('install.do')}
          </Button>
        </Group>
      )}
    </>
  )
}
