/** Saves what lies at an address of ours; an empty name leaves it to the server. */
export function save(href: string, name: string): void {
  const a = document.createElement('a')
  a.href = href
  a.download = name
  // In the page, so that the copy kept for work without a line hears of it.
  document.body.append(a)
  a.click()
  a.remove()
}
