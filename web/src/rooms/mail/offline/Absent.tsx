import { useLiveness, usePerson } from '~/app/person'
import { useT } from '~/kit/i18n'

/** Says beside a file, while there is no line, that it is not among those kept here. */
export function Absent({ blobId }: { blobId: string }) {
  const t = useT()
  const { mirror } = usePerson()
  const live = useLiveness()
  // Its words come with the copy; without one nothing is kept, and nothing is promised.
  if (live !== 'offline' || !mirror || mirror.files.has(blobId)) return null
  return <> · {t('offline.file.absent')}</>
}
