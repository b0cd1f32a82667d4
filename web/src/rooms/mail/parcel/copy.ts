import type { t as translate } from '~/kit/i18n'
import { say, sayError } from '~/kit/undo'

/** Puts a text on the clipboard and says so. */
export function copy(t: typeof translate, text: string): void {
  void navigator.clipboard.writeText(text).then(() => say(t('parcel.copied')), () => sayError(t('parcel.notCopied')))
}
