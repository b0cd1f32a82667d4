import { addTexts, t, type Key } from '~/kit/i18n'

// The words by which the server says why it does not let somebody in.
const reasons: Record<string, Key> = {
  closed: 'ways.closed',
  unknownDevice: 'ways.unknownDevice',
  needsKey: 'ways.needsKey',
  noPasskey: 'ways.noPasskey',
  noSite: 'ways.noSite',
  needsCertificate: 'ways.needsCertificate',
  noCertificate: 'ways.noCertificate',
  otherPhone: 'ways.otherPhone',
  noWeb: 'ways.noWeb',
  noMobile: 'ways.noMobile',
  tooLate: 'ways.tooLate',
  judgeAway: 'ways.judgeAway',
}

const ended: Record<string, Key> = {
  lockedFirst: 'life.lockedFirst',
  lockedAge: 'life.lockedAge',
  weakPassword: 'life.weak',
  samePassword: 'life.same',
}

/** Why one is not let in, in the language spoken here; undefined where only the fact is to be told. */
export async function refusal(type: string): Promise<string | undefined> {
  const key = reasons[type] ?? ended[type]
  if (!key) return undefined
  await addTexts(type in ended ? 'life' : 'ways')
  return t(key)
}
