import { useState, type ComponentType } from 'react'
import type { RoomProps } from '~/app/rooms'
import { addTexts, useT } from '~/kit/i18n'
import { Choice } from '~/kit/ui/controls'
import type { MailAccount } from '../account'

void addTexts('gaps')

/** A page of settings for one of the mailboxes that a person may manage; their own comes first. */
export function perAccount(Page: ComponentType<RoomProps & { account: MailAccount }>): ComponentType<RoomProps> {
  return function PerAccount({ engine, ...rest }: RoomProps) {
    const t = useT()
    const managed = engine.accounts.filter((a) => a.isPersonal || !a.isReadOnly)
    const [id, setId] = useState(managed[0]?.id)
    const account = managed.find((a) => a.id === id)
    if (!account) return null
    return (
      <>
        {managed.length > 1 && <Choice label={t('rules.of')} value={account.id} onChange={setId} options={managed.map((a) => [a.id, a.name] as const)} />}
        <Page key={account.id} engine={engine} {...rest} account={account} />
      </>
    )
  }
}
