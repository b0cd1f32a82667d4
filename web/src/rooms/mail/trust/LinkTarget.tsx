import { addTexts, t, useT, type Key } from '~/kit/i18n'
import { confirm } from '~/kit/ui/Dialog'
import type { LinkDoubt } from './domains'
import type { Target } from './links'
import css from './Trust.module.css'

const reasons = { other: 'trust.link.other', punycode: 'trust.link.punycode', ip: 'trust.link.ip', user: 'trust.link.user' } as const satisfies Record<LinkDoubt, Key>

/** Asks before a link is followed that leads elsewhere than it says. */
export async function askLink(target: Target): Promise<void> {
  await addTexts('later')
  const yes = await confirm({ title: t('trust.link.title', { host: target.host }), text: t(reasons[target.doubt ?? 'other'], { host: target.host }), confirm: t('trust.link.open', { host: target.host }) })
  if (yes) window.open(target.href, '_blank', 'noopener,noreferrer')
}

/** Where the link under the pointer leads, its host standing out. */
export function LinkTarget({ target }: { target: Target }) {
  useT()
  const shown = target.href.length > 300 ? `${target.href.slice(0, 300)}…` : target.href
  const at = target.host ? shown.indexOf(target.host) : -1
  return (
    <div className={css.target} data-odd={target.doubt ? true : undefined} role="status">
      {at < 0 ? shown : <>{shown.slice(0, at)}<b>{target.host}</b>{shown.slice(at + target.host.length)}</>}
    </div>
  )
}
