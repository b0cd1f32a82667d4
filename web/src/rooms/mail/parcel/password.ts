// Without letters that are taken for one another when they are read out.
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A password that can be told by telephone: three groups of four, 60 bits. */
export function newPassword(): string {
  const random = crypto.getRandomValues(new Uint8Array(12))
  const text = [...random].map((n) => LETTERS[n % LETTERS.length]).join('')
  return (text.match(/.{4}/g) ?? []).join('-')
}
