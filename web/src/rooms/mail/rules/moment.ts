/** A moment as the input of a form holds it, in the zone of this device. */
export function toInput(iso: string | null): string {
  if (iso === null) return ''
  const d = new Date(iso)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`
}

/** And back, as JMAP writes it. */
export function fromInput(text: string): string | null {
  const d = new Date(text)
  return text === '' || Number.isNaN(d.getTime()) ? null : d.toISOString().replace(/\.\d+Z$/, 'Z')
}
