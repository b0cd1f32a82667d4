import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'

/** Says that the session is about to end, and offers to stay. */
export default function IdleWarning({ left, onStay }: { left: number; onStay: () => void }) {
  const t = useT()
  return (
    <Dialog
      role="alertdialog"
      title={t('idle.title')}
      onClose={onStay}
      footer={
        <Button look="primary" onClick={onStay}>
          {t('idle.stay')}
        </Button>
      }
    >
      <p>{t('idle.text')}</p>
      <p role="timer">{t('idle.left', { count: left })}</p>
    </Dialog>
  )
}
