import { Suspense, lazy } from 'react'
import { withTexts } from '~/kit/i18n'
import { askLater, useLaterRequest } from './request'

const LaterDialog = lazy(() => withTexts('later', () => import('./LaterDialog')))

/** Shows the dialog that asks for a time, fetched when it is first wanted. */
export function LaterHost() {
  const request = useLaterRequest()
  if (!request) return null
  return (
    <Suspense>
      <LaterDialog request={request} onClose={() => askLater(null)} />
    </Suspense>
  )
}
