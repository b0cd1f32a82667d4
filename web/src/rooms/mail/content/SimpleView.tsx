import { useState } from 'react'
import { useT } from '~/kit/i18n'
import { blobUrl } from '../blobs'
import { useReading } from '../context'
import { Note } from './Note'
import { shownType, viewKind } from './kinds'
import type { Viewed } from './Viewer'
import css from './Viewer.module.css'

/** What the browser itself can show: pictures, sound and film; and the note for what it cannot. */
export function SimpleView({ file }: { file: Viewed }) {
  const t = useT()
  const { engine, account } = useReading()
  const [whole, setWhole] = useState(false)
  const [broken, setBroken] = useState(false)
  const kind = viewKind(file.type, file.name)
  const url = blobUrl(engine, account, file.blobId, file.name, shownType(file.type, file.name))
  if (broken) return <Note file={file} text={t('view.broken')} />
  if (kind === 'image') {
    return (
      <div className={css.picture} data-whole={whole || undefined} data-sideways={whole || undefined}>
        <button type="button" className={css.toggle} aria-pressed={whole} aria-label={t('view.fullSize', { name: file.name })} onClick={() => setWhole(!whole)}>
          <img src={url} alt={file.name} onError={() => setBroken(true)} />
        </button>
      </div>
    )
  }
  if (kind === 'video' || kind === 'audio') {
    const Media = kind
    return (
      <div className={css.media}>
        <Media src={url} controls preload="metadata" aria-label={file.name} onError={() => setBroken(true)} />
      </div>
    )
  }
  return <Note file={file} text={t('view.none')} />
}
