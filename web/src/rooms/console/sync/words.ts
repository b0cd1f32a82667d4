import type { Key } from '~/kit/i18n'

/** The kinds of run. */
export const runWords: Record<string, Key> = {
  picture: 'sync.run.picture',
  live: 'sync.run.live',
  rollback: 'sync.run.rollback',
}

/** How far a run is. */
export const stateWords: Record<string, Key> = {
  planned: 'sync.state.planned',
  running: 'sync.state.running',
  stopped: 'sync.state.stopped',
  done: 'sync.state.done',
}

/** What a step does to whom. */
export const stepWords: Record<string, Key> = {
  'add-unit': 'sync.step.add-unit',
  'change-unit': 'sync.step.change-unit',
  'remove-unit': 'sync.step.remove-unit',
  add: 'sync.step.add',
  return: 'sync.step.return',
  adopt: 'sync.step.adopt',
  change: 'sync.step.change',
  move: 'sync.step.move',
  lock: 'sync.step.lock',
  unlock: 'sync.step.unlock',
  leave: 'sync.step.leave',
}

/** What of a unit or person a step changes. */
export const memberWords: Record<string, Key> = {
  name: 'sync.member.name',
  names: 'sync.member.names',
  parent: 'sync.member.parent',
  address: 'sync.member.address',
  aliases: 'sync.member.aliases',
  rank: 'sync.member.rank',
  rankOrder: 'sync.member.rankOrder',
  sort: 'sync.member.sort',
  level: 'sync.member.level',
  phone: 'sync.member.phone',
  language: 'sync.member.language',
  locked: 'sync.member.locked',
  posts: 'sync.member.posts',
  deputies: 'sync.member.deputies',
}

/** A word of one of these lists; what this client does not know as the server says it. */
export const word = (t: (key: Key, values?: Record<string, string>) => string, words: Record<string, Key>, name: string, values?: Record<string, string>): string => {
  const key = words[name]
  return key ? t(key, values) : name
}
