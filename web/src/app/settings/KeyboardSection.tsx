import { useState, type KeyboardEvent } from 'react'
import { useT } from '~/kit/i18n'
import { isMac, keyName } from '~/kit/keys'
import { composing } from '~/kit/keys/ime'
import { keyCaps, keysOf } from '~/kit/keys/names'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { Button } from '~/kit/ui/Button'
import { Choice, Switch } from '~/kit/ui/controls'
import { Group } from '~/kit/ui/Group'
import { chooseKeys, commands, type Command } from '../keys/commands'
import { Caps } from '../keys/HelpKeys'
import css from './KeyboardSection.module.css'

// These keep their place: they move the focus or belong to the browser.
const reserved = ['Tab', 'shift+Tab', 'Shift', 'Control', 'Alt', 'Meta', 'Enter', ' ', 'mod+c', 'mod+v', 'mod+x', 'mod+z', 'mod+k', 'mod+w', 'mod+t']

/** Which keys act: the set, and the person's own key for any command. */
export default function KeyboardSection() {
  const t = useT()
  const p = usePrefs()
  const [asking, setAsking] = useState<string | null>(null)
  const movable = commands.filter((c) => c.keys)
  const press = (c: Command) => (e: KeyboardEvent): void => {
    if (asking !== c.id || composing(e) || e.key === 'Tab') return
    e.preventDefault()
    e.stopPropagation()
    if (e.key === 'Escape') return setAsking(null)
    const key = keyName(e.nativeEvent)
    if (reserved.includes(key) || reserved.includes(e.key)) return
    setAsking(null)
    const { [c.id]: _, ...rest } = p.ownKeys
    const before = keysOf(c, p.keyPreset, rest)
    chooseKeys(p.keyPreset, before.includes(key) ? rest : { ...rest, [c.id]: key })
  }
  return (
    <>
      <Switch label={t('settings.shortcuts')} on={p.shortcuts} onChange={(shortcuts) => setPrefs({ shortcuts })}>
        {t('settings.shortcuts.hint')}
      </Switch>
      <Choice segmented label={t('settings.keys.set')} value={p.keyPreset} onChange={(preset) => chooseKeys(preset, p.ownKeys)} options={[['gmail', 'Gmail'], ['outlook', 'Outlook']]} />
      <Group title={t('settings.keys.own')} hint={t('settings.keys.hint')}>
        <ul className={css.keys}>
          {movable.map((c) => {
            const keys = keysOf(c, p.keyPreset, p.ownKeys)
            const said = keys.map((k) => keyCaps(k, isMac).join(' ')).join(', ')
            return (
              <li key={c.id}>
                <span className={css.name}>{t(c.label)}</span>
                {c.id in p.ownKeys && (
                  <Button look="quiet" aria-label={t('settings.keys.resetOne', { name: t(c.label) })} onClick={() => { const { [c.id]: _, ...rest } = p.ownKeys; chooseKeys(p.keyPreset, rest) }}>
                    {t('settings.keys.reset')}
                  </Button>
                )}
                <Button
                  className={css.key}
                  aria-pressed={asking === c.id}
                  onClick={() => setAsking(asking === c.id ? null : c.id)}
                  onKeyDown={press(c)}
                  onBlur={() => setAsking(null)}
                >
                  <span className="sr">{t('settings.keys.changeOne', { name: t(c.label), key: said })}</span>
                  {asking === c.id ? t('settings.keys.press') : <span aria-hidden>{keys.length > 0 ? <Caps keys={keys} /> : '–'}</span>}
                </Button>
              </li>
            )
          })}
        </ul>
      </Group>
    </>
  )
}
