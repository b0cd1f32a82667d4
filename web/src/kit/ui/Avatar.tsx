import { guessLanguage } from '~/kit/i18n/guess'
import css from './Avatar.module.css'

/** One or two letters: the surname in Han and Hangul, initials elsewhere. */
export function initials(name: string): string {
  const clean = name.replace(/["'()<>]/g, '').trim()
  if (/\p{Script=Han}|\p{Script=Hangul}/u.test(clean)) return [...clean.replace(/^[\p{ASCII}\s]+/u, '')][0] ?? [...clean][0] ?? '?'
  const words = clean.split(/[\s.@_-]+/).filter(Boolean)
  // In Vietnamese the last word is the name people go by.
  const pick = guessLanguage(clean) === 'vi' ? [words.at(-1)] : [words[0], words.length > 1 && !clean.includes('@') ? words.at(-1) : undefined]
  return pick.map((w) => [...(w ?? '')][0] ?? '').join('').toLocaleUpperCase() || '?'
}

// Six quiet hues; the same person always has the same one.
function hue(seed: string): number {
  let h = 0
  for (const c of seed) h = (h * 31 + (c.codePointAt(0) ?? 0)) >>> 0
  return h % 6
}

export function Avatar({ name, email, size = 36 }: { name: string; email: string; size?: number }) {
  // The letters are drawn, not written: they are no part of the name of a button they stand in.
  return <span className={css.avatar} data-hue={hue(email || name)} data-initials={initials(name || email)} style={{ inlineSize: size, blockSize: size, fontSize: Math.round(size * 0.4) }} aria-hidden />
}
