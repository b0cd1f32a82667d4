import type { ServiceLevel } from '~/api/jmap'
import { language, t, type Key } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'

/** The parts of the service that a level can be without, as the server names them. */
export const features: { name: string; label: Key; hint?: Key }[] = [
  { name: 'web', label: 'levels.web', hint: 'levels.webHint' },
  { name: 'mobile', label: 'levels.mobile' },
  { name: 'offline', label: 'levels.offline' },
  { name: 'push', label: 'levels.push' },
  { name: 'programs', label: 'levels.programs', hint: 'levels.programsHint' },
  { name: 'appPasswords', label: 'levels.appPasswords', hint: 'levels.appPasswordsHint' },
  { name: 'outside', label: 'levels.outside', hint: 'levels.outsideHint' },
  { name: 'forward', label: 'levels.forward', hint: 'levels.forwardHint' },
  { name: 'parcels', label: 'levels.parcels', hint: 'levels.parcelsHint' },
]

/** What a level says, in a few short lines. */
export function lines(l: ServiceLevel): string[] {
  const limits = [
    l.quota ? t('console.space', { size: fileSize(l.quota) }) : t('console.spaceDefault'),
    ...(l.maxMessage ? [t('levels.lineLetter', { size: fileSize(l.maxMessage) })] : []),
    ...(l.maxAttachments ? [t('levels.lineFiles', { size: fileSize(l.maxAttachments) })] : []),
    ...(l.maxRecipients ? [t('levels.lineRecipients', { count: l.maxRecipients })] : []),
    ...(l.maxHourly ? [t('levels.lineHourly', { count: l.maxHourly })] : []),
    ...(l.maxDaily ? [t('levels.lineDaily', { count: l.maxDaily })] : []),
  ].join(' · ')
  if (l.without.length === 0) return [limits]
  const list = new Intl.ListFormat(language(), { type: 'conjunction' }).format(features.filter((f) => l.without.includes(f.name)).map((f) => t(f.label)))
  return [limits, t('levels.without', { list })]
}
