/** Letters without marks and case, so that "dang xuat" finds "Đăng xuất". */
export function fold(text: string): string {
  return text.toLocaleLowerCase().replaceAll('đ', 'd').normalize('NFD').replace(/\p{Diacritic}/gu, '')
}

/** How well a name answers what was typed: 0 not at all, more is better. Every typed word must begin a word of the name, or stand in it. */
export function score(name: string, typed: string): number {
  const n = fold(name)
  let total = 1
  for (const word of fold(typed).split(/\s+/).filter(Boolean)) {
    const at = n.indexOf(word)
    if (at < 0) return 0
    total += at === 0 ? 3 : /[\s/·(]/.test(n[at - 1] ?? '') ? 2 : 1
  }
  return total
}
