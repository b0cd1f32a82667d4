import { addTexts, t, type Key } from '~/kit/i18n'

// The words by which the server says why it does not let somebody in.
const reasons: Record<string, Key> = {
  closed: 'ways.closed',
  unknownDevice: 'ways.unknownDevice',
  needsKey: 'ways.needsKey',
  noPasskey: 'ways.noPasskey',
  noSite: 'ways.noSite',
  otherPhone: 'ways.otherPhone',
  tooLate: 'ways.tooLate',
}

/** Why one is not let in, in the language spoken here; undefined where only the fact is to be told. */
export async function refusal(type: string): Promise<string | undefined> {
  const key = reasons[type]
  if (!key) return undefined
  await addTexts('ways')
  return t(key)
}
