import { addTexts, t, type Key } from '~/kit/i18n'

const words: Record<string, Key> = {
  levelMissing: 'secrecy.choose',
  levelTooLow: 'secrecy.refused.low',
  levelTooHigh: 'secrecy.refused.high',
  levelOutside: 'secrecy.refused.outside',
  levelUncleared: 'secrecy.refused.uncleared',
}

/** Why a letter was refused for its level, in words; undefined where it was not that. */
export async function levelRefusal(type: string): Promise<string | undefined> {
  const key = words[type]
  if (!key) return undefined
  await addTexts('secrecy')
  return t(key)
}
