import { Suspense, useEffect, useState } from 'react'
import type { RoomProps } from '~/app/rooms'
import type { GetResponse, Identity, SetResponse } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError, protocolError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Choice } from '~/kit/ui/controls'
import { Group } from '~/kit/ui/Group'
import { Skeleton, errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { htmlSignature, htmlToText } from '../compose/draft'
import { RichEditor } from '../compose/editor'
import { cleanMail } from '../sanitize'
import { openSealed } from '../sealed'
import css from './Sections.module.css'

/** A signature for each address one writes from; it is put under new letters by itself. */
export default function SignaturesSection({ engine }: RoomProps) {
  const t = useT()
  const all = engine.accounts.flatMap((account) => account.identities.map((identity) => ({ account, identity })))
  const [id, setId] = useState(all[0]?.identity.id ?? '')
  const chosen = all.find((x) => x.identity.id === id)
  const [html, setHtml] = useState<string>()
  const [ready, setReady] = useState(false)
  useEffect(() => void openSealed().then(() => setReady(true)), [])
  useEffect(() => setHtml(undefined), [id])
  if (!chosen) return null
  const save = async (): Promise<void> => {
    if (html === undefined) return
    const text = htmlToText(html)
    // An editor that was emptied leaves an empty paragraph.
    const htmlSig = text.trim() ? html : ''
    try {
      const r = await engine.transport.call<SetResponse<Identity>>('Identity/set', { accountId: chosen.account.id, update: { [id]: { htmlSignature: htmlSig, textSignature: text } } })
      const refused = r.notUpdated?.[id]
      if (refused) throw protocolError(refused.type, refused.description)
      const got = await engine.transport.call<GetResponse<Identity>>('Identity/get', { accountId: chosen.account.id, ids: null })
      chosen.account.identities = got.list
      setHtml(undefined)
      say(t('signature.saved'))
    } catch (e) {
      sayError(errorText(t, asSyncError(e)))
    }
  }
  return (
    <Group title={t('signature.title')} hint={t('signature.hint')}>
      <Choice label={t('signature.for')} value={id} onChange={setId} options={all.map((x) => [x.identity.id, x.identity.name ? `${x.identity.name} <${x.identity.email}>` : x.identity.email] as const)} />
      <div className={css.editor}>
        {ready && (
          <Suspense fallback={<Skeleton lines={4} />}>
            <RichEditor key={id} value={cleanMail(htmlSignature(chosen.identity), 'keep', true).html} onChange={setHtml} onComposing={() => {}} autoFocus={false} label={t('signature.title')} />
          </Suspense>
        )}
      </div>
      <Button look="primary" disabled={html === undefined} onClick={() => void save()}>
        {t('signature.save')}
      </Button>
    </Group>
  )
}
