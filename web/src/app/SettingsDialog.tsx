import { isLanguage, language, languages, speak, useT } from '~/kit/i18n'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { Dialog } from '~/kit/ui/Dialog'
import { Choice, Switch } from '~/kit/ui/controls'

/** What a person may choose; every choice shows at once. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const p = usePrefs()
  return (
    <Dialog title={t('settings.title')} onClose={onClose}>
      <Choice
        label={t('settings.language')}
        value={language()}
        options={Object.entries(languages) as [string, string][]}
        onChange={(l) => {
          if (!isLanguage(l)) return
          setPrefs({ language: l })
          void speak(l)
        }}
      />
      <Choice segmented label={t('settings.theme')} value={p.theme} onChange={(theme) => setPrefs({ theme })} options={[['system', t('theme.system')], ['light', t('theme.light')], ['dark', t('theme.dark')]]} />
      <Choice segmented label={t('settings.density')} value={p.density} onChange={(density) => setPrefs({ density })} options={[['compact', t('density.compact')], ['normal', t('density.normal')], ['comfortable', t('density.comfortable')]]} />
      <Choice label={t('settings.calendar')} value={p.calendar} onChange={(calendar) => setPrefs({ calendar })} options={[['gregory', t('calendar.gregory')], ['roc', t('calendar.roc')]]} />
      <Switch label={t('settings.conversations')} on={p.conversations} onChange={(conversations) => setPrefs({ conversations })}>
        {t('settings.conversations.hint')}
      </Switch>
      <Switch label={t('settings.shortcuts')} on={p.shortcuts} onChange={(shortcuts) => setPrefs({ shortcuts })}>
        {t('settings.shortcuts.hint')}
      </Switch>
    </Dialog>
  )
}
