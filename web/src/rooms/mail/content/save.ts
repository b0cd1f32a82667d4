/** Saves what lies at an address of ours; an empty name leaves it to the server. */
export function save(href: string, name: string): void {
  const a = document.createElement('a')
  a.href = href
  a.download = name
  a.click()
}
