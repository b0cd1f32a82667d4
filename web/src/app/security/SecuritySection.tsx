import { Suspense, lazy, useMemo } from 'react'
import { withTexts } from '~/kit/i18n'
import { Failure, Skeleton } from '~/kit/ui/states'
import { usePerson } from '../person'
import type { RoomProps } from '../rooms'
import { AppPasswords } from './AppPasswords'
import { Devices } from './Devices'
import { Factors } from './Factors'
import { PasswordForm } from './PasswordForm'
import { Sessions } from './Sessions'
import { securityApi, useSecurity } from './api'
import { useStepUp } from './stepUp'

const Phone = lazy(() => withTexts('phone', () => import('./Phone')))
const SecondAddress = lazy(() => withTexts('life', () => import('./SecondAddress')))

const Certificates = lazy(() => withTexts('certificates', () => import('../certificates/Certificates')))

/** How one signs in: password, second factor, app passwords, where one is signed in, and with what. */
export default function SecuritySection({ engine }: RoomProps) {
  const api = useMemo(() => securityApi(engine), [engine])
  const { data, error, reload } = useSecurity(api)
  const { run, dialog } = useStepUp()
  const without = usePerson().me.without ?? []
  const programs = !without.includes('programs') && !without.includes('appPasswords')
  const change = (act: () => Promise<unknown>): Promise<void> => run(async () => { await act(); await reload() })
  if (error) return <Failure error={error} retry={() => void reload()} />
  if (!data) return <Skeleton lines={8} />
  return (
    <>
      <Factors api={api} data={data} change={change} />
      <Suspense>
        <Certificates engine={engine} change={change} />
      </Suspense>
      {programs && <AppPasswords api={api} list={data.appPasswords} needed={data.factors.length > 0} change={change} />}
      <Sessions api={api} list={data.sessions} change={change} />
      <Devices api={api} list={data.devices} change={change} />
      <PasswordForm api={api} onDone={reload} />
      <Suspense>
        <Phone api={api} change={change} />
        <SecondAddress api={api} change={change} />
      </Suspense>
      {dialog}
    </>
  )
}
