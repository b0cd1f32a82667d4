import { useMemo, useState } from 'react'
import { useT } from '~/kit/i18n'
import { htmlToText } from './draft'
import css from './QuoteBlock.module.css'

/** The letter that is answered, folded; it goes along unchanged unless taken out. */
export function QuoteBlock({ html, onRemove }: { html: string; onRemove: () => void }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const text = useMemo(() => htmlToText(html), [html])
  return (
    <div className={css.quote}>
      <div className={css.bar}>
        <button type="button" className={css.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? 'message.hideQuote' : 'message.showQuote')}
        </button>
        <button type="button" className={css.fold} onClick={onRemove}>
          {t('compose.removeQuote')}
        </button>
      </div>
      {open && <div className={css.text}>{text}</div>}
    </div>
  )
}
