import { useEffect } from 'react'
import { addTexts, t } from '~/kit/i18n'
import { say } from '~/kit/undo'

const DAY = 86_400_000
/** How long before its end one is told of it at the sign-in; by letter as the server is set. */
const SOON = 14

/** Tells once, when the client starts, that the password has to be changed soon. */
export default function DueNote({ due, onChange }: { due: string; onChange: () => void }) {
  useEffect(() => {
    const days = Math.max(1, Math.ceil((Date.parse(due) - Date.now()) / DAY))
    // The language may have become the person's own since this was loaded.
    if (days <= SOON) void addTexts('life').then(() => say(t('life.due', { days }), { kind: 'error', seconds: 30, act: { label: t('life.due.change'), run: onChange } }))
    // Once: a new callback is no news.
  }, [due])
  return null
}
