import { useT, type Key } from '~/kit/i18n'
import { isMac } from '~/kit/keys'
import { Dialog } from '~/kit/ui/Dialog'
import css from './HelpKeys.module.css'

const mod = isMac ? '⌘' : 'Ctrl'

const groups: [Key, [keys: string[], text: Key][]][] = [
  ['keys.move', [[['j', '↓'], 'keys.next'], [['k', '↑'], 'keys.previous'], [['Enter', 'o'], 'keys.open'], [['Esc'], 'keys.back'], [['/'], 'keys.search']]],
  ['keys.choose', [[['x'], 'keys.select'], [[mod, '+', 'A'], 'keys.selectAll'], [['Shift', '+', '↓'], 'keys.range']]],
  ['keys.act', [[['e'], 'act.archive'], [['#', 'Del'], 'act.delete'], [['!'], 'act.junk'], [['v'], 'act.move'], [['l'], 'act.label'], [['s'], 'act.star'], [['i'], 'act.important'], [['u'], 'act.markUnread'], [['Shift', '+', 'i'], 'act.markRead'], [[mod, '+', 'Z'], 'act.undo']]],
  ['keys.write', [[['c'], 'compose.new'], [['r'], 'act.reply'], [['a'], 'act.replyAll'], [['f'], 'act.forward'], [[mod, '+', 'Enter'], 'compose.send']]],
]

/** Every key of the mail room on one page. */
export function HelpKeys({ onClose }: { onClose: () => void }) {
  const t = useT()
  return (
    <Dialog wide title={t('help.keys')} onClose={onClose}>
      <div className={css.groups}>
        {groups.map(([title, keys]) => (
          <section key={title}>
            <h3>{t(title)}</h3>
            <dl>
              {keys.map(([names, text]) => (
                <div key={text}>
                  <dt>
                    {names.map((n, i) => (n === '+' ? <span key={i}>+</span> : <kbd key={i}>{n}</kbd>))}
                  </dt>
                  <dd>{t(text)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
