import { SECRECY, type Email, type SecrecyCapability, type Session } from '~/api/jmap'
import { language } from '~/kit/i18n'

/** The levels of secrecy as they hold for the person at work; null where the server has none. */
export function secrecyOf(session: Session): SecrecyCapability | null {
  const account = session.primaryAccounts[SECRECY]
  return account ? ((session.accounts[account]?.accountCapabilities[SECRECY] as SecrecyCapability | undefined) ?? null) : null
}

/** The place of a level on the ladder, -1 for what bears none. */
export function rank(cap: SecrecyCapability | null, level: string | undefined): number {
  return cap?.levels.findIndex((l) => l.level === level) ?? -1
}

/** What a level is called in the language that is spoken. */
export function levelName(cap: SecrecyCapability | null, level: string): string {
  const names = cap?.levels.find((l) => l.level === level)?.names
  return names?.[language()] ?? names?.['en'] ?? level
}

/** The highest level among letters. */
export function highest(cap: SecrecyCapability | null, emails: readonly Email[]): string | undefined {
  let top: string | undefined
  for (const e of emails) if (rank(cap, e.secrecy?.level) > rank(cap, top)) top = e.secrecy?.level
  return top
}
