import { useMemo } from 'react'
import type { Identity } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { IconButton } from '~/kit/ui/Button'
import { X } from '~/kit/ui/icons'
import { htmlSignature, htmlToText } from '../compose/draft'
import { cleanMail } from '../sanitize'
import css from './Templates.module.css'

/** The signature of the chosen identity, under what is written; it can be left out and put back. */
export function Signature({ identity, rich, on, onChange }: { identity: Identity; rich: boolean; on: boolean; onChange: (on: boolean) => void }) {
  const t = useT()
  const html = useMemo(() => (htmlSignature(identity) ? cleanMail(htmlSignature(identity), 'keep', true).html : ''), [identity])
  if (!html) return null
  if (!on) {
    return (
      <button type="button" className={css.sign} onClick={() => onChange(true)}>
        {t('signature.add')}
      </button>
    )
  }
  return (
    <div className={css.signature} role="group" aria-label={t('signature.title')}>
      {rich ? <div className={css.signed} dangerouslySetInnerHTML={{ __html: html }} /> : <pre className={css.signed}>{identity.textSignature || htmlToText(identity.htmlSignature)}</pre>}
      <IconButton icon={X} size={15} label={t('signature.leaveOut')} onClick={() => onChange(false)} />
    </div>
  )
}
