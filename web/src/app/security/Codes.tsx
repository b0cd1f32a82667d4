import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { say, sayError } from '~/kit/undo'
import css from './Security.module.css'

/** Secrets that are shown this once. */
export function Codes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const t = useT()
  return (
    <Dialog
      title={t('codes.title')}
      onClose={onClose}
      footer={
        <>
          <CopyButton text={codes.join('\n')} />
          <Button look="primary" onClick={onClose}>
            {t('security.kept')}
          </Button>
        </>
      }
    >
      <p>{t('codes.hint')}</p>
      <ul className={css.codes} translate="no">
        {codes.map((c) => (
          <li key={c}>
            <code>{c}</code>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

export function CopyButton({ text }: { text: string }) {
  const t = useT()
  const copy = (): void => void navigator.clipboard.writeText(text).then(() => say(t('security.copied')), () => sayError(t('security.notCopied')))
  return <Button onClick={copy}>{t('security.copy')}</Button>
}
