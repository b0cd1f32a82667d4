import { Suspense, lazy } from 'react'
import type { Email } from '~/api/jmap'
import { withTexts } from '~/kit/i18n'

const TrustNotes = lazy(() => withTexts('later', () => import('./TrustNotes')))
const TrustWords = lazy(() => withTexts('later', () => import('./TrustWords')))

/** Above a letter: that it is from outside, and what about its sender should be looked at twice. It suspends once, with the letter. */
export function TrustNote({ email }: { email: Email }) {
  if (!email.outside || email.keywords['$draft']) return null
  return <TrustNotes email={email} />
}

/** Among the details of a letter: what is proved of its origin. */
export function TrustDetails({ email }: { email: Email }) {
  if (!email.authenticity) return null
  return (
    <Suspense>
      <TrustWords email={email} />
    </Suspense>
  )
}
