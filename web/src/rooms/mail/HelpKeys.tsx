import { openHelp } from '~/app/keys/Overlays'
import { useEffect } from 'react'

/** The room's `?`: the one page of keys that the whole client shares. */
export function HelpKeys({ onClose }: { onClose: () => void }) {
  useEffect(() => {
    openHelp()
    onClose()
  }, [onClose])
  return null
}
