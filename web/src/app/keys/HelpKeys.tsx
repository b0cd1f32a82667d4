import { useLocation } from 'wouter'
import { useT } from '~/kit/i18n'
import { answersKey, isMac } from '~/kit/keys'
import { keyCaps, keysOf } from '~/kit/keys/names'
import { usePrefs } from '~/kit/prefs'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { Keyboard } from '~/kit/ui/icons'
import { commands } from './commands'
import css from './HelpKeys.module.css'

/** Keys as caps: several keys for one act stand side by side. */
export function Caps({ keys }: { keys: readonly string[] }) {
  return keys.map((k) => (
    <span key={k} className={css.caps}>
      {keyCaps(k, isMac).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  ))
}

/** Every key that acts in the present place, as the person has set them. */
export default function HelpKeys({ onClose }: { onClose: () => void }) {
  const t = useT()
  const p = usePrefs()
  const [, navigate] = useLocation()
  const shown = commands.filter((c) => c.fixed || c.keys?.some(answersKey))
  const groups = [...new Set(shown.map((c) => c.group))]
  const change = (): void => {
    onClose()
    navigate('/settings/keyboard')
  }
  return (
    <Dialog
      wide
      text
      title={t('help.keys')}
      onClose={onClose}
      footer={
        <Button icon={Keyboard} onClick={change}>
          {t('keys.change')}
        </Button>
      }
    >
      <div className={css.groups}>
        {groups.map((g) => (
          <section key={g}>
            <h3>{t(g)}</h3>
            <dl>
              {shown
                .filter((c) => c.group === g)
                .map((c) => (
                  <div key={c.id}>
                    <dt>
                      <Caps keys={c.fixed ?? keysOf(c, p.keyPreset, p.ownKeys)} />
                    </dt>
                    <dd>{t(c.label)}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
