import { useT } from '~/kit/i18n'
import { useKeys } from '~/kit/keys'
import { canUndo, dismiss, undo, useToasts } from '~/kit/undo'
import { IconButton } from './Button'
import { Check, RefreshCw, ShieldAlert, X } from './icons'
import css from './Toasts.module.css'

/** What was just done, with the way back. Ctrl-Z takes back the newest. */
export function Toasts() {
  const t = useT()
  const toasts = useToasts()
  useKeys({ 'mod+z': () => (canUndo() ? undo() : false) })
  return (
    <div className={css.stack} role="status" aria-live="polite">
      {toasts.map((x) => (
        <div key={x.id} className={css.toast} data-kind={x.kind}>
          {x.kind === 'error' ? <ShieldAlert size={18} aria-hidden /> : x.kind === 'working' ? <RefreshCw size={18} aria-hidden /> : <Check size={18} aria-hidden />}
          <span className={css.text}>{x.text}</span>
          {x.progress !== undefined && <progress className={css.progress} value={x.progress} max={1} aria-label={x.text} />}
          {x.act && (
            <button type="button" className={css.act} onClick={() => { x.act?.run(); dismiss(x.id) }}>
              {x.act.label}
            </button>
          )}
          {x.undo && (
            <button type="button" className={css.act} onClick={() => undo(x.id)}>
              {t('act.undo')}
            </button>
          )}
          <IconButton className={css.close} icon={X} size={16} label={t('act.dismiss')} onClick={() => dismiss(x.id)} />
        </div>
      ))}
    </div>
  )
}
