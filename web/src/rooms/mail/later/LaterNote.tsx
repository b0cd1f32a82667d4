import { Suspense, lazy } from 'react'
import type { Email } from '~/api/jmap'
import { withTexts } from '~/kit/i18n'

const LaterNotes = lazy(() => withTexts('later', () => import('./LaterNotes')))

/** Above a letter: that it waits for a time, or came back at one. */
export function LaterNote({ email }: { email: Email }) {
  if (!email.snoozed && !email.reminder && !email.scheduled && !email.keywords['$reminded']) return null
  return (
    <Suspense>
      <LaterNotes email={email} />
    </Suspense>
  )
}
