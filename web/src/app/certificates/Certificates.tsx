import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Certificate, CertificateAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { say } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { Chip } from '~/kit/ui/Chip'
import { confirm } from '~/kit/ui/Dialog'
import { Group } from '~/kit/ui/Group'
import css from '../security/Security.module.css'
import type { RoomProps } from '../rooms'
import { certificatesApi, showCertificate, signByCard } from './api'

const DAY = 24 * 3600 * 1000
/** From how many days before its end a certificate is warned of. */
const WARN = 30

/** The certificates and cards that one signs in by. */
export default function Certificates({ engine, change }: { engine: RoomProps['engine']; change: (act: () => Promise<unknown>) => Promise<void> }) {
  const t = useT()
  const api = useMemo(() => certificatesApi(engine), [engine])
  const [now, setNow] = useState<CertificateAnswer>()
  const read = useCallback(() => api.read().then(setNow, () => setNow(undefined)), [api])
  useEffect(() => void read(), [read])
  if (!now || (!now.offered && !now.signs && now.list.length === 0)) return null
  const remove = async (c: Certificate): Promise<void> => {
    const title = t('cert.removeOne', { name: c.name })
    if (!(await confirm({ title, text: t('cert.removeText'), confirm: title }))) return
    await change(async () => { await api.remove(c.id); say(t('cert.removed', { name: c.name })); await read() })
  }
  return (
    <Group title={t('cert.title')} hint={t('cert.hint')}>
      <ul className={css.list}>
        {now.list.map((c) => (
          <li key={c.id}>
            <span className={css.name}>
              <span>
                {c.name} <Ends at={c.endsAt} />
              </span>
              <small>{t('cert.of', { issuer: c.issuer, until: fullDate(c.endsAt) })}</small>
            </span>
            <Button look="quiet" aria-label={t('cert.removeOne', { name: c.name })} onClick={() => void remove(c)}>
              {t('cert.remove')}
            </Button>
          </li>
        ))}
      </ul>
      <div className={css.acts}>
        {now.offered && <Button onClick={() => void change(() => showCertificate('add'))}>{t('cert.add')}</Button>}
        {now.signs && <Button onClick={() => signByCard('add')}>{t('cert.card.add')}</Button>}
      </div>
    </Group>
  )
}

/** Says of a certificate that it ends soon, or has ended. */
function Ends({ at }: { at: string }) {
  const t = useT()
  const days = Math.floor((Date.parse(at) - Date.now()) / DAY)
  if (days > WARN) return null
  return <Chip name="">{days < 0 ? t('cert.over') : t('cert.soon', { days })}</Chip>
}
