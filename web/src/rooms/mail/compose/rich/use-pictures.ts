import { useEffect, useRef } from 'react'
import type { t as translate } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { say } from '~/kit/undo'
import type { MailAccount } from '../../account'
import { blobUrl } from '../../blobs'
import type { MailEngine } from '../../engine'
import type { DraftFile } from '../draft'
import { upload } from '../upload'
import { isLarge, smaller } from './pictures'

interface Order {
  engine: MailEngine
  account: MailAccount
  t: typeof translate
  files: readonly DraftFile[]
  attach: (list: File[], cids: readonly string[]) => void
  replace: (key: string, part: Partial<DraftFile>) => void
}

/** The pictures in the text: shown from here until the server has them. */
export function usePictures(o: Order): { pictures: (cid: string) => string | undefined; addPictures: (files: File[]) => { cid: string; alt: string }[] } {
  const urls = useRef(new Map<string, string>())
  const files = useRef(o.files)
  files.current = o.files
  useEffect(() => {
    const made = urls.current
    return () => made.forEach((u) => URL.revokeObjectURL(u))
  }, [])
  const pictures = (cid: string): string | undefined => {
    const own = urls.current.get(cid)
    const f = files.current.find((x) => x.cid === cid)
    return own ?? (f?.blobId ? blobUrl(o.engine, o.account, f.blobId, f.name, f.type) : undefined)
  }
  const addPictures = (list: File[]): { cid: string; alt: string }[] => {
    const images = list.filter((f) => f.type.startsWith('image/') && f.type !== 'image/svg+xml')
    const cids = images.map(() => `${crypto.randomUUID()}@chancery`)
    images.forEach((f, i) => {
      const cid = cids[i] as string
      urls.current.set(cid, URL.createObjectURL(f))
      void offerSmaller(o, f, cid)
    })
    o.attach(images, cids)
    return images.map((f, i) => ({ cid: cids[i] as string, alt: f.name === 'image.png' ? '' : f.name }))
  }
  return { pictures, addPictures }
}

/** A photograph of a telephone is larger than a letter needs: the writer may choose. */
async function offerSmaller(o: Order, file: File, cid: string): Promise<void> {
  if (!(await isLarge(file).catch(() => false))) return
  say(o.t('compose.picture.large', { size: fileSize(file.size) }), {
    seconds: 20,
    act: {
      label: o.t('compose.picture.smaller'),
      run: () =>
        void smaller(file)
          .then((f) => upload(o.engine, o.account, f, () => {}).done.then((r) => o.replace(cid, { blobId: r.blobId, size: f.size, type: f.type })))
          .catch(() => {}), // the picture stays as it was
    },
  })
}
