import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'

/** What becomes of files on their way when the sheet is closed. */
export type Leave = 'stay' | 'stop' | 'on'

export function LeaveDialog({ count, answer }: { count: number; answer: (a: Leave) => void }) {
  const t = useT()
  return (
    <Dialog
      role="alertdialog"
      title={t('compose.leave', { count })}
      onClose={() => answer('stay')}
      footer={
        <>
          <Button onClick={() => answer('stay')}>{t('compose.stay')}</Button>
          <Button look="danger" onClick={() => answer('stop')}>
            {t('compose.stopUploads')}
          </Button>
          <Button look="primary" onClick={() => answer('on')}>
            {t('compose.leaveOn')}
          </Button>
        </>
      }
    >
      <p>{t('compose.leave.text')}</p>
    </Dialog>
  )
}
