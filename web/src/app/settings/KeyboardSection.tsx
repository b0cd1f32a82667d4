import { useT } from '~/kit/i18n'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { Switch } from '~/kit/ui/controls'

/** Which keys act. */
export default function KeyboardSection() {
  const t = useT()
  const p = usePrefs()
  return (
    <Switch label={t('settings.shortcuts')} on={p.shortcuts} onChange={(shortcuts) => setPrefs({ shortcuts })}>
      {t('settings.shortcuts.hint')}
    </Switch>
  )
}
