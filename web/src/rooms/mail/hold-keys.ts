/** The sheet is fetched and drawn within this, or the keys are free again. */
const LONGEST_MS = 2500

/**
 * Keeps letters from acting between the order to write and the moment the
 * sheet has the focus: who types on at once must not archive what is open.
 */
export function holdKeys(): void {
  const swallow = (e: KeyboardEvent): void => {
    if (e.key.length > 1 || e.ctrlKey || e.metaKey || e.altKey) return
    e.preventDefault()
    e.stopPropagation()
  }
  const free = (e?: Event): void => {
    if (e && !(e.target as Element).closest?.('[role=dialog]')) return
    clearTimeout(timer)
    removeEventListener('keydown', swallow, true)
    removeEventListener('focusin', free, true)
  }
  const timer = setTimeout(() => free(), LONGEST_MS)
  addEventListener('keydown', swallow, true)
  addEventListener('focusin', free, true)
}
