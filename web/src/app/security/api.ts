import { useCallback, useEffect, useState } from 'react'
import type { AppPassword, AppPasswordMade, Device, Factor, FactorAnswer, FactorEnrolment, KeyEnrolment, PhoneAdded, PhoneAnswer, RecoveryAnswer, SecondAddressAnswer, SignInSession } from '~/api/jmap'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import type { RoomProps } from '../rooms'

/** The server's capability for how one signs in oneself. */
export const IDENTITY = 'urn:chancery:params:jmap:identity'

export interface Security {
  factors: Factor[]
  recoveryCodes: number
  appPasswords: AppPassword[]
  sessions: SignInSession[]
  devices: Device[]
}

type Engine = RoomProps['engine']

/** The calls of this page; all are about the person's own account. */
export function securityApi(engine: Engine) {
  const accountId = engine.session.primaryAccounts[IDENTITY] ?? engine.accounts[0]?.id ?? ''
  const call = <T>(name: string, args: Record<string, unknown> = {}): Promise<T> => engine.transport.call<T>(name, { accountId, ...args })
  return {
    read: async (): Promise<Security> => {
      const [f, w, s, d] = await Promise.all([
        call<FactorAnswer>('Factor/get'),
        call<{ list: AppPassword[] }>('AppPassword/get'),
        call<{ list: SignInSession[] }>('SignInSession/get'),
        call<{ list: Device[] }>('Device/get'),
      ])
      return { factors: f.list.filter((x) => x.confirmed), recoveryCodes: f.recoveryCodes, appPasswords: w.list, sessions: s.list, devices: d.list }
    },
    addFactor: (name: string) => call<FactorEnrolment>('Factor/add', { name }),
    confirmFactor: async (id: string, code: string) => (await call<RecoveryAnswer>('Factor/confirm', { id, code })).codes,
    addKey: (name: string) => call<KeyEnrolment>('Factor/addKey', { name }),
    confirmKey: async (id: string, answer: string) => (await call<RecoveryAnswer>('Factor/confirmKey', { id, answer: JSON.parse(answer) as unknown })).codes,
    renameFactor: (id: string, name: string) => call('Factor/rename', { id, name }),
    removeFactor: (id: string) => call('Factor/remove', { id }),
    renewCodes: async () => (await call<RecoveryAnswer>('RecoveryCode/renew')).codes,
    addAppPassword: (name: string) => call<AppPasswordMade>('AppPassword/add', { name }),
    removeAppPassword: (id: string) => call('AppPassword/remove', { id }),
    forgetDevice: (id: string) => call('Device/forget', { id }),
    endSession: (id: string) => call('SignInSession/end', { id }),
    changePassword: (oldPassword: string, newPassword: string) => call('Password/change', { oldPassword, newPassword }),
    second: () => call<SecondAddressAnswer>('SecondAddress/get'),
    addSecond: (email: string) => call('SecondAddress/add', { email }),
    confirmSecond: (code: string) => call('SecondAddress/confirm', { code }),
    removeSecond: () => call('SecondAddress/remove'),
    phone: () => call<PhoneAnswer>('Phone/get'),
    addPhone: (number: string) => call<PhoneAdded>('Phone/add', { number }),
    confirmPhone: (code: string) => call('Phone/confirm', { code }),
    usePhone: async () => (await call<RecoveryAnswer>('Phone/use')).codes,
    removePhone: () => call('Phone/remove'),
    // Where programs find the address books, "" for nowhere.
    cardDav: (engine.session.accounts[accountId]?.accountCapabilities['urn:chancery:params:jmap:vcard']?.['cardDav'] ?? '') as string,
    rules: engine.session.accounts[accountId]?.accountCapabilities[IDENTITY] as { minPassword: number; passwordClasses: number } | undefined,
  }
}

export type SecurityApi = ReturnType<typeof securityApi>

/** What is set, read anew by `reload`. */
export function useSecurity(api: SecurityApi): { data: Security | null; error: SyncError | null; reload: () => Promise<void> } {
  const [data, setData] = useState<Security | null>(null)
  const [error, setError] = useState<SyncError | null>(null)
  const reload = useCallback(
    () => api.read().then((d) => { setData(d); setError(null) }, (e: unknown) => setError(asSyncError(e))),
    [api],
  )
  useEffect(() => void reload(), [reload])
  return { data, error, reload }
}
