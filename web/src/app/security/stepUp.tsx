import { Suspense, lazy, useState, type ReactNode } from 'react'
import { useT, withTexts } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Dialog } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { sayError } from '~/kit/undo'
import { usePerson } from '../person'
import { SignInForm } from '../SignInForm'
import { useWays } from '../ways/offer'

const CertificateWay = lazy(() => withTexts('certificates', () => import('../certificates/CertificateWay')))

/**
 * Runs acts that the server may want a fresh sign-in for: then the person is
 * asked, and the act is tried again. `dialog` belongs on the page.
 */
export function useStepUp(): { run: (act: () => Promise<void>) => Promise<void>; dialog: ReactNode } {
  const t = useT()
  const { me } = usePerson()
  const [waiting, setWaiting] = useState<{ act: () => Promise<void> } | null>(null)
  const run = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act()
    } catch (err) {
      const e = asSyncError(err)
      if (e.type === 'stepUpNeeded') setWaiting({ act })
      else sayError(errorText(t, e))
    }
  }
  const dialog = waiting && (
    <Dialog title={t('security.again')} onClose={() => setWaiting(null)}>
      <p>{t('security.again.why')}</p>
      <SignInForm
        address={me.address}
        onDone={async () => {
          setWaiting(null)
          await run(waiting.act)
        }}
      />
      <ByCertificate />
    </Dialog>
  )
  return { run, dialog }
}

function ByCertificate() {
  const ways = useWays()
  return <Suspense>{(ways?.certificate || ways?.card) && <CertificateWay ways={ways} />}</Suspense>
}
