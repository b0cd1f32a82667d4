import { Codes } from '../security/Codes'
import { Toasts } from '~/kit/ui/Toasts'

/** The recovery codes that come with a first second factor, before the rooms open. */
export default function FirstCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  return (
    <>
      <Codes codes={codes} onClose={onClose} />
      <Toasts />
    </>
  )
}
