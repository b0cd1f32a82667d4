import { isLanguage, language, languages, speak, useT } from '~/kit/i18n'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { Choice } from '~/kit/ui/controls'
import { Group } from '~/kit/ui/Group'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** Language, years and clock, and the looks. */
export default function General() {
  const t = useT()
  const p = usePrefs()
  const zones = ['', ...Intl.supportedValuesOf('timeZone')].map((z) => [z, z === '' ? t('settings.zone.device', { zone }) : z.replaceAll('_', ' ')] as const)
  return (
    <>
      <Group title={t('settings.group.language')}>
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
        <Choice label={t('settings.calendar')} value={p.calendar} onChange={(calendar) => setPrefs({ calendar })} options={[['gregory', t('calendar.gregory')], ['roc', t('calendar.roc')]]} />
        <Choice label={t('settings.zone')} value={p.zone} onChange={(z) => setPrefs({ zone: z })} options={zones} />
      </Group>
      <Group title={t('settings.group.looks')}>
        <Choice segmented label={t('settings.theme')} value={p.theme} onChange={(theme) => setPrefs({ theme })} options={[['system', t('theme.system')], ['light', t('theme.light')], ['dark', t('theme.dark')]]} />
        <Choice segmented label={t('settings.density')} value={p.density} onChange={(density) => setPrefs({ density })} options={[['compact', t('density.compact')], ['normal', t('density.normal')], ['comfortable', t('density.comfortable')]]} />
      </Group>
    </>
  )
}
