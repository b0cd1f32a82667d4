import { useEffect } from 'react'
import { useT } from '~/kit/i18n'
import { say } from '~/kit/undo'

const DAY = 86_400_000
/** How long before its end one is told of it at the sign-in; by letter as the server is set. */
export const SOON = 14

/** Tells once, when the client starts, that the password has to be changed soon. */
export default function DueNote({ due, onChange }: { due: string; onChange: () => void }) {
  const t = useT()
  useEffect(() => {
    const days = Math.max(1, Math.ceil((Date.parse(due) - Date.now()) / DAY))
    if (days <= SOON) say(t('life.due', { days }), { seconds: 30, act: { label: t('life.due.change'), run: onChange } })
    // Once: another language or a new callback is no news.
  }, [due])
  return null
}
