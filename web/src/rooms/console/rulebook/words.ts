import type { RegulationVersion } from '~/api/jmap'
import { language, t, type Key } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { nameIn, refusal, unitPath, type Office } from '../data'

const states: Record<string, Key> = { draft: 'rulebook.draft', upcoming: 'rulebook.upcoming', inForce: 'rulebook.inForce', superseded: 'rulebook.superseded', withdrawn: 'rulebook.withdrawn' }

/** What a version is; one that this client does not know as the server calls it. */
export const stateName = (v: RegulationVersion): string => {
  const key = states[v.state]
  return key ? t(key) : v.state
}

/** A version's title in the person's language, else in any. */
export const titleOf = (v: RegulationVersion): string => v.texts[language()]?.title || v.texts['en']?.title || Object.values(v.texts).find((x) => x.title)?.title || '—'

/** In how many days it has to be accepted. */
export const termOf = (v: Pick<RegulationVersion, 'within'>): string => (v.within === null ? t('rulebook.termNone') : v.within === 0 ? t('rulebook.termNow') : t('rulebook.termDays', { days: v.within }))

/** Whom it is for. */
export const audienceOf = (v: Pick<RegulationVersion, 'unitIds' | 'categoryIds'>, office: Office): string =>
  [v.unitIds.map((u) => unitPath(office.units, u)), v.categoryIds.map((id) => nameIn(office.categories.find((c) => c.id === id)?.names))].map((list) => list.join(t('list.separator'))).filter(Boolean).join(' · ') || t('rulebook.everybody')

/** What a version says, in short lines. */
export function lines(v: RegulationVersion, office: Office): string[] {
  return [
    [v.number ? t('rulebook.number', { number: v.number }) : '', v.starts ? t('rulebook.from', { day: v.starts }) : '', termOf(v), v.public ? t('rulebook.public') : ''].filter(Boolean).join(' · '),
    [audienceOf(v, office), v.publishedAt && v.publishedBy ? t('rulebook.publishedBy', { when: readingDate(v.publishedAt), who: v.publishedBy }) : ''].filter(Boolean).join(' · '),
  ]
}

const refusals: Record<string, Key> = {
  published: 'rulebook.errorPublished', draftExists: 'rulebook.errorDraft', dayOver: 'rulebook.errorDay', withdrawn: 'rulebook.errorPublished',
  notPublished: 'console.error.gone', nothingToAccept: 'rulebook.errorNothing', remindedLately: 'rulebook.remindedLately',
}

/** What happened and what to do. */
export function refused(e: unknown): string {
  const key = refusals[asSyncError(e).type]
  return key ? t(key) : refusal(e)
}
