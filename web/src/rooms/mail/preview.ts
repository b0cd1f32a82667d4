/** What letters of 14 px are wide at the least, on the average of a line: of Han, Kana and Hangul, and of all else. */
const WIDE = 13
const OTHER = 5
const FIRST_WIDE = 0x1100

/**
 * As much of a text as can be seen on one line of so many pixels. The browser
 * would shape all of it, also what is cut off, for every row that comes in.
 */
export function visiblePart(text: string, pixels: number): string {
  let left = pixels
  for (let i = 0; i < text.length; i++) {
    left -= text.charCodeAt(i) >= FIRST_WIDE ? WIDE : OTHER
    // Not between the halves of a character, nor before a mark that belongs to the one before.
    if (left < 0 && /^[^\p{M}\u200d\ufe0f\udc00-\udfff]/u.test(text.slice(i, i + 2))) return `${text.slice(0, i)}…`
  }
  return text
}
