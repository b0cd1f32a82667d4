import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { Button, IconButton } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { Bookmark, ChevronDown, ChevronUp, Pencil, Plus, Trash2 } from '~/kit/ui/icons'
import { say } from '~/kit/undo'
import { ask } from '../ask'
import { choices, choose, useChoices } from '../choices'
import css from '../folders/Pick.module.css'
import { Dot } from './Chips'

/** All labels and kept searches: names, colours, order; what is removed can be had back. */
export function ManageDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const { labels, searches } = useChoices()
  const shift = (i: number, by: number): void => {
    const l = labels[i]
    if (l && i + by >= 0 && i + by < labels.length) choose({ labels: labels.toSpliced(i, 1).toSpliced(i + by, 0, l) })
  }
  return (
    <Dialog title={t('labels.manage')} onClose={onClose} footer={<Button look="primary" onClick={onClose}>{t('act.close')}</Button>}>
      <div className={css.form}>
        <div>
          {labels.map((l, i) => (
            <div key={l.keyword} className={css.row}>
              <Dot colour={l.colour} />
              <span className={css.text} lang={guessLanguage(l.name)}>{l.name}</span>
              <IconButton icon={ChevronUp} disabled={i === 0} label={t('manage.up', { name: l.name })} onClick={() => shift(i, -1)} />
              <IconButton icon={ChevronDown} disabled={i === labels.length - 1} label={t('manage.down', { name: l.name })} onClick={() => shift(i, 1)} />
              <IconButton icon={Pencil} label={t('manage.edit', { name: l.name })} onClick={() => ask({ what: 'labelEdit', label: l })} />
              <IconButton
                icon={Trash2}
                label={t('manage.remove', { name: l.name })}
                onClick={() => {
                  choose({ labels: labels.filter((x) => x !== l) })
                  // Letters keep the keyword, so that the label comes back whole.
                  say(t('labels.removed', { name: l.name }), { undo: () => choose({ labels: choices().labels.toSpliced(i, 0, l) }) })
                }}
              />
            </div>
          ))}
          <Button look="quiet" icon={Plus} onClick={() => ask({ what: 'labelEdit', label: null })}>{t('labels.new')}</Button>
        </div>
        {searches.length > 0 && (
          <section>
            <h3>{t('searches.title')}</h3>
            {searches.map((s) => (
              <div key={s.id} className={css.row}>
                <Bookmark size={16} aria-hidden />
                <span className={css.text} lang={guessLanguage(s.name)}>{s.name}</span>
                <IconButton
                  icon={Trash2}
                  label={t('manage.remove', { name: s.name })}
                  onClick={() => {
                    const old = choices().searches
                    choose({ searches: old.filter((x) => x.id !== s.id) })
                    say(t('searches.removed', { name: s.name }), { undo: () => choose({ searches: old }) })
                  }}
                />
              </div>
            ))}
          </section>
        )}
      </div>
    </Dialog>
  )
}
