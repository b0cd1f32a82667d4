import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Download } from '~/kit/ui/icons'
import { blobUrl } from '../blobs'
import { useReading } from '../context'
import { save } from './save'
import type { Viewed } from './Viewer'
import css from './Viewer.module.css'

/** Says why a file is not shown, and offers it for saving. */
export function Note({ file, text, retry }: { file: Viewed; text: string; retry?: () => void }) {
  const t = useT()
  const { engine, account } = useReading()
  return (
    <div className={css.note} role="status">
      <p>{text}</p>
      {retry && <Button onClick={retry}>{t('act.retry')}</Button>}{' '}
      <Button icon={Download} onClick={() => save(blobUrl(engine, account, file.blobId, file.name, file.type), file.name)}>
        {t('act.download')}
      </Button>
    </div>
  )
}
