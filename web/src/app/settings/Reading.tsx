import { useT } from '~/kit/i18n'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { Choice, Switch } from '~/kit/ui/controls'

/** How lists and letters are shown. */
export default function Reading() {
  const t = useT()
  const p = usePrefs()
  return (
    <>
      <Switch label={t('settings.conversations')} on={p.conversations} onChange={(conversations) => setPrefs({ conversations })}>
        {t('settings.conversations.hint')}
      </Switch>
      <Choice label={t('settings.receipts')} value={p.receipts} onChange={(receipts) => setPrefs({ receipts })} options={[['ask', t('receipts.ask')], ['never', t('receipts.never')], ['inside', t('receipts.inside')]]} />
    </>
  )
}
